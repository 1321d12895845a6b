"""What an account owes and where it stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.payments.models import Payment, ScheduledPayment

if TYPE_CHECKING:
    from backend.app import Backend

PENDING_STATUSES = ("started", "authorised")


@dataclass(frozen=True, slots=True)
class Balance:
    """Where an account stands; cents, and the co-op's local dates. A negative amount due is a credit.

    `due_on` is the due date of the oldest unpaid bill, `next_due_on` that of the oldest one that is not past due.
    `pending_cents` is money on its way that is not yet off the amount due. `scheduled` are payments for later days, the
    next one first.
    """

    amount_due_cents: int
    due_on: date | None
    past_due_cents: int
    next_due_on: date | None
    last_payment_cents: int | None
    last_payment_on: date | None
    pending_cents: int
    scheduled: tuple[ScheduledPayment, ...]

    @property
    def uncovered_cents(self) -> int:
        """What is owed beyond all that is on its way or set for a later day."""
        return self.amount_due_cents - self.pending_cents - sum(item.amount_cents for item in self.scheduled)


async def get_balance(session: AsyncSession, backend: Backend, account_id: int) -> Balance:
    """Where the account stands now."""
    owed = await backend.billing.balance(session, account_id, backend.today())
    last = await _last_payment(session, account_id)
    return Balance(
        amount_due_cents=owed.amount_due_cents,
        due_on=owed.due_on,
        past_due_cents=owed.past_due_cents,
        next_due_on=owed.next_due_on,
        last_payment_cents=last.amount_cents if last else None,
        last_payment_on=last.posted_on if last else None,
        pending_cents=await _pending(session, account_id),
        scheduled=await list_scheduled(session, account_id),
    )


async def find_account(session: AsyncSession, digits: str) -> Account | None:
    """The account of that full number, with or without its dash."""
    plain = digits.replace("-", "").strip()
    return await session.scalar(select(Account).where(Account.number_digits == plain))


async def existing_numbers(session: AsyncSession, digits: Collection[str]) -> frozenset[str]:
    """Those of the given digits, without dashes, that are the number of an account."""
    if not digits:
        return frozenset()
    query = select(Account.number_digits).where(Account.number_digits.in_(digits))
    return frozenset(await session.scalars(query))


async def lock_account(session: AsyncSession, account_id: int) -> Account:
    """The account, held by this transaction until its end: whatever decides about its money goes one at a time.

    On SQLite every writing transaction is alone already. NO KEY UPDATE lets rows that merely refer to it be written.
    """
    query = (
        select(Account)
        .where(Account.id == account_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(query)).one()


async def list_scheduled(session: AsyncSession, account_id: int) -> tuple[ScheduledPayment, ...]:
    """Payments still to be made on a later day, the next one first."""
    query = (
        select(ScheduledPayment)
        .where(ScheduledPayment.account_id == account_id, ScheduledPayment.status == "scheduled")
        .order_by(ScheduledPayment.run_on, ScheduledPayment.id)
    )
    return tuple(await session.scalars(query))


async def _last_payment(session: AsyncSession, account_id: int) -> Payment | None:
    query = (
        select(Payment)
        .where(Payment.account_id == account_id, Payment.status == "posted")
        .order_by(Payment.posted_on.desc(), Payment.id.desc())
        .limit(1)
    )
    return await session.scalar(query)


async def _pending(session: AsyncSession, account_id: int) -> int:
    query = select(func.coalesce(func.sum(Payment.amount_cents), 0)).where(
        Payment.account_id == account_id, Payment.status.in_(PENDING_STATUSES)
    )
    return int(await session.scalar(query) or 0)
