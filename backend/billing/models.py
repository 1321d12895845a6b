"""Accounts, bills and the ledger."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.db import Base, UtcTime
from backend.members.models import Member

PLACE_IN_ADDRESS = re.compile(r"\(([^)]+)\)")  # the service address is "510 Prairie Road (barn)"


class Account(Base):
    """One service account. `number` is the member's number, a dash and the `separator`."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    separator: Mapped[str] = mapped_column(String(8))
    number: Mapped[str] = mapped_column(String(40), unique=True)  # with the dash, 99999-001
    number_digits: Mapped[str] = mapped_column(String(40), unique=True)  # without it, 99999001
    service_address: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(16), default="open")  # open | closed
    opened_on: Mapped[date | None]

    member: Mapped[Member] = relationship(lazy="raise_on_sql")

    @property
    def masked_number(self) -> str:
        """`..9-001`, for messages and the pages of others.

        Never the whole number: with the last four of the phone that a message goes to, it is all that level 1 asks for.
        """
        return f"..{self.number[-5:]}"

    @property
    def place_name(self) -> str:
        """`barn`, where the service address has such a name in parentheses; else empty."""
        found = PLACE_IN_ADDRESS.search(self.service_address)
        return found[1] if found else ""

    @property
    def short_place(self) -> str:
        """The name of the place, such as `barn`, or else the street with its number; empty where neither is on file."""
        return self.place_name or self.service_address.split(",")[0].strip()


class Bill(Base):
    """One monthly bill. Amounts are cents; `lines` are {label, cents} that sum to `amount_cents`."""

    __tablename__ = "bills"
    shown_as = "bills"
    shown_fields = ("number", "issued_on", "due_on", "period_start", "period_end", "kwh", "amount_cents", "lines")

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    issued_on: Mapped[date]
    due_on: Mapped[date]
    period_start: Mapped[date]
    period_end: Mapped[date]
    kwh: Mapped[int] = mapped_column(default=0)
    amount_cents: Mapped[int]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class LedgerEntry(Base):
    """One line of a booking. The entries of one `correlation` sum to zero cents.

    Books: `receivable` (what the member owes, per account), `revenue`, `clearing` (money on its way from the
    processor), `fees`, `elsewhere` (money that the co-op got without the processor). A positive amount is a debit. Rows
    are written once and never changed.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        # one bill, one payment or one return is booked once, however often it is tried
        Index("uq_ledger_booking", "correlation", "book", unique=True),
        Index(None, "account_id", "book"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    correlation: Mapped[str] = mapped_column(String(80))
    book: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    amount_cents: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcTime)
    memo: Mapped[str] = mapped_column(String(120), default="")


class PrepaidAccount(Base):
    """An account that is paid for ahead, in our own books. What is left of it is its credit in the ledger."""

    __tablename__ = "prepaid_accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), unique=True)
    daily_cents: Mapped[int | None]  # what a day uses at the recent use; NULL: not known


class KnownFigures(Base):
    """What another system last said about an account. `as_of` is when it was asked for these figures.

    One row an account. `tried_at` of the latest attempt lets one process ask at a time. An attempt that succeeded has
    `as_of` equal to it; one that failed has `failed_at` equal to it, and says why in `failure`.
    """

    __tablename__ = "account_figures"
    shown_as = "figures"
    shown_fields = (
        "amount_due_cents", "past_due_cents", "due_on", "next_due_on", "disconnect_on", "prepaid_left_cents",
        "prepaid_days_left", "as_of", "failed_at", "failure",
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), unique=True)
    amount_due_cents: Mapped[int] = mapped_column(default=0)
    past_due_cents: Mapped[int] = mapped_column(default=0)
    due_on: Mapped[date | None]
    next_due_on: Mapped[date | None]
    disconnect_on: Mapped[date | None]
    is_prepaid: Mapped[bool] = mapped_column(default=False)
    prepaid_left_cents: Mapped[int | None]
    prepaid_days_left: Mapped[int | None]
    as_of: Mapped[datetime | None] = mapped_column(UtcTime)  # NULL: it never answered, and the amounts mean nothing
    tried_at: Mapped[datetime] = mapped_column(UtcTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    failure: Mapped[str] = mapped_column(String(40), default="")


class BillingSync(Base):
    """How far the changes of members in another billing system were taken over; one row."""

    __tablename__ = "billing_sync"

    id: Mapped[int] = mapped_column(primary_key=True)
    synced_to: Mapped[datetime] = mapped_column(UtcTime)


class OutsideEntry(Base):
    """What the co-op's own system booked on an account: a payment made elsewhere, or a change of what is owed.

    `kind`: payment, return (a payment taken back, such as a check that bounced), credit, fee or adjustment.
    `amount_cents` is positive but for an adjustment, which is what it adds to what is owed. `state`: booked;
    taken_over, when it is from before the account was taken over and in its balance already; ours, when it is a payment
    of memberline that comes back; counter, when the office booked it at /staff/money; history, when another system says
    what is owed; or void.
    """

    __tablename__ = "outside_entries"
    __table_args__ = (Index(None, "account_id", "posted_on"),)
    shown_as = "booked_elsewhere"
    shown_fields = ("number", "kind", "amount_cents", "posted_on", "source", "reference", "state", "received_at")

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)  # theirs
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str] = mapped_column(String(12))
    amount_cents: Mapped[int]
    posted_on: Mapped[date]  # the co-op's local date
    source: Mapped[str] = mapped_column(String(12), default="")  # counter, mail, bank, card, other; empty: not known
    reference: Mapped[str | None] = mapped_column(String(80))  # the check's number; our own number on our own payments
    state: Mapped[str] = mapped_column(String(12), default="booked")
    revision: Mapped[int] = mapped_column(default=1)  # how often it was booked: in the correlations of the ledger
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)  # the morning of `posted_on`
    received_at: Mapped[datetime] = mapped_column(UtcTime)  # when memberline learned of it

    @property
    def total_cents(self) -> int:
        """As a Payment's: no fee of ours is on it."""
        return self.amount_cents

    @property
    def fee_cents(self) -> int:
        return 0

    @property
    def status(self) -> str:
        """In the words of Payment.status."""
        return "returned" if self.kind == "return" else "voided" if self.state == "void" else "posted"

    @property
    def decline_code(self) -> None:
        """Why it came back is in the co-op's own system."""

    @property
    def confirmation(self) -> str:
        """What to quote for it at the office."""
        return self.reference or self.number
