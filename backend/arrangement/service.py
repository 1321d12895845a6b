"""Grants arrangements, and reviews active ones daily. Amounts are cents, days the co-op's local dates.

Functions that take a session flush; their caller commits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.arrangement.models import Arrangement
from backend.arrangement.progress import sum_later_bills
from backend.arrangement.rules import ArrangementFacts, PlanPart, find_refusals
from backend.audit.service import record_job_act
from backend.billing.accounts import lock_account
from backend.billing.decisions import refresh_to_decide
from backend.billing.models import Account
from backend.conversations.models import Conversation
from backend.conversations.service import record_act
from backend.jobs.runs import Item, run_side_by_side
from backend.language import format_short_date, tr
from backend.members.models import Member
from backend.money import format_cents
from backend.payments.balances import get_balance, sum_pending
from backend.programs.rules import LEVELIZED
from backend.programs.service import find_enrollment
from backend.tickets import member_notices

if TYPE_CHECKING:
    from backend.app import Backend

ACTIVE, KEPT, BROKEN = "active", "kept", "broken"


async def refusal_reasons(
    session: AsyncSession, backend: Backend, account_id: int, parts: Sequence[PlanPart], *, notice: bool
) -> list[str]:
    """Why this plan is not granted at once, for the office; empty when it is."""
    balance = await get_balance(session, backend, account_id)
    broken = select(Arrangement.ended_on).where(Arrangement.account_id == account_id, Arrangement.status == BROKEN)
    enrollment = await find_enrollment(session, account_id)
    facts = ArrangementFacts(
        today=backend.today(),
        owed_cents=balance.amount_due_cents,
        due_on=balance.due_on,
        broken_on=await session.scalar(broken.order_by(Arrangement.ended_on.desc()).limit(1)),
        has_plan=await active_arrangement(session, account_id) is not None,
        levelized=enrollment is not None and enrollment.program == LEVELIZED,
        notice=notice,
    )
    return find_refusals(backend.coop.arrangements, parts, facts)


async def active_arrangement(session: AsyncSession, account_id: int) -> Arrangement | None:
    query = select(Arrangement).where(Arrangement.account_id == account_id, Arrangement.status == ACTIVE)
    return await session.scalar(query.limit(1))


async def grant(
    session: AsyncSession,
    backend: Backend,
    conversation_id: str,
    account_id: int,
    parts: Sequence[PlanPart],
    *,
    by_office: bool = False,
) -> Arrangement | None:
    """Store the plan, and tell the member: `by_office` what was agreed, else that it was asked for.

    None if the account has an active one: another conversation may have been faster.
    """
    await lock_account(session, account_id)
    if await active_arrangement(session, account_id) is not None:
        return None
    balance = await get_balance(session, backend, account_id)
    made = Arrangement(
        number=await confirmation_numbers.new_number(session),
        account_id=account_id,
        conversation_id=conversation_id,
        parts=[{"cents": part.cents, "on": part.on.isoformat()} for part in sorted(parts, key=lambda one: one.on)],
        owed_cents=balance.amount_due_cents,
        status=ACTIVE,
        granted_on=backend.today(),
        created_at=backend.clock.now(),
    )
    session.add(made)
    await session.flush()
    conversation = await session.get_one(Conversation, conversation_id)
    after = {"number": made.number, "plan": ", ".join(f"{part['cents']} on {part['on']}" for part in made.parts)}
    await record_act(session, backend, conversation, "arrangement_granted", account_id, after=after)
    account = await session.get_one(Account, account_id)
    member = await session.get_one(Member, account.member_id)
    if by_office:
        await member_notices.send_notice(
            session, backend, conversation, member, account, member_notices.GRANTED_NOTICE,
            lambda: format_plan(made), made.number,
        )  # fmt: skip
        return made
    what = member_notices.NOTICE_TEXTS["arrangement"]
    await member_notices.send_notice(
        session, backend, conversation, member, account, member_notices.REQUESTED_NOTICE, what, made.number
    )
    return made


def format_plan(plan: Arrangement) -> str:
    """`$60.00 on Dec 1; $52.40 on Dec 15`, in the current language."""
    parts = [(format_cents(part["cents"]), format_short_date(date.fromisoformat(part["on"]))) for part in plan.parts]
    return "; ".join(tr("{amount} on {day}", amount=amount, day=day) for amount, day in parts)


async def review(backend: Backend, on: date) -> dict[str, int]:
    """End active plans: kept when fully paid, broken when a past day's payment is missing. Returns counts by status."""

    async def find(accounts: Collection[int] | None) -> list[Item]:
        query = select(Arrangement.account_id, Arrangement.id).where(Arrangement.status == ACTIVE)
        if accounts is not None:
            query = query.where(Arrangement.account_id.in_(accounts))
        async with backend.db.read_session() as session:
            return [Item(*row) for row in await session.execute(query.order_by(Arrangement.id))]

    async def work(item: Item) -> list[str]:
        if not await refresh_to_decide(backend, item.account_id):
            return []  # a plan is not broken by old figures; tomorrow's run looks again
        async with backend.db.transaction() as session:
            ended = await _review_one(session, backend, item.id, on)
        return [ended] if ended else []

    return {KEPT: 0, BROKEN: 0, **await run_side_by_side(backend, "arrangements", find, work)}


async def _review_one(session: AsyncSession, backend: Backend, arrangement_id: int, on: date) -> str | None:
    found = await session.get_one(Arrangement, arrangement_id)
    await lock_account(session, found.account_id)
    await session.refresh(found)
    if found.status != ACTIVE:
        return None
    # what is still owed of the bills in the plan; payments cover the oldest bill first, those on their way count
    owed = await backend.billing.balance(session, found.account_id, on)
    later = await sum_later_bills(session, found)
    left = owed.amount_due_cents - await sum_pending(session, found.account_id) - later
    may_be_left = sum(part["cents"] for part in found.parts if date.fromisoformat(part["on"]) >= on)
    status = KEPT if left <= 0 else BROKEN if left > may_be_left else None
    if status is None:
        return None
    found.status, found.ended_on = status, on
    await session.flush()
    await record_job_act(
        session,
        backend,
        job="arrangements",
        act=f"arrangement_{status}",
        account_id=found.account_id,
        before={"number": found.number, "status": ACTIVE},
        after={"number": found.number, "status": status, "left_cents": left},
    )
    return status
