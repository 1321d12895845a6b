"""What a billing provider does: it knows what an account owes, and is told of every payment.

Amounts are integer cents, days are the co-op's local dates. Each method gets the session of the transaction that it is
part of, and flushes, never commits. A provider that speaks to another system must not do so here, where a database
connection is held: it writes what is to be sent into a table of its own and sends that later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """What an account owes. Negative is a credit; `due_on` is that of the oldest unpaid bill.

    `next_due_on` is that of the oldest unpaid bill that is not past due, where the provider knows it.
    """

    amount_due_cents: int
    due_on: date | None
    past_due_cents: int
    next_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """One payment as billing sees it: `amount_cents` off the bill and `fee_cents` on top, under one `key`."""

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
        """Money came in. Told once for each key; a second time is an error."""
        ...

    async def payment_returned(self, session: AsyncSession, payment: PaymentFact) -> None:
        """That money went back. Told once for each key, after payment_posted."""
        ...
