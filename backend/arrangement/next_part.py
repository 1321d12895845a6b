"""What a member with an arrangement has to pay next, and by which day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.arrangement.progress import measure_progress
from backend.arrangement.service import active_arrangement
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
