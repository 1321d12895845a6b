"""What a member sees as payments: ours, those that the office took, and those that the co-op's own system booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import OutsideEntry
from backend.language import mark, tr
from backend.payments.models import CounterPayment, Payment
from backend.payments.outside_entries import OUTSIDE_SOURCES, find_last_outside_payment, list_outside_payments

STATUS_TEXTS = {
    "started": mark("on its way"),
    "authorized": mark("on its way"),
    "posted": mark("paid"),
    "declined": mark("declined"),
    "voided": mark("not taken"),
    "returned": mark("returned by the bank"),
}
"""A payment's status as members read it."""
AT_COUNTER = "counter"
_MORNING = time(12)  # at noon UTC it is the same day in every zone of the United States


@dataclass(frozen=True, slots=True)
class PaidAtCounter:
    """A payment that the office booked, in the words of Payment. `status`: posted, or undone when it was taken off."""

    confirmation: str
    amount_cents: int
    posted_on: date
    status: str
    source: str = AT_COUNTER
    fee_cents: int = 0
    decline_code: None = None

    @property
    def total_cents(self) -> int:
        return self.amount_cents

    @property
    def created_at(self) -> datetime:
        """The morning of the day, for the order among other payments."""
        return datetime.combine(self.posted_on, _MORNING, UTC)


PastPayment = Payment | OutsideEntry | PaidAtCounter


async def list_payments(
    session: AsyncSession, account_id: int, start: int = 0, count: int = 100
) -> Sequence[PastPayment]:
    """`count` payments of the account, the newest first, leaving out the newest `start`.

    Ours are in any state; of those made elsewhere and at the counter only the ones that count.
    """
    end = start + count
    query = select(Payment).where(Payment.account_id == account_id)
    query = query.order_by(Payment.created_at.desc(), Payment.id.desc()).limit(end)
    found: list[PastPayment] = [*await session.scalars(query)]
    found += await list_outside_payments(session, account_id, end)
    found += await _list_paid_at_counter(session, account_id, end)
    return sorted(found, key=lambda each: each.created_at, reverse=True)[start:end]


async def find_last_payment(session: AsyncSession, account_id: int) -> PastPayment | None:
    """The newest by the day on which it counts."""
    posted = select(Payment).where(Payment.account_id == account_id, Payment.status == "posted")
    ours = await session.scalar(posted.order_by(Payment.posted_on.desc(), Payment.id.desc()).limit(1))
    counter = await _list_paid_at_counter(session, account_id, 1)
    outside = await find_last_outside_payment(session, account_id)
    found: list[PastPayment] = [each for each in (ours, *counter, outside) if each is not None]
    return max(found, key=lambda each: each.posted_on or date.min, default=None)


async def find_paid_at_counter(session: AsyncSession, account_id: int, confirmation: str) -> PaidAtCounter | None:
    """The one with this number; also one that was taken off again, which its receipt still names."""
    query = select(CounterPayment).where(
        CounterPayment.confirmation == confirmation,
        CounterPayment.account_id == account_id,
        CounterPayment.status.in_(("booked", "undone")),
    )
    payment = await session.scalar(query)
    return _convert(payment) if payment else None


async def _list_paid_at_counter(session: AsyncSession, account_id: int, count: int) -> list[PaidAtCounter]:
    query = select(CounterPayment).where(CounterPayment.account_id == account_id, CounterPayment.status == "booked")
    query = query.order_by(CounterPayment.received_on.desc(), CounterPayment.id.desc()).limit(count)
    return [_convert(payment) for payment in await session.scalars(query)]


def _convert(payment: CounterPayment) -> PaidAtCounter:
    status = "posted" if payment.status == "booked" else payment.status
    return PaidAtCounter(payment.confirmation, payment.amount_cents, payment.received_on, status)


def is_paid_at_counter(payment: PastPayment) -> bool:
    """Whether the office took it, wherever it was booked."""
    return not isinstance(payment, Payment) and payment.source == AT_COUNTER and payment.status == "posted"


def describe_source(payment: OutsideEntry | PaidAtCounter) -> str:
    """How it was paid, where Payment has the label of its method."""
    return tr(OUTSIDE_SOURCES[payment.source])
