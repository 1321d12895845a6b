"""Enrolling in budget or levelized billing, leaving, and the daily review that ends an enrollment by the rules.

Amounts are cents, days the co-op's local dates. Functions that take a session flush; their caller commits.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.audit import service as audit
from backend.billing import bills
from backend.billing.accounts import lock_account
from backend.billing.decisions import refresh_to_decide
from backend.billing.models import Account
from backend.consents import service as consents
from backend.consents.service import Agreement
from backend.errors import MemberlineError
from backend.jobs.runs import Item, run_side_by_side
from backend.language import use_language
from backend.members.levels import require
from backend.members.models import Member
from backend.payments.outside_entries import list_charges
from backend.payments.refund_status import list_given_back
from backend.programs import notices, rules
from backend.programs.models import ProgramEnrollment
from backend.programs.rules import BUDGET, PROGRAMS, ProgramCost, ProgramFacts

if TYPE_CHECKING:
    from backend.app import Backend


class NotEligible(MemberlineError):
    """The rules forbid it; `reasons` are those of rules.find_ineligibility, or `enrolled`."""

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
    """The current enrollment."""
    query = select(ProgramEnrollment).where(
        ProgramEnrollment.account_id == account_id, ProgramEnrollment.ended_on.is_(None)
    )
    return await session.scalar(query)


async def list_offers(session: AsyncSession, backend: Backend, account_id: int) -> list[ProgramOffer]:
    """Both programs for this account: whether it is eligible, and what they would cost."""
    facts = await _load_facts(session, backend, await session.get_one(Account, account_id), backend.today())
    return [
        ProgramOffer(
            program=program,
            reasons=tuple(rules.find_ineligibility(program, facts)),
            amount_cents=rules.compute_amount(program, facts.bills),
            cost=rules.estimate_past_cost(program, facts.bills),
        )
        for program in PROGRAMS
    ]


async def enroll(
    session: AsyncSession, backend: Backend, account_id: int, program: str, agreement: Agreement
) -> ProgramEnrollment:
    """Enroll, with consent, audit row and notice. Raises NotEligible, StepUpNeeded."""
    require("budget_billing", agreement.level)
    account = await lock_account(session, account_id)
    if await find_enrollment(session, account_id):
        raise NotEligible(["enrolled"])
    today = backend.today()
    facts = await _load_facts(session, backend, account, today)
    if reasons := rules.find_ineligibility(program, facts):
        raise NotEligible(reasons)
    enrollment = ProgramEnrollment(
        account_id=account_id,
        program=program,
        amount_cents=rules.compute_budget(facts.bills) if program == BUDGET else None,
        confirmation=await confirmation_numbers.new_number(session),
        started_on=today,
        figured_on=today,
        created_at=backend.clock.now(),
    )
    session.add(enrollment)
    await session.flush()
    await notices.notify_enrolled(session, backend, account, enrollment)
    await consents.record(
        session,
        backend,
        agreement,
        account_id=account_id,
        kind=f"{program}_billing",
        act="program_enrolled",
        reference=enrollment.confirmation,
        after=_format_for_audit(enrollment),
    )
    return enrollment


async def end_enrollment(
    session: AsyncSession, backend: Backend, account_id: int, agreement: Agreement
) -> ProgramEnrollment | None:
    """End the current enrollment, as the member asked; None when there is none. Raises StepUpNeeded."""
    require("budget_billing", agreement.level)
    account = await lock_account(session, account_id)
    enrollment = await find_enrollment(session, account_id)
    if enrollment is None:
        return None
    before = _format_for_audit(enrollment)
    await _close_enrollment(session, backend, enrollment, "asked", backend.today())
    await notices.notify_ended(session, backend, account, enrollment)
    await consents.record(
        session,
        backend,
        agreement,
        account_id=account_id,
        kind=f"{enrollment.program}_billing_leave",
        act="program_left",
        reference=enrollment.confirmation,
        ends_on=enrollment.ended_on,
        before=before,
        after=_format_for_audit(enrollment),
    )
    return enrollment


async def review(backend: Backend, on: date) -> dict[str, int]:
    """End the enrollments that the rules end, and recalculate budgets in May. A second run on a day changes nothing."""

    async def find(accounts: Collection[int] | None) -> list[Item]:
        query = select(ProgramEnrollment.account_id, ProgramEnrollment.id).where(ProgramEnrollment.ended_on.is_(None))
        if accounts is not None:
            query = query.where(ProgramEnrollment.account_id.in_(accounts))
        async with backend.db.read_session() as session:
            return [Item(*row) for row in await session.execute(query.order_by(ProgramEnrollment.id))]

    async def work(item: Item) -> list[str]:
        if not await refresh_to_decide(backend, item.account_id):
            return []  # nobody is put out of a program by old figures; tomorrow's run looks again
        async with backend.db.transaction() as session:
            result = await _review_one(session, backend, item.id, on)
        return [result] if result else []

    return {"ended": 0, "recalculated": 0, **await run_side_by_side(backend, "programs", find, work)}


async def _review_one(session: AsyncSession, backend: Backend, enrollment_id: int, on: date) -> str | None:
    """What was done: ended, recalculated or nothing."""
    enrollment = await session.get_one(ProgramEnrollment, enrollment_id)
    account = await lock_account(session, enrollment.account_id)
    await session.refresh(enrollment)
    if enrollment.ended_on is not None:
        return None
    facts = await _load_facts(session, backend, account, on)
    before = _format_for_audit(enrollment)
    language = (await session.get_one(Member, account.member_id)).language
    if reason := rules.find_end_reason(enrollment.program, facts):
        await _close_enrollment(session, backend, enrollment, reason, on)
        with use_language(language):
            await notices.notify_ended(session, backend, account, enrollment)
        await _record_by_job(session, backend, enrollment, "program_ended", before)
        return "ended"
    if enrollment.program != BUDGET or not rules.is_recalculation_due(enrollment.figured_on, on):
        return None
    enrollment.amount_cents, enrollment.figured_on = rules.compute_budget(facts.bills), on
    with use_language(language):
        await notices.notify_recalculated(session, backend, account, enrollment)
    await _record_by_job(session, backend, enrollment, "program_recalculated", before)
    return "recalculated"


async def _close_enrollment(
    session: AsyncSession, backend: Backend, enrollment: ProgramEnrollment, reason: str, on: date
) -> None:
    enrollment.ended_on, enrollment.end_reason = on, reason
    await session.flush()
    await consents.revoke(session, backend, enrollment.account_id, reference=enrollment.confirmation, ends_on=on)


async def _load_facts(session: AsyncSession, backend: Backend, account: Account, today: date) -> ProgramFacts:
    owed = await backend.billing.balance(session, account.id, today)
    member = await session.get_one(Member, account.member_id)
    issued = await bills.list_bills(session, account.id)
    # a bill is not missed because its payment was given back
    beside = sorted([*await list_charges(session, account.id), *await list_given_back(session, account.id)])
    unpaid = bills.unpaid_bills(issued, owed.amount_due_cents, beside)
    return ProgramFacts(
        residential=member.kind == "residential",
        open=account.status == "open",
        opened_on=account.opened_on,
        today=today,
        due_cents=owed.amount_due_cents,
        past_due_cents=owed.past_due_cents,
        missed=sum(bill.due_on < today for bill, _ in unpaid),
        bills=issued,
    )


def _format_for_audit(enrollment: ProgramEnrollment) -> dict[str, str | int | None]:
    return {
        "program": enrollment.program,
        "amount_cents": enrollment.amount_cents,
        "confirmation": enrollment.confirmation,
        "ended_on": enrollment.ended_on.isoformat() if enrollment.ended_on else None,
        "end_reason": enrollment.end_reason,
    }


async def _record_by_job(
    session: AsyncSession,
    backend: Backend,
    enrollment: ProgramEnrollment,
    act: str,
    before: dict[str, str | int | None],
) -> None:
    await audit.record_job_act(
        session,
        backend,
        job="programs",
        act=act,
        account_id=enrollment.account_id,
        before=before,
        after=_format_for_audit(enrollment),
    )
