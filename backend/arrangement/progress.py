"""How far an arrangement is paid: what is paid so far, and which part comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from backend.arrangement.models import Arrangement
from backend.arrangement.rules import PlanPart
from backend.billing import bills


@dataclass(frozen=True)
class PartProgress:
    """A part of a plan, and the cents of it that are not paid and not on their way."""

    part: PlanPart
    missing_cents: int


@dataclass(frozen=True)
class PlanProgress:
    """How far a plan is paid on `today`; all in cents. `pending_cents` are payments on their way, which count as
    long as they stand; `left_cents` is neither paid nor on its way."""

    number: str
    total_cents: int
    paid_cents: int
    pending_cents: int
    left_cents: int
    parts: Sequence[PartProgress]
    today: date

    @property
    def next_part(self) -> PartProgress | None:
        """The first part of which something is missing; None when all is paid or on its way."""
        return next((each for each in self.parts if each.missing_cents), None)

    @property
    def is_late(self) -> bool:
        """Whether the day of a part has passed before it was paid; the morning's job then ends the plan."""
        return self.next_part is not None and self.next_part.part.on < self.today


def list_parts(arrangement: Arrangement) -> list[PlanPart]:
    """The parts as they were granted, in the order of their days."""
    return [PlanPart(int(part["cents"]), date.fromisoformat(part["on"])) for part in arrangement.parts]


async def sum_later_bills(session: AsyncSession, arrangement: Arrangement) -> int:
    """The cents of the bills that came after the plan and are no part of it."""
    issued = await bills.list_bills(session, arrangement.account_id)
    return sum(bill.amount_cents for bill in issued if bill.issued_on > arrangement.granted_on)


async def measure_progress(
    session: AsyncSession, arrangement: Arrangement, due_cents: int, pending_cents: int, today: date
) -> PlanProgress:
    """How far it is paid on that local day. `due_cents` is what the account owes now, of which `pending_cents` are on
    their way.

    Payments cover the oldest bill first, so what is owed of later bills is owed last.
    """
    later = await sum_later_bills(session, arrangement)
    parts, owed = list_parts(arrangement), due_cents - later
    return divide_among_parts(arrangement.number, parts, arrangement.owed_cents, owed, pending_cents, today)


def divide_among_parts(
    number: str, parts: Sequence[PlanPart], granted_cents: int, owed_cents: int, pending_cents: int, today: date
) -> PlanProgress:
    """Fill the parts in their order with what was paid. `granted_cents` was owed when the plan was granted;
    `owed_cents` is what is still owed of the plan's bills."""
    in_parts = sum(part.cents for part in parts)
    # parts may add up to more than was owed, where a payment came in while they were agreed: the rest is nobody's debt
    total = min(in_parts, granted_cents)
    unpaid = min(max(owed_cents, 0), total)
    left = min(max(owed_cents - pending_cents, 0), total)
    covered, found = in_parts - left, []
    for part in parts:
        used = min(covered, part.cents)
        covered -= used
        found.append(PartProgress(part, part.cents - used))
    return PlanProgress(number, total, total - unpaid, unpaid - left, left, found, today)
