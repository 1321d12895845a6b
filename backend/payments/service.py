"""Saved methods, payments and scheduled payments: finding them, and moving or canceling what has not run.

Amounts are cents, days the co-op's local dates. Functions flush; the caller commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, CursorResult, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.audit import service as audit
from backend.billing.accounts import lock_account
from backend.consents import service as consents
from backend.consents.service import Agreement
from backend.members.levels import require
from backend.payments import prechecks, receipts
from backend.payments.models import (
    PENDING_STATUSES,
    CounterPayment,
    Payment,
    PaymentMethod,
    PaymentRefund,
    ScheduledPayment,
)
from backend.payments.outside_entries import total_paid_outside
from backend.payments.past_payments import PaidAtCounter, find_paid_at_counter
from backend.payments.refunds import GIVEN_BACK_CENTS

if TYPE_CHECKING:
    from backend.app import Backend


async def list_saved_methods(session: AsyncSession, member_id: int) -> Sequence[PaymentMethod]:
    """The member's saved methods, the oldest first; expired cards too, which prechecks refuse when one is chosen."""
    query = (
        select(PaymentMethod)
        .where(PaymentMethod.member_id == member_id, PaymentMethod.saved, PaymentMethod.active)
        .order_by(PaymentMethod.id)
    )
    return (await session.scalars(query)).all()


async def total_paid_in_year(session: AsyncSession, account_id: int, year: int) -> int:
    """The cents of the payments posted, taken at the counter or made elsewhere in a calendar year, fees included, less
    refunds of those payments."""
    days = (date(year, 1, 1), date(year, 12, 31))
    posted = (Payment.account_id == account_id, Payment.status == "posted", Payment.posted_on.between(*days))
    given_back = or_(PaymentRefund.accepted_at.is_not(None), PaymentRefund.handled_cents.is_not(None))
    at_counter = (CounterPayment.account_id == account_id, CounterPayment.status == "booked")
    paid = select(func.sum(Payment.amount_cents + Payment.fee_cents)).where(*posted)
    refunded = select(func.sum(GIVEN_BACK_CENTS))
    refunded = refunded.join(Payment, PaymentRefund.payment_id == Payment.id).where(*posted, given_back)
    counter = select(func.sum(CounterPayment.amount_cents))
    counter = counter.where(*at_counter, CounterPayment.received_on.between(*days))
    sums = [int(await session.scalar(query) or 0) for query in (paid, refunded, counter)]
    return sums[0] - sums[1] + sums[2] + await total_paid_outside(session, account_id, *days)


async def find_latest(
    session: AsyncSession, conversation_id: str, since: datetime
) -> Payment | ScheduledPayment | None:
    """What this conversation paid or scheduled last after `since` (UTC), unless it failed or was canceled."""
    paid = select(Payment).where(
        Payment.conversation_id == conversation_id,
        Payment.created_at >= since,
        Payment.status.in_((*PENDING_STATUSES, "posted")),
    )
    planned = select(ScheduledPayment).where(
        ScheduledPayment.conversation_id == conversation_id,
        ScheduledPayment.created_at >= since,
        ScheduledPayment.status == "scheduled",
    )
    items: list[Payment | ScheduledPayment] = [*await session.scalars(paid), *await session.scalars(planned)]
    return max(items, key=lambda one: one.created_at, default=None)


async def find_by_confirmation(
    session: AsyncSession, account_id: int, words: str
) -> Payment | ScheduledPayment | PaidAtCounter | None:
    """The payment of this account with the number that a member gave, or the scheduled one that has not run yet."""
    number = confirmation_numbers.normalize_number(words)
    if number is None:
        return None
    wanted = {"confirmation": number, "account_id": account_id}
    payment = await session.scalar(select(Payment).filter_by(**wanted))
    payment = payment or await session.scalar(select(ScheduledPayment).filter_by(**wanted))
    return payment or await find_paid_at_counter(session, account_id, number)


async def cancel_scheduled(
    session: AsyncSession,
    backend: Backend,
    *,
    scheduled_id: int,
    account_id: int,
    actor: str,
    level: int,
    channel: str,
) -> bool:
    """Cancel a scheduled payment, until the day before it. False when it is not this account's or cannot be changed.

    Raises StepUpNeeded.
    """
    require("manage_scheduled", level)
    await lock_account(session, account_id)
    changeable = _is_changeable(backend, scheduled_id, account_id)
    result = await session.execute(update(ScheduledPayment).where(*changeable).values(status="canceled"))
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        return False
    item = await session.get_one(ScheduledPayment, scheduled_id, populate_existing=True)
    await consents.revoke(session, backend, account_id, reference=item.confirmation)
    await receipts.send_schedule_canceled(session, backend, item)
    await audit.record(
        session,
        backend,
        actor=actor,
        level=level,
        channel=channel,
        act="scheduled_payment_canceled",
        account_id=account_id,
        before={"status": "scheduled"},
        after={"status": "canceled", "confirmation": item.confirmation},
    )
    return True


def _is_changeable(backend: Backend, scheduled_id: int, account_id: int) -> tuple[ColumnElement[bool], ...]:
    """Conditions: that payment while it may still be changed, until the day before it."""
    return (
        ScheduledPayment.id == scheduled_id,
        ScheduledPayment.account_id == account_id,
        ScheduledPayment.status == "scheduled",
        ScheduledPayment.run_on > backend.today(),
    )


async def find_move_problem(session: AsyncSession, backend: Backend, item: ScheduledPayment, to: date) -> str | None:
    """Why a scheduled payment cannot be made on that day instead: past, too_far or expired; None when it can."""
    today = backend.today()
    method = await session.get_one(PaymentMethod, item.method_id)
    ends = prechecks.card_expiry_date(method)
    if to <= today:
        return "past"  # today is a payment for now, not one to be scheduled
    if to > today + timedelta(days=backend.coop.schedule_days):
        return "too_far"
    return "expired" if ends and ends < to else None


async def move_scheduled(
    session: AsyncSession,
    backend: Backend,
    *,
    scheduled_id: int,
    account_id: int,
    run_on: date,
    agreement: Agreement,
) -> bool:
    """Make a scheduled payment on another day, as newly agreed. False when it may not be changed any more.

    Raises StepUpNeeded.
    """
    require("manage_scheduled", agreement.level)
    await lock_account(session, account_id)
    changeable = _is_changeable(backend, scheduled_id, account_id)
    item = await session.scalar(select(ScheduledPayment).where(*changeable).execution_options(populate_existing=True))
    if item is None or await find_move_problem(session, backend, item, run_on):
        return False
    before, item.run_on = item.run_on, run_on
    await consents.revoke(session, backend, account_id, reference=item.confirmation)
    await receipts.send_schedule_moved(session, backend, item)
    await consents.record(
        session,
        backend,
        agreement,
        account_id=account_id,
        kind="scheduled_payment",
        act="scheduled_payment_moved",
        reference=item.confirmation,
        ends_on=run_on,
        before={"run_on": before.isoformat()},
        after={"run_on": run_on.isoformat(), "confirmation": item.confirmation},
    )
    return True
