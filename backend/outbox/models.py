"""Outgoing texts, emails and calls with their status, and opt-outs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class OutboxMessage(Base):
    """`status`: queued, sending, sent, delivered; or undelivered, failed, refused (opted out or no phone)."""

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "status", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)  # the same message is queued once
    kind: Mapped[str] = mapped_column(String(8))  # sms | email | call
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2), default="en", server_default="en")  # of a call
    media_url: Mapped[str | None] = mapped_column(String(500))
    purpose: Mapped[str] = mapped_column(String(24), default="reply")  # reply | receipt | code | link | notice …
    status: Mapped[str] = mapped_column(String(12), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None] = mapped_column(UtcTime)
    provider_sid: Mapped[str | None] = mapped_column(String(64), index=True)
    error_code: Mapped[str | None] = mapped_column(String(24))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)


class OptOut(Base):
    """A phone that sent STOP. Kept after START, for the record."""

    __tablename__ = "opt_outs"

    phone: Mapped[str] = mapped_column(String(20), primary_key=True)
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
