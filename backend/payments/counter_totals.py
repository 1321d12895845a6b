"""What the office took at the counter on a day, by kind and clerk: the total that its drawer has to have.

A payment belongs to the day on which it was booked, so that each is in the totals of one day, also one that was
received on an earlier day. What was taken off belongs to the day on which it was taken off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.models import CounterPayment

if TYPE_CHECKING:
    from backend.app import Backend


@dataclass(slots=True)
class CounterTotal:
    """Of one kind (cash, check, money_order) and clerk; cents are above zero. `waiting` are not booked yet: their money
    is in the drawer, and a second person has to approve them."""

    kind: str
    clerk: str
    taken: int = 0
    taken_cents: int = 0
    taken_off: int = 0
    taken_off_cents: int = 0
    waiting: int = 0
    waiting_cents: int = 0

    @property
    def net_cents(self) -> int:
        return self.taken_cents - self.taken_off_cents


async def list_counter_totals(session: AsyncSession, backend: Backend, on: date) -> list[CounterTotal]:
    """The totals of `on`, the co-op's local date, by kind and then by clerk."""
    start = datetime.combine(on, time(0), backend.coop.zone).astimezone(UTC)
    end = datetime.combine(on + timedelta(days=1), time(0), backend.coop.zone).astimezone(UTC)
    found: dict[tuple[str, str], CounterTotal] = {}

    def total_of(payment: CounterPayment, clerk: str) -> CounterTotal:
        return found.setdefault((payment.kind, clerk), CounterTotal(payment.kind, clerk))

    for payment in await _list_of(session, CounterPayment.booked_at.between(start, end)):
        if payment.booked_at is not None and payment.booked_at < end:
            total = total_of(payment, payment.asked_by)
            total.taken, total.taken_cents = total.taken + 1, total.taken_cents + payment.amount_cents
    for payment in await _list_of(session, CounterPayment.undone_at.between(start, end)):
        if payment.undone_at is not None and payment.undone_at < end:
            total = total_of(payment, payment.undone_by or payment.asked_by)
            total.taken_off, total.taken_off_cents = total.taken_off + 1, total.taken_off_cents + payment.amount_cents
    asked = (CounterPayment.status == "requested", CounterPayment.asked_at.between(start, end))
    for payment in await _list_of(session, *asked):
        total = total_of(payment, payment.asked_by)
        total.waiting, total.waiting_cents = total.waiting + 1, total.waiting_cents + payment.amount_cents
    return [found[key] for key in sorted(found)]


def sum_by_kind(totals: Sequence[CounterTotal]) -> dict[str, int]:
    """Net cents of each kind of all clerks together."""
    sums: dict[str, int] = defaultdict(int)
    for total in totals:
        sums[total.kind] += total.net_cents
    return dict(sums)


async def _list_of(session: AsyncSession, *conditions: object) -> Sequence[CounterPayment]:
    return (await session.scalars(select(CounterPayment).where(*conditions).order_by(CounterPayment.id))).all()  # type: ignore[arg-type]
