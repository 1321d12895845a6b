"""What a member with an arrangement has to pay next, and by which day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.arrangement.progress import measure_progress
from backend.arrangement.service import active_arrangement
from backend.billing import bills
from backend.language import format_day, tr
from backend.money import format_cents
from backend.payments.balances import Balance

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
    coming = progress.next_part
    if coming is None:
        return []
    return [
        tr(
            "You have a payment arrangement, number {number}: the next payment is {amount}, by {day}.",
            number=found.number,
            amount=format_cents(coming.missing_cents),
            day=format_day(coming.part.on, today),
        )
    ]


async def describe_plan_due(session: AsyncSession, backend: Backend, account_id: int, owed: Balance) -> str:
    """What is due and when on an account whose arrangement holds, in place of the due date of its bills; else empty.

    The days of a plan stand for the due dates of the bills that are part of it. Bills after it keep theirs.
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
