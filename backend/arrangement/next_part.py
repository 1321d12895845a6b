"""What a member with an arrangement has to pay next, and by which day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.arrangement.models import Arrangement
from backend.arrangement.progress import PartProgress, PlanProgress, measure_progress
from backend.arrangement.service import active_arrangement
from backend.billing import bills
from backend.language import format_day, tr
from backend.money import format_cents
from backend.payments.balances import Balance, get_balance
from backend.payments.models import Quote

if TYPE_CHECKING:
    from backend.app import Backend


async def describe_next_part(session: AsyncSession, backend: Backend, account_id: int, owed: Balance) -> list[str]:
    """A sentence about the arrangement's next payment, in the current language; nothing without one, or where all of
    it is paid. `owed` is the account's balance now."""
    found = await active_arrangement(session, account_id)
    if found is None:
        return []
    today = backend.today()
    progress = await measure_progress(session, found, owed.amount_due_cents, owed.pending_cents, today)
    return [_name_next_part(found, progress.next_part, today)] if progress.next_part else []


def _name_next_part(plan: Arrangement, coming: PartProgress, today: date) -> str:
    return tr(
        "You have a payment arrangement, number {number}: the next payment is {amount}, by {day}.",
        number=plan.number,
        amount=format_cents(coming.missing_cents),
        day=format_day(coming.part.on, today),
    )


async def find_next_cents(session: AsyncSession, backend: Backend, account_id: int, owed: Balance) -> int:
    """The cents to pay next by an arrangement that holds: what of its next part is neither paid, on its way nor
    scheduled in time. 0 without one, and where a part is late: all of it is asked for then."""
    found = await active_arrangement(session, account_id)
    if found is None or owed.amount_due_cents <= 0:
        return 0
    progress = await _measure(session, backend, found, owed)
    return 0 if progress.is_late or progress.next_part is None else progress.next_part.missing_cents


async def _measure(
    session: AsyncSession, backend: Backend, plan: Arrangement, owed: Balance, more_cents: int = 0
) -> PlanProgress:
    """How far the plan is paid once what is on its way is here, what is scheduled in time, and `more_cents`."""
    today, on_way = backend.today(), owed.pending_cents
    progress = await measure_progress(session, plan, owed.amount_due_cents, on_way, today)
    for item in owed.scheduled:  # the next one first
        coming = progress.next_part
        if coming and item.run_on <= coming.part.on:
            on_way += item.amount_cents
            progress = await measure_progress(session, plan, owed.amount_due_cents, on_way, today)
    if not more_cents:
        return progress
    return await measure_progress(session, plan, owed.amount_due_cents, on_way + more_cents, today)


async def describe_payment(
    session: AsyncSession, backend: Backend, account_id: int, owed: Balance, cents: int, pay_on: date
) -> str:
    """What a payment of `cents` on the local day `pay_on` does to the account's arrangement, before it is made; empty
    without one that holds. `owed` is the balance before it."""
    found = await active_arrangement(session, account_id)
    if found is None or owed.amount_due_cents <= 0:
        return ""
    today = backend.today()
    before = await _measure(session, backend, found, owed)
    coming = before.next_part
    if before.is_late or coming is None:
        return ""
    if pay_on > coming.part.on:
        return tr(
            "Your payment arrangement needs {amount} by {day}. This payment comes later, and a part that is missed "
            "ends the arrangement.",
            amount=format_cents(coming.missing_cents),
            day=format_day(coming.part.on, today),
        )
    following = (await _measure(session, backend, found, owed, cents)).next_part
    if following is None:
        return tr("This pays all that is left of your payment arrangement.")
    amount, day = format_cents(following.missing_cents), format_day(following.part.on, today)
    if following.part == coming.part:
        return tr(
            "This is not yet the whole next part of your payment arrangement: {amount} more is needed by {day}.",
            amount=amount,
            day=day,
        )
    return tr(
        "This pays the next part of your payment arrangement. After it, {amount} is to be paid by {day}.",
        amount=amount,
        day=day,
    )


async def describe_quote(session: AsyncSession, backend: Backend, quote: Quote) -> str:
    """As `describe_payment`, for the payment that is read back."""
    owed = await get_balance(session, backend, quote.account_id)
    return await describe_payment(session, backend, quote.account_id, owed, quote.amount_cents, quote.pay_on)


async def describe_plan_due(
    session: AsyncSession, backend: Backend, account_id: int, owed: Balance, *, numbered: bool = False
) -> str:
    """What is due and when on an account whose arrangement holds, in place of the due date of its bills; else empty.

    The days of a plan stand for the due dates of the bills that are part of it. Bills after it keep theirs.
    `numbered`: the arrangement is introduced with its number.
    """
    found = await active_arrangement(session, account_id)
    if found is None or owed.amount_due_cents <= 0:
        return ""
    today = backend.today()
    progress = await measure_progress(session, found, owed.amount_due_cents, owed.pending_cents, today)
    if progress.is_late:
        return ""
    coming = progress.next_part
    if coming is None:
        parts = [tr("The plan holds: all of it is paid or on its way.")]
    elif numbered:
        parts = [_name_next_part(found, coming, today)]
    else:
        amount, day = format_cents(coming.missing_cents), format_day(coming.part.on, today)
        parts = [tr("The plan holds: {amount} by {day}.", amount=amount, day=day)]
    later = [bill for bill in await bills.list_bills(session, account_id) if bill.issued_on > found.granted_on]
    rest = owed.amount_due_cents - progress.left_cents - progress.pending_cents
    if rest > 0 and later:
        due = next((bill.due_on for bill, _ in bills.unpaid_bills(later, rest)), later[-1].due_on)
        parts.append(tr("Beyond it, {amount} is due {day}.", amount=format_cents(rest), day=format_day(due, today)))
    elif rest > 0:
        parts.append(tr("Beyond it, {amount} is due now.", amount=format_cents(rest)))
    elif owed.due_on and owed.due_on >= today:
        parts.append(tr("Nothing is due on {day} beyond it.", day=format_day(owed.due_on, today)))
    else:
        parts.append(tr("Nothing is due beyond it."))
    return " ".join(parts)
