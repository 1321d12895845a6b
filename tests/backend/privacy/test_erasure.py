"""What an erasure takes, what it keeps, and what stands in its way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from backend.app import Backend
from backend.audit import service as audit
from backend.audit.models import AuditRow
from backend.billing.models import Account
from backend.conversations.engine_store import EngineStore, open_engine_store
from backend.conversations.models import Conversation, InboundMessage
from backend.errors import MemberlineError
from backend.members.models import Member
from backend.models import list_models
from backend.outbox.models import OutboxMessage
from backend.payments.models import Payment, PaymentMethod, ScheduledPayment
from backend.privacy.erasure import ErasureRefused, erase_member, plan_erasure
from backend.tickets.models import Ticket
from tests.backend.household import add_bill
from tests.backend.privacy.records import plant, plant_tracker, tracker_ids

PHONE, OTHER_PHONE = "+15555550161", "+15555550162"
NO_ENGINE = EngineStore(None)
STAYS = {
    "members",
    "accounts",
    "consents",
    "outside_entries",
    "payments",
    "payment_methods",
    "audit",
    "tickets",
    "conversations",
    "outbox",
}


async def rows_by_table(backend: Backend) -> dict[str, str]:
    """Each table with all that is in it, as text."""
    found = {}
    async with backend.db.read_session() as session:
        for model in list_models():
            rows = (await session.execute(select(model.__table__))).all()
            found[str(model.__tablename__)] = "\n".join(map(str, rows))
    return found


async def test_dry_run_shows_all_and_changes_nothing(backend: Backend) -> None:
    await plant(backend, "70001", "MINE", PHONE)
    before = await rows_by_table(backend)
    plan = await plan_erasure(backend, NO_ENGINE, "70001")
    assert plan.obstacles == []
    assert plan.deleted["inbound_messages"] == 1
    assert plan.blanked["outbox"] == 2
    assert plan.kept["payments"] == (1, "money that moved, and who agreed to it")
    assert await rows_by_table(backend) == before


async def test_only_what_must_stay_stays_and_another_member_is_untouched(backend: Backend) -> None:
    await plant(backend, "70002", "THEIRS", OTHER_PHONE)
    theirs = {table: text for table, text in (await rows_by_table(backend)).items() if table != "audit"}
    await plant(backend, "70001", "MINE", PHONE)
    await erase_member(backend, NO_ENGINE, "70001", "asked by letter", "ann")
    after = await rows_by_table(backend)
    for table, text in theirs.items():
        assert text in after[table], table
    left = {table for table, text in after.items() if "MINE" in text or PHONE in text or "70001" in text}
    assert left <= STAYS, "by what stays for books and law"
    for gone in ("hello MINE", "office MINE", "note MINE", "receipt MINE", "mine@example.com", "1 MINE Road",
                 "3 MINE Road", "SECRET-token-MINE", "SECRET-link-MINE", "user-MINE"):  # fmt: skip
        assert gone not in "\n".join(after.values()), gone
    assert PHONE not in "".join(text for table, text in after.items() if table != "consents")
    assert "Pay $50.00 MINE?" in after["consents"]
    async with backend.db.read_session() as session:
        assert await audit.verify(session) is None
        row = (await session.scalars(select(AuditRow).order_by(AuditRow.id.desc()).limit(1))).one()
    assert (row.act, row.actor, (row.after or {})["reason"]) == ("member_erased", "office:ann", "asked by letter")


async def test_a_second_erasure_finds_nothing_left(backend: Backend) -> None:
    await plant(backend, "70001", "MINE", PHONE)
    await erase_member(backend, NO_ENGINE, "70001", "asked by letter", "ann")
    plan = await plan_erasure(backend, NO_ENGINE, "70001")
    assert plan.deleted == {}
    assert "outbox" not in plan.blanked


async def test_a_conversation_with_another_member_stays_and_is_said(backend: Backend) -> None:
    talk = await plant(backend, "70001", "MINE", PHONE)
    await plant(backend, "70002", "THEIRS", OTHER_PHONE)
    async with backend.db.transaction() as session:
        await audit.record(session, backend, actor=talk, level=1, channel="sms", act="identified", account_id=2)
    plan = await erase_member(backend, NO_ENGINE, "70001", "asked by letter", "ann")
    assert any("another member's account was talked about" in note for note in plan.notes)
    async with backend.db.read_session() as session:
        assert "hello MINE" in await session.scalars(select(InboundMessage.text))


async def _open_account(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(Account, 1)).status = "open"


async def _owe(backend: Backend) -> None:
    await add_bill(backend, 1, 1234, backend.today())


async def _pending(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        paid = await session.get_one(Payment, 1)
        values = {name: getattr(paid, name) for name in ("account_id", "method_id", "channel", "created_at")}
        session.add(
            Payment(
                key="k2", confirmation="P2", amount_cents=100, fee_cents=0, status="authorized",
                updated_at=paid.created_at, **values,
            )
        )  # fmt: skip


async def _bank_payment(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        await session.execute(update(PaymentMethod).values(kind="bank"))


async def _schedule(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        session.add(
            ScheduledPayment(
                key="s1", confirmation="S1", account_id=1, method_id=1, amount_cents=100, fee_cents=0,
                run_on=backend.today() + timedelta(days=3), channel="web", created_at=backend.clock.now(),
            )
        )  # fmt: skip


async def _open_ticket(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(Ticket, 1)).status = "open"


async def _queue(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(OutboxMessage, 1)).status = "queued"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_open_account, "account 70001-001 is open"),
        (_owe, "account 70001-001 owes $12.34"),
        (_pending, "1 payments without an outcome"),
        (_bank_payment, "1 bank payments of the last 60 days, which the bank may still send back"),
        (_schedule, "1 scheduled payments"),
        (_open_ticket, "1 open tickets"),
        (_queue, "1 messages waiting to be sent"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_open_stands_in_the_way(backend: Backend, change: Any, said: str) -> None:
    await plant(backend, "70001", "MINE", PHONE)
    await change(backend)
    before = await rows_by_table(backend)
    assert said in (await plan_erasure(backend, NO_ENGINE, "70001")).obstacles
    with pytest.raises(ErasureRefused, match="nothing was erased: "):
        await erase_member(backend, NO_ENGINE, "70001", "asked by letter", "ann")
    assert await rows_by_table(backend) == before


@pytest.mark.parametrize(
    "reason", ["", "Name MINE asked", "call 555-555-0161 first", "mine@EXAMPLE.com wrote", "a\nb c"]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_reason_that_names_the_member_is_refused(backend: Backend, reason: str) -> None:
    await plant(backend, "70001", "MINE", "+15555550161")
    with pytest.raises(MemberlineError, match="--reason must"):
        await erase_member(backend, NO_ENGINE, "70001", reason, "ann")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_engine_forgets_first_so_that_a_crash_between_is_mended(
    backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = await plant(backend, "70001", "MINE", PHONE)
    tracker = await plant_tracker(f"sqlite+aiosqlite:///{tmp_path / 'tracker.db'}", {talk: [1.0, 2.0], "web-2": [3.0]})
    async with open_engine_store(backend.settings) as engine:
        assert (await plan_erasure(backend, engine, "70001")).deleted["tracker_events"] == 2
        with monkeypatch.context() as broken:
            broken.setattr(audit, "record", _crash)
            with pytest.raises(ConnectionError):
                await erase_member(backend, engine, "70001", "asked by letter", "ann")
        assert await tracker_ids(tracker) == [3]
        async with backend.db.read_session() as session:
            assert (await session.get_one(Member, 1)).phone == PHONE, "our own part was rolled back whole"
        await erase_member(backend, engine, "70001", "asked by letter", "ann")
    async with backend.db.read_session() as session:
        assert (await session.get_one(Member, 1)).phone == ""
        assert (await session.get_one(Conversation, talk)).address is None
    await tracker.close()


async def _crash(*_args: object, **_named: object) -> None:
    raise ConnectionError("the power is gone")
