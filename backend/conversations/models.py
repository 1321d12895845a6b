"""Conversations, their messages, action results and page events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Double, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class Conversation(Base):
    """One conversation on one channel, with its identity.

    `level` is 0 anonymous, 1 member number and last four, 2 stepped up. It is not in the dialogue tracker, where a
    crafted message could set it.
    """

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    channel: Mapped[str] = mapped_column(String(12))  # sms | web | voice
    address: Mapped[str | None] = mapped_column(String(20))  # the other end's phone, E.164
    source: Mapped[str] = mapped_column(String(80), default="")  # the sender, for rate limits
    browser: Mapped[str] = mapped_column(String(480), default="", server_default="")  # tokens of a known browser
    attested: Mapped[bool] = mapped_column(default=False)  # the carrier attests `address`
    level: Mapped[int] = mapped_column(default=0)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))  # the account's member then
    verified_at: Mapped[datetime | None] = mapped_column(UtcTime)
    signed_in: Mapped[bool] = mapped_column(default=False, server_default=false())  # the level is a signed-in page's
    # whose page: the hash of a portal session, page_sign_ins.COOP_PORTAL, or empty. A code given there leaves it
    signed_in_by: Mapped[str] = mapped_column(String(64), default="", server_default="")
    last_seen_at: Mapped[datetime] = mapped_column(UtcTime)
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    offered: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # the buttons offered last
    expects: Mapped[str] = mapped_column(String(24), default="")  # what was asked for last, a hint for channels
    language: Mapped[str] = mapped_column(String(2), default="en", server_default="en")  # of the answers

    @property
    def is_attested(self) -> bool:
        """Whether the caller ID is proven: a call with attestation A. Texts have no attestation."""
        return self.attested and self.channel == "voice"

    def is_text_from(self, phone: str) -> bool:
        """Whether it is by text from this phone. That proves nothing about the sender, but answers go to the phone."""
        return self.channel == "sms" and self.address == phone

    @property
    def replies_reach_sender(self) -> bool:
        """Whether answers reach only the phone of `address`, and never somebody who forged it."""
        return self.is_attested or (self.channel == "sms" and bool(self.address))


class InboundMessage(Base):
    """An inbound message, stored before it is processed, and its answer, so that nothing is lost or done twice.

    `text` is stored with card, bank and social security digits redacted. While the status is `received`, `owner` is the
    process that answers it until `leased_until`, which it renews. Without an owner any process may take it from
    `leased_until` on; `reply` then is the interim answer. Within a conversation the `begun` message comes first, then
    the one that `arrived` first. Both times are seconds since 1970 by the database's clock, since clocks of several
    machines differ.
    """

    __tablename__ = "inbound_messages"
    __table_args__ = (
        UniqueConstraint("channel", "provider_id"),
        Index(None, "status", "received_at"),
        Index(None, "received_at"),
        Index(
            "ix_inbound_messages_waiting",
            "conversation_id",
            sqlite_where=text("status = 'received'"),
            postgresql_where=text("status = 'received'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(12))
    provider_id: Mapped[str] = mapped_column(String(120))  # MessageSid, CallSid and turn, or session and client id
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    payload: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(12), default="received")  # received | answered | failed
    reply: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    received_at: Mapped[datetime] = mapped_column(UtcTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    owner: Mapped[str | None] = mapped_column(String(32))
    leased_until: Mapped[float] = mapped_column(Double, default=0.0, server_default="0")
    arrived: Mapped[float] = mapped_column(Double, default=0.0, server_default="0")
    begun: Mapped[bool] = mapped_column(default=False, server_default=false())
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")  # failed attempts to answer it


class ActionResult(Base):
    """The result of one action for an unanswered message; a repeated action returns it."""

    __tablename__ = "action_results"

    inbound_id: Mapped[int] = mapped_column(ForeignKey("inbound_messages.id"), primary_key=True)
    step: Mapped[str] = mapped_column(String(120), primary_key=True)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)  # {"events": [...], "responses": [...]}, as the engine gets it


class PushEvent(Base):
    """One event of a web conversation's stream; `id` is the SSE Last-Event-ID."""

    __tablename__ = "push_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcTime)


class PendingRedaction(Base):
    """Messages to redact in the dialogue engine's store: {provider_id: redacted text}."""

    __tablename__ = "unkept"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(80), ForeignKey("conversations.id"), index=True)
    messages: Mapped[dict[str, str]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcTime)
