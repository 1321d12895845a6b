"""What one person may book or take off at the counter alone.

It is added up over the co-op's local day, by account, by member and by person, so that the limit cannot be passed in
small steps; above it a second person decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from backend.billing.models import Account
from backend.members.rate_limits import lock_attempts
from backend.payments.models import CounterPayment
from backend.payments.second_person import begin_of_day, find_limit

if TYPE_CHECKING:
    from backend.app import Backend

BOOKED_BY_ONE_PERSON_TIMES = 20
"""One person may book this many times the limit in a day, over all accounts: a drawer takes many payments."""


async def find_credit(session: AsyncSession, backend: Backend, account_id: int, amount_cents: int) -> int:
    """How much of the amount is more than is due, in cents. Nothing on a prepaid account, where money is put ahead."""
    owed = await backend.billing.balance(session, account_id, backend.today())
    return 0 if owed.prepaid is not None else max(amount_cents - max(owed.amount_due_cents, 0), 0)


async def needs_second_to_book(
    session: AsyncSession, backend: Backend, account_id: int, amount_cents: int, credit_cents: int, by: str
) -> bool:
    """Whether `by` may not book this alone. What was booked alone today and taken off again counts too.

    `credit_cents` of it are more than is due. A credit is money that can be given back, so a person's credits of the
    day have the limit of what one person may give back.
    """
    member_id = (await session.get_one(Account, account_id)).member_id
    await lock_attempts(session, backend, f"counter:{by}", f"counter of member {member_id}")
    limit = await find_limit(session, backend, "booking_second_person_cents")
    alone = (
        CounterPayment.approved_by.is_(None),
        CounterPayment.status.in_(("booked", "undone")),
        CounterPayment.asked_at >= begin_of_day(backend),
    )
    accounts = select(Account.id).where(Account.member_id == member_id)
    of_member = await _sum(session, *alone, CounterPayment.account_id.in_(accounts))
    mine = (*alone, CounterPayment.asked_by == by)
    by_person = await _sum(session, *mine)
    if of_member + amount_cents > limit or by_person + amount_cents > limit * BOOKED_BY_ONE_PERSON_TIMES:
        return True
    credits = await _sum(session, *mine, of=CounterPayment.credit_cents)
    credit_limit = await find_limit(session, backend, "refund_second_person_cents")
    return credit_cents > 0 and credits + credit_cents > credit_limit


async def needs_second_to_take_off(session: AsyncSession, backend: Backend, payment: CounterPayment, by: str) -> bool:
    """Whether `by` may not take this off alone. It is seldom done, so the person has the limit of an account."""
    await lock_attempts(session, backend, f"counter:{by}")
    alone = (
        CounterPayment.undo_approved_by.is_(None),
        CounterPayment.status == "undone",
        CounterPayment.undone_at >= begin_of_day(backend),
    )
    of_account = await _sum(session, *alone, CounterPayment.account_id == payment.account_id)
    by_person = await _sum(session, *alone, CounterPayment.undone_by == by)
    limit = await find_limit(session, backend, "booking_second_person_cents")
    return max(of_account, by_person) + payment.amount_cents > limit


async def _sum(
    session: AsyncSession, *where: ColumnElement[bool], of: InstrumentedAttribute[int] = CounterPayment.amount_cents
) -> int:
    return int(await session.scalar(select(func.coalesce(func.sum(of), 0)).where(*where)) or 0)
