"""Payments by way and state, and what failed. Amounts are integer cents."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.models import CounterPayment, Payment, PaymentMethod
from backend.reports.days import DayRange

COUNTER = "counter"
TAKEN = ("started", "authorized", "posted")
"""States of payments that are taken or may still be."""


@dataclass(frozen=True)
class PaymentRow:
    """Payments of one way: `channel` (`counter`: booked by the office), `kind` (card, bank, cash …) and state."""

    channel: str
    kind: str
    status: str
    count: int
    cents: int


@dataclass
class MoneyFigures:
    rows: list[PaymentRow] = field(default_factory=list)

    def total(self, *statuses: str) -> tuple[int, int]:
        """(count, cents) of the payments in these states, those at the counter left out."""
        found = [row for row in self.rows if row.status in statuses and row.channel != COUNTER]
        return sum(row.count for row in found), sum(row.cents for row in found)


async def load_money_figures(session: AsyncSession, days: DayRange) -> MoneyFigures:
    """Payments that were begun in the range, with the state that they have now."""
    totals = (func.count(), func.sum(Payment.amount_cents + Payment.fee_cents))
    query = (
        select(Payment.channel, PaymentMethod.kind, Payment.status, *totals)
        .join(PaymentMethod, PaymentMethod.id == Payment.method_id)
        .where(Payment.created_at >= days.since, Payment.created_at < days.until)
        .group_by(Payment.channel, PaymentMethod.kind, Payment.status)
        .order_by(Payment.channel, PaymentMethod.kind, Payment.status)
    )
    rows = [PaymentRow(*row) for row in await session.execute(query)]
    counter = (
        select(CounterPayment.kind, CounterPayment.status, func.count(), func.sum(CounterPayment.amount_cents))
        .where(CounterPayment.asked_at >= days.since, CounterPayment.asked_at < days.until)
        .group_by(CounterPayment.kind, CounterPayment.status)
        .order_by(CounterPayment.kind, CounterPayment.status)
    )
    rows += [PaymentRow(COUNTER, *row) for row in await session.execute(counter)]
    return MoneyFigures(rows)
