"""Setting up, changing and ending Auto Pay: what is allowed, from when it counts, and what is stored."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from backend.app import Backend
from backend.audit import service as audit
from backend.audit.models import AuditRow
from backend.autopay import service
from backend.autopay.daily_run import run_autopay
from backend.autopay.models import AutoPay, LegacyDraft
from backend.autopay.service import AutoPayRefused
from backend.clock import ManualClock
from backend.consents.models import Consent
from backend.consents.service import Agreement
from backend.members.levels import StepUpNeeded
from backend.outbox.models import OutboxMessage
from backend.payments.models import PaymentMethod
from tests.backend.autopay.enrollments import AGREEMENT, add_autopay, add_draft, cancel, change, enroll, texts
from tests.backend.household import DUE_CENTS, TODAY, Household, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import payments

DUE_ON = TODAY + timedelta(days=20)


async def autopay(backend: Backend) -> AutoPay:
    async with backend.db.read_session() as session:
        return (await session.scalars(select(AutoPay))).one()


async def consents(backend: Backend) -> list[Consent]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(Consent).order_by(Consent.id)))


async def test_agreement_is_stored_copied_and_names_the_next_run(backend: Backend, home: Household) -> None:
    done = await enroll(backend, home)
    assert (done.effective_from, done.next_run) == (TODAY, service.NextRun(DUE_ON, DUE_CENTS))
    [stored] = await consents(backend)
    assert (stored.kind, stored.wording, stored.reply) == ("autopay", AGREEMENT.wording, AGREEMENT.reply)
    assert (stored.reference, stored.ends_on, stored.revoked_at) == (done.confirmation, None, None)
    [text] = await texts(backend, "receipt")
    assert done.confirmation in text
    assert "Dec 8" in text
    assert len(text) <= 160
    async with backend.db.read_session() as session:
        [letter] = await session.scalars(select(OutboxMessage.body).where(OutboxMessage.kind == "email"))
        assert await audit.verify(session) is None
    assert AGREEMENT.wording in letter


@pytest.mark.parametrize(
    ("day", "runs"),
    [(None, DUE_ON), (31, date(2026, 11, 30)), (20, date(2026, 11, 20)), (19, date(2026, 12, 19))],
)
async def test_the_first_run_has_two_banking_days_before_it(
    backend: Backend, home: Household, day: int | None, runs: date
) -> None:
    done = await enroll(backend, home, day_of_month=day)
    assert done.next_run
    assert done.next_run.on == runs


async def test_a_bill_due_too_soon_is_not_drafted(backend: Backend, network: DirectNetwork) -> None:
    home = await make_household(backend, due_on=TODAY + timedelta(days=1))
    done = await enroll(backend, home)
    assert done.next_run is None
    for days in range(5):
        await run_autopay(backend, TODAY + timedelta(days=days))
    assert await payments(backend) == []


@pytest.mark.parametrize(
    ("code", "change_to"),
    [
        ("method_not_usable", {"method_id": 999}),
        ("day_not_usable", {"day_of_month": 32}),
        ("day_not_usable", {"day_of_month": 0}),
    ],
)
async def test_impossible_setup_is_refused(
    backend: Backend, home: Household, code: str, change_to: dict[str, object]
) -> None:
    with pytest.raises(AutoPayRefused) as refused:
        await enroll(backend, home, **change_to)
    assert refused.value.code == code


async def test_another_members_card_is_refused(backend: Backend, home: Household) -> None:
    other = await make_household(backend, number="88888")
    with pytest.raises(AutoPayRefused):
        await enroll(backend, home, method_id=other.card_id)


async def test_an_expired_card_is_refused(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(PaymentMethod, home.card_id)).exp_year = 2025
    with pytest.raises(AutoPayRefused):
        await enroll(backend, home)


async def test_step_up_is_required(backend: Backend, home: Household) -> None:
    with pytest.raises(StepUpNeeded):
        await enroll(backend, home, agreement=Agreement("web", 1, "web", "words", "yes"))


async def test_a_draft_is_replaced_only_when_asked_and_never_both(backend: Backend, home: Household) -> None:
    await add_draft(backend, home)
    with pytest.raises(AutoPayRefused) as refused:
        await enroll(backend, home)
    assert refused.value.code == "draft_exists"
    await enroll(backend, home, replace_draft=True)
    async with backend.db.read_session() as session:
        assert (await session.scalars(select(LegacyDraft.active))).one() is False
    assert (await autopay(backend)).active


async def test_draft_of_tomorrow_still_runs_and_autopay_starts_after_it(
    backend: Backend, network: DirectNetwork, clock: ManualClock
) -> None:
    home = await make_household(backend, due_on=TODAY + timedelta(days=1))
    await add_draft(backend, home)
    done = await enroll(backend, home, replace_draft=True)
    assert done.effective_from == TODAY + timedelta(days=2)
    assert not (await autopay(backend)).active
    for _ in range(6):
        await run_autopay(backend, backend.today())
        clock.advance(days=1)
    assert [payment.channel for payment in await payments(backend)] == ["draft"]
    assert (await autopay(backend)).active


async def test_a_change_in_time_counts_at_once(backend: Backend, home: Household) -> None:
    await enroll(backend, home)
    done = await change(backend, home, home.bank_id, 25)
    assert (done.effective_from, done.next_run) == (TODAY, service.NextRun(date(2026, 11, 25), DUE_CENTS))
    assert (await autopay(backend)).method_id == home.bank_id
    first, second = await consents(backend)
    assert first.revoked_at is not None
    assert second.revoked_at is None


async def test_a_change_too_late_counts_after_the_run(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    await add_autopay(backend, home, day=19)
    done = await change(backend, home, home.bank_id, None)
    assert done.effective_from == date(2026, 11, 20)
    clock.advance(days=1)
    await run_autopay(backend, backend.today())
    [payment] = await payments(backend)
    assert payment.method_id == home.card_id
    clock.advance(days=1)
    await run_autopay(backend, backend.today())
    changed = await autopay(backend)
    assert (changed.method_id, changed.day_of_month, changed.change_on) == (home.bank_id, None, None)


async def test_a_change_before_a_weekend_is_told_from_the_day_that_counts(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    clock.advance(days=2)  # a Friday; two banking days ahead is Tuesday
    await enroll(backend, home)
    async with backend.db.transaction() as session:
        await session.execute(update(AutoPay).values(day_of_month=21, starts_on=None))  # as if of long ago
    done = await change(backend, home, home.bank_id, None)
    tuesday = date(2026, 11, 24)
    assert (done.effective_from, (await autopay(backend)).change_on) == (tuesday, tuesday)
    assert [consent.ends_on for consent in await consents(backend)] == [tuesday, None]
    async with backend.db.read_session() as session:
        row = (await session.scalars(select(AuditRow).where(AuditRow.act == "autopay_changed"))).one()
    assert row.after["counts_from"] == tuesday.isoformat()


async def test_canceling_in_time_ends_it_at_once(backend: Backend, home: Household, network: DirectNetwork) -> None:
    await enroll(backend, home)
    done = await cancel(backend, home)
    assert (done.effective_from, done.next_run) == (TODAY, None)
    await run_autopay(backend, DUE_ON)
    assert await payments(backend) == []
    [stored] = await consents(backend)
    assert (stored.ends_on, stored.revoked_at is not None) == (TODAY, True)
    with pytest.raises(AutoPayRefused):
        await cancel(backend, home)


async def test_late_cancel_says_that_the_run_still_happens(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    await add_autopay(backend, home, day=19)
    done = await cancel(backend, home)
    assert done.effective_from == date(2026, 11, 20)
    assert done.next_run
    assert done.next_run.on == date(2026, 11, 19)
    for _ in range(4):
        clock.advance(days=1)
        await run_autopay(backend, backend.today())
    assert len(await payments(backend)) == 1
    assert not (await autopay(backend)).active


async def test_a_draft_is_changed_and_removed(backend: Backend, home: Household) -> None:
    await add_draft(backend, home)
    async with backend.db.transaction() as session:
        await service.change_draft(
            session, backend, account_id=home.account_id, method_id=home.card_id, agreement=AGREEMENT
        )
    async with backend.db.transaction() as session:
        await service.remove_draft(session, backend, account_id=home.account_id, agreement=AGREEMENT)
    async with backend.db.read_session() as session:
        draft = (await session.scalars(select(LegacyDraft))).one()
    assert (draft.method_id, draft.active) == (home.card_id, False)
    with pytest.raises(AutoPayRefused):
        async with backend.db.transaction() as session:
            await service.remove_draft(session, backend, account_id=home.account_id, agreement=AGREEMENT)
