"""Outgoing texts, emails and calls with their status, and opt-outs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime

LONG_AGO = "1970-01-01 00:00:00+00:00"
"""When a message is due that a process of an older version queued: at once."""


class OutboxMessage(Base):
    """`status`: queued, sending, sent, delivered; or undelivered, failed, refused (opted out or no phone), expired (too
    old to be sent).
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(None, "status", "created_at"),
        # what a sender looks for: the messages of a kind that are due, by priority
        Index("ix_outbox_due", "status", "kind", "priority", "due_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)  # the same message is queued once
    kind: Mapped[str] = mapped_column(String(8))  # sms | email | call
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2), default="en", server_default="en")  # of a call
    media_url: Mapped[str | None] = mapped_column(String(500))
    purpose: Mapped[str] = mapped_column(String(24), default="reply")  # reply | receipt | code | link | notice …
    priority: Mapped[int] = mapped_column(SmallInteger, default=3, server_default="3")  # lower goes first
    status: Mapped[str] = mapped_column(String(12), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None] = mapped_column(UtcTime)
    # not_before, or when it was queued
    due_at: Mapped[datetime] = mapped_column(UtcTime, server_default=LONG_AGO)
    not_after: Mapped[datetime | None] = mapped_column(UtcTime)  # what is not sent by then expires
    provider_sid: Mapped[str | None] = mapped_column(String(64), index=True)
    error_code: Mapped[str | None] = mapped_column(String(24))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)


class SendRate(Base):
    """The token bucket of a sender: `tokens` parts of texts, calls or emails were left at the time `at`."""

    __tablename__ = "send_rates"

    sender: Mapped[str] = mapped_column(String(8), primary_key=True)  # sms | email | call
    tokens: Mapped[float] = mapped_column(Float)
    at: Mapped[datetime] = mapped_column(UtcTime)


class OptOut(Base):
    """A phone that sent STOP. Kept after START, for the record."""

    __tablename__ = "opt_outs"

    phone: Mapped[str] = mapped_column(String(20), primary_key=True)
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class MessageConsent(Base):
    """One change of what a member is told by a channel: given, or ended. Rows are only added: together they are the
    history.

    `purpose` is the kind of alert, or `all` for everything by text (STOP and START). `address` is the phone or email
    that it holds for; `via` is the channel that the words came by, `carrier` if a carrier refused a text.
    """

    __tablename__ = "message_consents"
    __table_args__ = (Index(None, "account_id", "id"),)
    shown_as = "message_consents"
    shown_fields = ("purpose", "channel", "given", "address", "via", "wording", "reply", "at")

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    purpose: Mapped[str] = mapped_column(String(24))
    channel: Mapped[str] = mapped_column(String(8))  # text | email | call
    given: Mapped[bool]
    address: Mapped[str] = mapped_column(String(254))
    via: Mapped[str] = mapped_column(String(12))
    wording: Mapped[str] = mapped_column(Text, default="")
    reply: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcTime)
