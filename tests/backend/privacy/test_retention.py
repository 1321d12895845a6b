"""What is past its period goes, in batches; what is still going on or referred to stays."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.app import Backend
from backend.audit import service as audit
from backend.audit.models import AuditRow
from backend.consents.models import Consent
from backend.conversations.engine_store import EngineStore, open_engine_store
from backend.conversations.models import Conversation, InboundMessage
from backend.jobs.service import run_named_job
from backend.members.models import Member
from backend.outbox.models import OutboxMessage
from backend.payments.models import Payment
from backend.privacy import retention
from backend.privacy.retention import apply_periods, count_expired
from backend.tickets.models import Ticket
from tests.backend.household import make_household
from tests.backend.privacy.records import plant, plant_tracker, tracker_ids

PHONE = "+15555550161"
NO_ENGINE = EngineStore(None)


def move_on(backend: Backend, days: int) -> None:
    backend.clock.advance(days=days)  # type: ignore[attr-defined]


async def count(backend: Backend, *models: Any) -> list[int]:
    async with backend.db.read_session() as session:
        return [int(await session.scalar(select(func.count()).select_from(model)) or 0) for model in models]


async def test_each_kind_goes_when_its_time_is_over(backend: Backend) -> None:
    talk = await plant(backend, "70001", "MINE", PHONE)
    move_on(backend, 3)
    assert await count_expired(backend, NO_ENGINE) == {"outbox: words of codes and links": 1}
    await apply_periods(backend, NO_ENGINE)
    async with backend.db.read_session() as session:
        bodies = list(await session.scalars(select(OutboxMessage.body).order_by(OutboxMessage.id)))
    assert bodies == ["receipt MINE", "", "callout MINE"]
    move_on(backend, 40)
    assert {"one_time_codes", "pay_links", "creation_links", "portal_sessions"} <= set(
        await apply_periods(backend, NO_ENGINE)
    )
    assert await count(backend, InboundMessage, Ticket, Consent) == [1, 1, 1]
    move_on(backend, 400)
    done = await apply_periods(backend, NO_ENGINE)
    assert (done["inbound_messages"], done["quotes"], done["conversations"]) == (1, 1, 1)
    async with backend.db.read_session() as session:
        stub = await session.get_one(Conversation, talk)
    assert (stub.address, stub.source, stub.member_id) == (None, "", None), "empty, for the ticket that refers to it"
    move_on(backend, 700)
    await apply_periods(backend, NO_ENGINE)
    assert await count(backend, Ticket, Conversation, OutboxMessage, Consent, Payment) == [0, 0, 0, 0, 1]
    assert await apply_periods(backend, NO_ENGINE) == {}, "a second run has nothing to do"
    async with backend.db.read_session() as session:
        assert await audit.verify(session) is None
        acts = list(await session.scalars(select(AuditRow.act).order_by(AuditRow.id)))
    assert acts[-4:] == ["retention_applied"] * 4


async def test_what_goes_on_stays_however_old(backend: Backend) -> None:
    await plant(backend, "70001", "MINE", PHONE)
    async with backend.db.transaction() as session:
        (await session.get_one(InboundMessage, 1)).status = "received"
        (await session.get_one(OutboxMessage, 1)).status = "queued"
        ticket = await session.get_one(Ticket, 1)
        ticket.status, ticket.closed_at = "open", None
        consent = await session.get_one(Consent, 1)
        consent.ends_on = None
    move_on(backend, 4000)
    await apply_periods(backend, NO_ENGINE)
    async with backend.db.read_session() as session:
        assert (await session.get_one(InboundMessage, 1)).text == "hello MINE"
        assert (await session.get_one(OutboxMessage, 1)).body == "receipt MINE"
        assert (await session.get_one(Ticket, 1)).place == "3 MINE Road"
        assert (await session.get_one(Consent, 1)).wording == "Pay $50.00 MINE?"


@pytest.mark.parametrize(
    ("revoked_after", "ends_after", "left"), [(10, None, 0), (None, 10, 0), (10, 900, 1), (900, 0, 1)]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_consent_is_kept_from_the_later_of_its_ends(
    backend: Backend, revoked_after: int | None, ends_after: int | None, left: int
) -> None:
    await plant(backend, "70001", "MINE", PHONE)
    async with backend.db.transaction() as session:
        consent = await session.get_one(Consent, 1)
        consent.ends_on = None if ends_after is None else backend.today() + timedelta(days=ends_after)
        consent.revoked_at = None if revoked_after is None else backend.clock.now() + timedelta(days=revoked_after)
    move_on(backend, 1095 + 11)
    await apply_periods(backend, NO_ENGINE)
    assert await count(backend, Consent) == [left]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_contact_before_a_change_goes_after_its_day(backend: Backend) -> None:
    home = await make_household(backend)
    async with backend.db.transaction() as session:
        member = await session.get_one(Member, home.member_id)
        member.change_contact("phone", "+18155550188", backend.clock.now())
    for days, kept in ((0, "+15555550142"), (1, None)):
        move_on(backend, days)
        await apply_periods(backend, NO_ENGINE)
        async with backend.db.read_session() as session:
            assert (await session.get_one(Member, home.member_id)).former_phone == kept


async def test_many_rows_go_in_small_transactions(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = await plant(backend, "70001", "MINE", PHONE)
    async with backend.db.transaction() as session:
        now = backend.clock.now()
        session.add_all(
            InboundMessage(channel="sms", provider_id=f"m{n}", conversation_id=talk, text="x", status="answered",
                           received_at=now) for n in range(24)
        )  # fmt: skip
    monkeypatch.setattr(retention, "BATCH", 10)
    sizes: list[int] = []
    whole = backend.db.transaction

    def counted() -> Any:
        sizes.append(1)
        return whole()

    move_on(backend, 401)
    monkeypatch.setattr(backend.db, "transaction", counted)
    assert (await apply_periods(backend, NO_ENGINE))["inbound_messages"] == 25
    assert len(sizes) >= 4


async def test_the_engine_keeps_what_a_turn_still_needs(backend: Backend, tmp_path: Path) -> None:
    now = backend.clock.now().timestamp()
    old, new = now - 40 * 86400, now - 86400
    tracker = await plant_tracker(
        f"sqlite+aiosqlite:///{tmp_path / 'tracker.db'}" if backend.db.sqlite else backend.settings.database_url,
        {"idle": [old, old], "going-on": [old, old, new], "no-snapshot": [old, new]},
        {"going-on": 3, "idle": 1},
    )
    async with open_engine_store(backend.settings) as engine:
        assert (await count_expired(backend, engine))["tracker_events"] == 3
        assert (await apply_periods(backend, engine))["tracker_events"] == 3
    # 1 and 2 are idle; 3 is in the snapshot, 4 is not: a turn replays it
    assert await tracker_ids(tracker) == [4, 5, 6, 7]
    await tracker.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_job_deletes_log_files_that_were_put_aside(backend: Backend) -> None:
    folder = backend.settings.runtime_dir / "logs"
    folder.mkdir()
    old = backend.clock.now().timestamp() - 91 * 86400
    for name in ("engine.log", "engine.log.1", "engine.log.2"):
        (folder / name).write_text("x")
    for name in ("engine.log", "engine.log.2"):
        os.utime(folder / name, (old, old))
    os.utime(folder / "engine.log.1", (backend.clock.now().timestamp(),) * 2)
    result = await run_named_job(backend, "retention", backend.today())
    assert result["result"] == {"log files": 1}
    assert sorted(path.name for path in folder.iterdir()) == ["engine.log", "engine.log.1"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_office_sets_the_periods(backend: Backend) -> None:
    await plant(backend, "70001", "MINE", PHONE)
    backend.coop = replace(backend.coop, retention=replace(backend.coop.retention, conversations=30))
    move_on(backend, 31)
    assert "inbound_messages" in await count_expired(backend, NO_ENGINE)
