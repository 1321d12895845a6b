"""What an account owes, and its pending and scheduled payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.models import PENDING_STATUSES, Payment, ScheduledPayment
from backend.payments.past_payments import find_last_payment
from backend.providers.billing.system import Prepaid

if TYPE_CHECKING:
    from backend.app import Backend


@dataclass(frozen=True, slots=True)
class Balance:
    """Amounts are cents, dates the co-op's local ones. A negative amount due is a credit.

    `due_on` is the due date of the oldest unpaid bill, `next_due_on` that of the oldest one that is not past due.
    `pending_cents` are payments without an outcome yet, still in the amount due. `scheduled` are payments for later
    days, the next one first. `as_of`, `disconnect_on`, `prepaid` and `given_back_cents` are as in `AccountBalance`.
    """

    amount_due_cents: int
    due_on: date | None
    past_due_cents: int
    next_due_on: date | None
    last_payment_cents: int | None
    last_payment_on: date | None
    pending_cents: int
    scheduled: tuple[ScheduledPayment, ...]
    as_of: datetime | None = None
    disconnect_on: date | None = None
    prepaid: Prepaid | None = None
    given_back_cents: int = 0

    @property
    def owes_nothing(self) -> bool:
        """Whether there is no bill to pay, so that what is paid becomes a credit; a prepaid account has none ever."""
        return self.amount_due_cents <= 0 and not self.prepaid

    @property
    def uncovered_cents(self) -> int:
        """What is owed beyond the pending and scheduled payments."""
        return self.amount_due_cents - self.pending_cents - sum(item.amount_cents for item in self.scheduled)


async def get_balance(session: AsyncSession, backend: Backend, account_id: int) -> Balance:
    """Call `backend.billing.refresh` before the transaction of `session`. Raises FiguresUnknown."""
    owed = await backend.billing.balance(session, account_id, backend.today())
    last = await find_last_payment(session, account_id)
    return Balance(
        amount_due_cents=owed.amount_due_cents,
        due_on=owed.due_on,
        past_due_cents=owed.past_due_cents,
        next_due_on=owed.next_due_on,
        last_payment_cents=last.amount_cents if last else None,
        last_payment_on=last.posted_on if last else None,
        pending_cents=await sum_pending(session, account_id),
        scheduled=await list_scheduled(session, account_id),
        as_of=owed.as_of,
        disconnect_on=owed.disconnect_on,
        prepaid=owed.prepaid,
        given_back_cents=owed.given_back_cents,
    )


async def list_scheduled(session: AsyncSession, account_id: int) -> tuple[ScheduledPayment, ...]:
    """Scheduled payments, the next one first."""
    query = (
        select(ScheduledPayment)
        .where(ScheduledPayment.account_id == account_id, ScheduledPayment.status == "scheduled")
        .order_by(ScheduledPayment.run_on, ScheduledPayment.id)
    )
    return tuple(await session.scalars(query))


async def list_not_made(session: AsyncSession, account_id: int, count: int) -> tuple[ScheduledPayment, ...]:
    """Scheduled payments that were canceled, or failed before anything was charged; the newest first."""
    query = (
        select(ScheduledPayment)
        .where(
            ScheduledPayment.account_id == account_id,
            ScheduledPayment.status.in_(("canceled", "failed")),
            ScheduledPayment.payment_id.is_(None),
        )
        .order_by(ScheduledPayment.created_at.desc(), ScheduledPayment.id.desc())
    )
    return tuple(await session.scalars(query.limit(count)))


async def sum_pending(session: AsyncSession, account_id: int) -> int:
    """The cents of pending payments, without fees."""
    query = select(func.coalesce(func.sum(Payment.amount_cents), 0)).where(
        Payment.account_id == account_id, Payment.status.in_(PENDING_STATUSES)
    )
    return int(await session.scalar(query) or 0)
