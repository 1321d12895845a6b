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
