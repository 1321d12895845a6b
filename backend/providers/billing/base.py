"""The billing provider interface: it knows what an account owes, and receives every payment.

Amounts are integer cents, days are local dates. Methods get the session of the current transaction; they flush and
never commit. They must not call other systems, since a database connection is held meanwhile: `refresh` alone calls
them, outside any transaction, and keeps what they said for `balance` (docs/billing.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from sqlalchemy.ext.asyncio import AsyncSession

from backend.db import Database
from backend.errors import MemberlineError
from backend.providers.billing.system import Prepaid


class FiguresUnknown(MemberlineError):
    """What the account owes was never heard of, and cannot be looked up now. It must not be taken for nothing owed."""

    code = "figures_unknown"


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """What an account owes. Negative is a credit; `due_on` is the oldest unpaid bill's, `next_due_on` that
    of the oldest one not past due, if known.

    `as_of` is set (aware UTC) when these are the last known figures because newer ones could not be looked up: they
    must be said to be of that time. `disconnect_on` is the day of the shutoff, where the other system names one. Of a
    prepaid account the amount due is what is left, negated, and there is no due date. `given_back_cents` of the amount
    due are refunds and no bill that was never paid: owed since they were given, and not past due.
    """

    amount_due_cents: int
    due_on: date | None
    past_due_cents: int
    next_due_on: date | None = None
    as_of: datetime | None = None
    disconnect_on: date | None = None
    prepaid: Prepaid | None = None
    given_back_cents: int = 0


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
    async def refresh(self, db: Database, account_id: int) -> None:
        """Look up the account's figures where another system keeps them, within the provider's time limit.

        Call it outside any transaction before telling or deciding anything by `balance`. Never raises: where the other
        system does not answer, `balance` has the last known figures, with their time.
        """
        ...

    async def balance(self, session: AsyncSession, account_id: int, today: date) -> AccountBalance:
        """What the account owes on `today`. Raises FiguresUnknown."""
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

    async def refund_given(self, session: AsyncSession, refund: RefundFact) -> None:
        """The office gave the amount back itself, such as by check, so it is owed again. Called once for each key."""
        ...

    async def counter_payment_taken(self, session: AsyncSession, payment: CounterPaymentFact) -> None:
        """The office took a payment. Called once for each key."""
        ...

    async def counter_payment_undone(self, session: AsyncSession, payment: CounterPaymentFact) -> None:
        """That payment was booked by mistake, or its check came back. Called once for each key, after the booking."""
        ...

    async def close(self) -> None:
        """Close connections. May be called twice."""
        ...
