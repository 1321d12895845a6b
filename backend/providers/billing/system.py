"""Another system that keeps the co-op's books, such as one that speaks MultiSpeak.

A billing provider that reads such a system has it as its `system`. Its calls go over the network: make them outside
any transaction. Amounts are whole US cents, days the co-op's local dates, times UTC. Accounts are named by their number
as the co-op writes it, with the dash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol, runtime_checkable

PostingKind = Literal["payment", "return", "refund"]


@dataclass(frozen=True, slots=True)
class Prepaid:
    """A prepaid account: what is left (negative: owed), and for how many days it lasts at the recent use, if known."""

    left_cents: int
    days_left: int | None


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """What an account owes now. Negative is a credit; `disconnect_on` is the day of the shutoff, if one is set."""

    amount_due_cents: int
    past_due_cents: int
    due_on: date | None
    next_due_on: date | None = None
    disconnect_on: date | None = None
    prepaid: Prepaid | None = None


@dataclass(frozen=True, slots=True)
class RemoteAccount:
    """An account as the other system has it."""

    number: str
    service_address: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class RemoteMember:
    """A member as the other system has them, with all their accounts. `phone` is E.164; what is unknown is empty."""

    number: str
    name: str
    phone: str
    email: str
    accounts: tuple[RemoteAccount, ...]


@dataclass(frozen=True, slots=True)
class BilledUsage:
    """The use of one billing period. Negative kWh: more power was fed in than used."""

    start: date
    end: date
    kwh: int


@dataclass(frozen=True, slots=True)
class Posting:
    """A movement of money that the other system has to book.

    `key` names it once and for all. `amount_cents` is above zero and without the fee; `kind` says which way it went.
    `confirmation` is the number that the member was told.
    """

    key: str
    kind: PostingKind
    account_number: str
    amount_cents: int
    fee_cents: int
    on: date
    at: datetime
    method_kind: Literal["card", "bank", "cash", "check", "order"]
    confirmation: str
    channel: str


class BillingSystemError(Exception):
    """The call had no result."""


class SystemUnavailable(BillingSystemError):
    """The call did not arrive, so nothing happened. Repeat it."""


class SystemTimeout(BillingSystemError):
    """The outcome is unknown. A posting must be looked up (`find_posting`) before it is sent again."""


class SystemRejected(BillingSystemError):
    """The other system refused, and nothing changed.

    `code` is one of: unknown_account, unauthorized, unsupported (it has no such operation), invalid_answer (what it
    sent cannot be used, such as an amount of part of a cent), refused.
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


def find_system(provider: object) -> BillingSystem | None:
    """The system that a billing provider speaks to; None for the built-in books."""
    return getattr(provider, "system", None)


@runtime_checkable
class BillingSystem(Protocol):
    """Every method may raise the errors above, and nothing else."""

    async def account_figures(self, account_number: str) -> AccountFigures:
        """What the account owes now."""
        ...

    async def changed_since(self, since: datetime) -> Sequence[RemoteMember]:
        """Members whose own data or accounts changed since `since`, each with all of it."""
        ...

    async def billed_usage(self, account_number: str, start: date, end: date) -> Sequence[BilledUsage]:
        """The billed periods that end between the two days, the oldest first."""
        ...

    async def post(self, posting: Posting) -> str:
        """Book a movement; returns the other system's reference. The same key again books nothing new where the system
        can tell; where it cannot, the caller must not send it twice."""
        ...

    async def find_posting(self, posting: Posting) -> str | None:
        """The reference of a posting that was booked; None when it was not.

        Raises SystemRejected("unsupported") where the system cannot be asked: then a person has to look.
        """
        ...

    async def close(self) -> None:
        """Close connections. May be called twice."""
        ...
