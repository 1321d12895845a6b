"""What a member with an arrangement has to pay next, and by which day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.arrangement.models import Arrangement
from backend.arrangement.rules import PlanPart
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
    part = await find_next_part(session, found, owed)
    if part is None:
        return []
    return [
        tr(
            "You have a payment arrangement, number {number}: the next payment is {amount}, by {day}.",
            number=found.number,
            amount=format_cents(part.cents),
            day=format_day(part.on, backend.today()),
        )
    ]


async def find_next_part(session: AsyncSession, arrangement: Arrangement, owed: Balance) -> PlanPart | None:
    """The first part that is not paid in full, with what is left of it. Payments on their way count as made; what is
    owed for bills after the plan does not belong to it. None when all of it is paid."""
    issued = await bills.list_bills(session, arrangement.account_id)
    later = sum(bill.amount_cents for bill in issued if bill.issued_on > arrangement.granted_on)
    paid = arrangement.owed_cents - (owed.amount_due_cents - owed.pending_cents - later)
    for part in arrangement.parts:
        left = min(part["cents"], part["cents"] - paid)
        if left > 0:
            return PlanPart(left, date.fromisoformat(part["on"]))
        paid -= part["cents"]
    return None
