"""The queue of handoffs, the office's messages and notes, who looks at a talk, and ready answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class AgentHandoff(Base):
    """One request for a person. `status`: waiting, answered, transferred (the call was connected) or closed.

    `summary` has the member, the level, what was tried, and the last lines with sensitive digits masked. Its `seen` is
    the newest inbound message that the office knew with its last answer; `waiting_since` (ISO, UTC) is there when the
    member wrote again since; `told` has, by kind of notice, the message that it answered; `reminded` is the
    `waiting_since` of which the office was reminded by text; `told_waiting` has the notices that a member who waits got
    by themselves; `undelivered` is the office's answer that did not arrive, until somebody answers again; `may_return`:
    the office left the member, and nothing was begun with the assistant since; `outage` is as in `outage_told.py`.
    `owner` is the staff name of who has it. Until `snoozed_until` it is out of the list.
    """

    __tablename__ = "handovers"
    __table_args__ = (Index(None, "status", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    status: Mapped[str] = mapped_column(String(12), default="waiting")
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    owner: Mapped[str | None] = mapped_column(String(60), index=True)
    snoozed_until: Mapped[datetime | None] = mapped_column(UtcTime, index=True)

    @property
    def waits_again(self) -> bool:
        """Whether the office answered, and the member wrote since."""
        return self.status == "waiting" and "waiting_since" in self.summary

    @property
    def waiting_since(self) -> datetime:
        """Since when nobody has answered (UTC)."""
        again = self.summary.get("waiting_since")
        return datetime.fromisoformat(again) if again else self.created_at


class OfficeMessage(Base):
    """What somebody at the office wrote into a conversation. `failure` is why its text did not arrive: the carrier's
    error code, or the status that the message ended with; None where nothing is known to be wrong."""

    __tablename__ = "office_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    author: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcTime)
    failure: Mapped[str | None] = mapped_column(String(24))


class TalkNote(Base):
    """What the office says among itself about a talk; members are never sent it."""

    __tablename__ = "talk_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    author: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcTime)


class TalkViewer(Base):
    """Somebody of the office who has a talk open: until `looks_until`, and writes until `writes_until`."""

    __tablename__ = "talk_viewers"
    __table_args__ = (UniqueConstraint("conversation_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    name: Mapped[str] = mapped_column(String(60))
    looks_until: Mapped[datetime] = mapped_column(UtcTime, index=True)
    writes_until: Mapped[datetime | None] = mapped_column(UtcTime)


class ReadyAnswer(Base):
    """An answer that the office gives often, in both languages; {fields} are filled in for the member."""

    __tablename__ = "ready_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(60), unique=True)
    english: Mapped[str] = mapped_column(Text)
    spanish: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(String(60))
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
