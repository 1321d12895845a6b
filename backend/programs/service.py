"""Enrolling in budget or levelized billing, leaving, and what ends an enrolment by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.audit import service as audit
from backend.billing import bills
from backend.billing.models import Account, Bill
from backend.billing.service import lock_account
from backend.consents import service as consents
from backend.consents.service import Agreement
from backend.errors import MemberlineError
from backend.language import use_language
from backend.members.levels import require
from backend.members.models import Member
from backend.programs import notices, rules
from backend.programs.models import ProgramEnrollment
from backend.programs.rules import BUDGET, PROGRAMS, ProgramCost, ProgramFacts

if TYPE_CHECKING:
    from backend.app import Backend


class NotEligible(MemberlineError):
    """The rules forbid it; `reasons` are those of rules.refusals, or `enrolled` when there is an enrolment."""

    code = "not_eligible"

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class ProgramOffer:
    """One program as it looks for one account. `amount_cents` is what it would ask for a month now."""

    program: str
    reasons: tuple[str, ...]
    amount_cents: int
    cost: ProgramCost

    @property
    def is_eligible(self) -> bool:
        return not self.reasons


async def find_enrollment(session: AsyncSession, account_id: int) -> ProgramEnrollment | None:
    """The enrolment that holds now."""
    query = select(ProgramEnrollment).where(
        ProgramEnrollment.account_id == account_id, ProgramEnrollment.ended_on.is_(None)
    )
    return await session.scalar(query)


async def list_offers(session: AsyncSession, backend: Backend, account_id: int) -> list[ProgramOffer]:
    """Both programs for this account: eligible or not and why, and what they ask."""
    facts = await _facts(session, backend, await session.get_one(Account, account_id))
    return [_offer(program, facts) for program in PROGRAMS]


async def enroll(
    session: AsyncSession, backend: Backend, account_id: int, program: str, agreement: Agreement
) -> ProgramEnrollment:
    """Enrol, with consent, audit row and notice. Raises NotEligible, StepUpNeeded."""
    require("budget_billing", agreement.level)
    account = await lock_account(session, account_id)
    if await find_enrollment(session, account_id):
        raise NotEligible(["enrolled"])
    facts = await _facts(session, backend, account)
    if reasons := rules.find_ineligibility(program, facts):
        raise NotEligible(reasons)
    today = backend.today()
    made = ProgramEnrollment(
        account_id=account_id,
        program=program,
        amount_cents=rules.compute_budget(facts.bills) if program == BUDGET else None,
        confirmation=await confirmation_numbers.new_number(session),
        started_on=today,
        figured_on=today,
        created_at=backend.clock.now(),
    )
    session.add(made)
    await session.flush()
    await notices.notify_enrolled(session, backend, account, made)
    await consents.record(
        session,
        backend,
        agreement,
        account_id=account_id,
        kind=f"{program}_billing",
        act="program_enrolled",
        reference=made.confirmation,
        after=_format_for_audit(made),
    )
    return made


async def end_enrollment(
    session: AsyncSession, backend: Backend, account_id: int, agreement: Agreement
) -> ProgramEnrollment | None:
    """End the enrolment that holds, as the member asked; None when there is none any more. Raises StepUpNeeded."""
    require("budget_billing", agreement.level)
    account = await lock_account(session, account_id)
    found = await find_enrollment(session, account_id)
    if found is None:
        return None
    before = _format_for_audit(found)
    await _close_enrollment(session, backend, found, "asked")
    await notices.notify_ended(session, backend, account, found)
    await consents.record(
        session,
        backend,
        agreement,
        account_id=account_id,
        kind=f"{found.program}_billing_leave",
        act="program_left",
        reference=found.confirmation,
        ends_on=found.ended_on,
        before=before,
        after=_format_for_audit(found),
    )
    return found


async def review(backend: Backend, on: date) -> dict[str, int]:
    """The day's look at every enrolment: end what the rules end, figure budgets anew in May. Twice is once."""
    async with backend.db.read_session() as session:
        ids = list(await session.scalars(select(ProgramEnrollment.id).where(ProgramEnrollment.ended_on.is_(None))))
    done = {"ended": 0, "recalculated": 0}
    for enrolment_id in ids:
        async with backend.db.transaction() as session:
            for what in await _review_one(session, backend, enrolment_id, on):
                done[what] += 1
    return done


