"""Joining and leaving: consent, audit, notice, and one program at a time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from backend.app import Backend
from backend.audit import service as audit
from backend.audit.models import AuditRow
from backend.clock import ManualClock
from backend.consents.models import Consent
from backend.members.models import Member
from backend.outbox.models import OutboxMessage
from backend.programs import service as programs
from backend.programs.models import ProgramEnrollment
from backend.programs.service import NotEligible
from tests.backend.household import TODAY, Household, add_bill
from tests.backend.programs.enrollments import YES, enroll, with_history


async def test_enrollment_stores_the_consent_and_notifies_the_member(backend: Backend, home: Household) -> None:
    await with_history(backend, home)
    made = await enroll(backend, home)
    assert made.amount_cents == 10_000
    async with backend.db.read_session() as session:
        [consent] = await session.scalars(select(Consent))
        assert (consent.wording, consent.reply, consent.reference) == (YES.wording, "ENROLL", made.confirmation)
        assert (consent.kind, consent.ends_on) == ("budget_billing", None)
        [row] = await session.scalars(select(AuditRow).where(AuditRow.act == "program_enrolled"))
        assert (row.level, row.channel, row.account_id) == (2, "sms", home.account_id)
        messages = list(await session.scalars(select(OutboxMessage)))
        assert [message.kind for message in messages] == ["sms", "email"]
        assert all(made.confirmation in message.body and "99999-001" not in message.body for message in messages)
        assert await audit.verify(session) is None


async def test_one_program_at_a_time(backend: Backend, home: Household) -> None:
    await with_history(backend, home)
    await enroll(backend, home)
    with pytest.raises(NotEligible) as refused:
        await enroll(backend, home)
    assert refused.value.reasons == ["enrolled"]


async def test_ineligible_account_is_not_enrolled(backend: Backend, home: Household) -> None:
    await with_history(backend, home)
    with pytest.raises(NotEligible) as refused:
        await enroll(backend, home, "levelized")
    assert refused.value.reasons == ["balance"]
    async with backend.db.read_session() as session:
        assert await programs.find_enrollment(session, home.account_id) is None
        assert list(await session.scalars(select(OutboxMessage))) == []


async def test_leaving_ends_it_and_the_consent(backend: Backend, home: Household) -> None:
    await with_history(backend, home)
    await enroll(backend, home)
    async with backend.db.transaction() as session:
        left = await programs.end_enrollment(session, backend, home.account_id, YES)
        assert left is not None
        assert (left.ended_on, left.end_reason) == (TODAY, "asked")
    async with backend.db.transaction() as session:
        assert await programs.end_enrollment(session, backend, home.account_id, YES) is None
    async with backend.db.read_session() as session:
        first, second = await session.scalars(select(Consent).order_by(Consent.id))
        assert (first.kind, first.ends_on) == ("budget_billing", TODAY)
        assert first.revoked_at is not None
        assert second.kind == "budget_billing_leave"
    await enroll(backend, home)  # and back again


async def test_two_missed_payments_end_a_budget_once(backend: Backend, home: Household) -> None:
    await with_history(backend, home)
    await enroll(backend, home)
    assert await programs.review(backend, TODAY + timedelta(days=20)) == {"ended": 0, "recalculated": 0}
    late = TODAY + timedelta(days=21)
    assert await programs.review(backend, late) == {"ended": 1, "recalculated": 0}
    assert await programs.review(backend, late) == {"ended": 0, "recalculated": 0}
    async with backend.db.read_session() as session:
        [ended] = await session.scalars(select(ProgramEnrollment))
        assert (ended.ended_on, ended.end_reason) == (late, "missed_payments")
        bodies = [message.body for message in await session.scalars(select(OutboxMessage))]
        assert sum("has ended because two payments were missed" in body for body in bodies) == 2


async def test_a_bill_of_nothing_is_no_missed_payment(backend: Backend, home: Household) -> None:
    for _ in range(12):
        await add_bill(backend, home.account_id, 0, TODAY + timedelta(days=20))
    await enroll(backend, home)
    assert await programs.review(backend, TODAY + timedelta(days=21)) == {"ended": 0, "recalculated": 0}


async def test_automatic_end_is_reported_in_the_language_on_file(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        await session.execute(update(Member).values(language="es"))
    await with_history(backend, home)
    await enroll(backend, home)
    await programs.review(backend, TODAY + timedelta(days=21))
    async with backend.db.read_session() as session:
        bodies = list(await session.scalars(select(OutboxMessage.body).order_by(OutboxMessage.id)))
    joined, ended = bodies[0], bodies[-1]
    assert "is now on budget billing" in joined  # the talk was in English
    assert "La facturación presupuestada de la cta ..9-001 terminó porque faltaron dos pagos." in ended


async def test_budget_is_recalculated_in_may_once(backend: Backend, home: Household, clock: ManualClock) -> None:
    for _ in range(12):
        await add_bill(backend, home.account_id, 10_000, date(2027, 6, 20))
    made = await enroll(backend, home)
    await add_bill(backend, home.account_id, 22_000, date(2027, 6, 20))
    clock.advance(days=170)
    assert await programs.review(backend, date(2027, 4, 30)) == {"ended": 0, "recalculated": 0}
    # Ruth's first bill of the household is past due by then: one missed payment alone ends nothing
    assert await programs.review(backend, date(2027, 5, 1)) == {"ended": 0, "recalculated": 1}
    assert await programs.review(backend, date(2027, 5, 2)) == {"ended": 0, "recalculated": 0}
    async with backend.db.read_session() as session:
        now = await session.get_one(ProgramEnrollment, made.id)
        assert (now.amount_cents, now.figured_on) == (11_000, date(2027, 5, 1))
