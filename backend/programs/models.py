"""Enrollments in budget or levelized billing."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.confirmation_numbers import UNIQUE_NUMBER
from backend.db import Base, UtcTime

ACTIVE = text("ended_on IS NULL")


class ProgramEnrollment(Base):
    """One account in one program; `ended_on` is empty while it lasts. `amount_cents` is a budget's monthly amount."""

    __tablename__ = "program_enrollments"
    __table_args__ = (
        # an account is in one program at a time, also when two processes enroll it at once
        Index("uq_program_active", "account_id", unique=True, sqlite_where=ACTIVE, postgresql_where=ACTIVE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    program: Mapped[str] = mapped_column(String(12))  # budget | levelized
    amount_cents: Mapped[int | None]
    confirmation: Mapped[str] = mapped_column(String(16), unique=True, info=UNIQUE_NUMBER)
    started_on: Mapped[date]
    figured_on: Mapped[date]
    ended_on: Mapped[date | None]
    end_reason: Mapped[str | None] = mapped_column(String(24))  # asked | past_due | missed_payments
    created_at: Mapped[datetime] = mapped_column(UtcTime)
