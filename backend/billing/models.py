"""Accounts, bills and the ledger."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.db import Base, UtcTime
from backend.members.models import Member


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


class Bill(Base):
    """One monthly bill. Amounts are cents; `lines` are {label, cents} that sum to `amount_cents`."""

    __tablename__ = "bills"

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
    processor), `fees`, `outside` (money that the co-op took elsewhere). A positive amount is a debit. Rows are written
    once and never changed.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        # one bill, one payment or one return is booked once, whoever tries again
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
