"""The billing provider interface: it knows what an account owes, and receives every payment.

Amounts are integer cents, days are local dates. Methods get the session of the current transaction; they flush and
never commit. They must not call other systems, since a database connection is held meanwhile: write to an own table and
send later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """What an account owes. Negative is a credit; `due_on` is the oldest unpaid bill's, `next_due_on` that
    of the oldest one not past due, if known."""

    amount_due_cents: int
    due_on: date | None
    past_due_cents: int
    next_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """A payment of `amount_cents` plus `fee_cents`, identified by `key`."""

    key: str
    account_id: int
    amount_cents: int
    fee_cents: int
    at: datetime


@dataclass(frozen=True, slots=True)
class RefundFact:
    """A refund of `amount_cents` plus `fee_cents` of the payment `payment_key`, identified by its own `key`."""

    key: str
    payment_key: str
    account_id: int
    amount_cents: int
    fee_cents: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CounterPaymentFact:
    """A payment of `amount_cents` that the office took itself (cash, a check), identified by `key`."""

    key: str
    account_id: int
    amount_cents: int
    memo: str
    at: datetime


@runtime_checkable
class BillingProvider(Protocol):
    async def balance(self, session: AsyncSession, account_id: int, today: date) -> AccountBalance:
        """What the account owes on `today`."""
        ...

    async def payment_posted(self, session: AsyncSession, payment: PaymentFact) -> None:
        """A payment was posted. Called once for each key; a second call is an error."""
        ...

    async def payment_returned(self, session: AsyncSession, payment: PaymentFact) -> None:
        """The payment was returned. Called once for each key, after payment_posted."""
        ...

    async def refund_made(self, session: AsyncSession, refund: RefundFact) -> None:
        """The payment network gives the amount back, so it is owed again. Called once for each key."""
        ...

    async def refund_undone(self, session: AsyncSession, refund: RefundFact) -> None:
        """The refund failed after all, so the amount is paid again. Called once for each key, after refund_made."""
        ...

    async def counter_payment_taken(self, session: AsyncSession, payment: CounterPaymentFact) -> None:
        """The office took a payment. Called once for each key."""
        ...

    async def counter_payment_undone(self, session: AsyncSession, payment: CounterPaymentFact) -> None:
        """That payment was booked by mistake, or its check came back. Called once for each key, after the booking."""
        ...