async def _review_one(session: AsyncSession, backend: Backend, enrolment_id: int, on: date) -> list[str]:
    found = await session.get_one(ProgramEnrollment, enrolment_id)
    account = await lock_account(session, found.account_id)
    await session.refresh(found)
    if found.ended_on is not None:
        return []
    facts = await _facts(session, backend, account, on)
    before = _format_for_audit(found)
    language = (await session.get_one(Member, account.member_id)).language
    if reason := rules.find_end_reason(found.program, facts):
        await _close_enrollment(session, backend, found, reason, on)
        with use_language(language):
            await notices.notify_ended(session, backend, account, found)
        await _record_by_job(session, backend, found, "program_ended", before)
        return ["ended"]
    if found.program != BUDGET or not rules.is_recalculation_due(found.figured_on, on):
        return []
    found.amount_cents, found.figured_on = rules.compute_budget(facts.bills), on
    with use_language(language):
        await notices.notify_recalculated(session, backend, account, found)
    await _record_by_job(session, backend, found, "program_recalculated", before)
    return ["recalculated"]


async def _close_enrollment(
    session: AsyncSession, backend: Backend, found: ProgramEnrollment, reason: str, on: date | None = None
) -> None:
    found.ended_on, found.end_reason = on or backend.today(), reason
    await session.flush()
    await consents.revoke(session, backend, found.account_id, reference=found.confirmation, ends_on=found.ended_on)


async def _facts(session: AsyncSession, backend: Backend, account: Account, on: date | None = None) -> ProgramFacts:
    today = on or backend.today()
    owed = await backend.billing.balance(session, account.id, today)
    member = await session.get_one(Member, account.member_id)
    issued = await bills.list_bills(session, account.id)
    return ProgramFacts(
        residential=member.kind == "residential",
        open=account.status == "open",
        opened_on=account.opened_on,
        today=today,
        due_cents=owed.amount_due_cents,
        past_due_cents=owed.past_due_cents,
        missed=_missed(issued, owed.amount_due_cents, today),
        bills=issued,
    )


def _missed(issued: Sequence[Bill], due_cents: int, today: date) -> int:
    """How many bills past their due date are not fully paid: what is owed lies on the newest bills."""
    missed = 0
    for bill in reversed(issued):
        if due_cents <= 0:
            break
        if bill.amount_cents < 0:
            continue
        missed += bill.due_on < today
        due_cents -= bill.amount_cents
    return missed


def _offer(program: str, facts: ProgramFacts) -> ProgramOffer:
    return ProgramOffer(
        program=program,
        reasons=tuple(rules.find_ineligibility(program, facts)),
        amount_cents=rules.compute_amount(program, facts.bills),
        cost=rules.estimate_past_cost(program, facts.bills),
    )


def _format_for_audit(made: ProgramEnrollment) -> dict[str, str | int | None]:
    return {
        "program": made.program,
        "amount_cents": made.amount_cents,
        "confirmation": made.confirmation,
        "ended_on": made.ended_on.isoformat() if made.ended_on else None,
        "end_reason": made.end_reason,
    }


async def _record_by_job(
    session: AsyncSession,
    backend: Backend,
    found: ProgramEnrollment,
    act: str,
    before: dict[str, str | int | None],
) -> None:
    await audit.record(
        session,
        backend,
        actor="programs",
        level=0,
        channel="job",
        act=act,
        account_id=found.account_id,
        before=before,
        after=_format_for_audit(found),
    )
