"""What was understood of each message, and what the office marked as wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class TurnReading(Base):
    """What the engine made of one message, kept with its answer. It holds no word of the member.

    Without an `intent` the assistant did not read it: a person answered, the engine was away, or the channel answered
    by itself. `acts` are act and probability, 0 to 1, the likeliest first. `task` is the form that was at work, or the
    action that answered. `missed`: the assistant had to ask again, or did not know the answer. `parts` are those of the
    answer by text.
    """

    __tablename__ = "turn_readings"
    __table_args__ = (Index(None, "at"),)

    inbound_id: Mapped[int] = mapped_column(ForeignKey("inbound_messages.id"), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    intent: Mapped[str] = mapped_column(String(60), default="")
    confidence: Mapped[float] = mapped_column(Float, default=0.0)  # of the intent, 0 to 1
    acts: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    task: Mapped[str] = mapped_column(String(60), default="")
    subject: Mapped[str] = mapped_column(String(60), default="")  # the nearest one of knowledge/
    missed: Mapped[bool] = mapped_column(default=False)
    parts: Mapped[int] = mapped_column(default=0)


class ReviewMark(Base):
    """What somebody at the office found wrong with the answer to one message; a message has one mark.

    `kind` is one of MARK_KINDS; `meant` is an intent or `act:` and an act, or empty.
    """

    __tablename__ = "review_marks"
    __table_args__ = (UniqueConstraint("inbound_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    inbound_id: Mapped[int] = mapped_column(ForeignKey("inbound_messages.id"))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    meant: Mapped[str] = mapped_column(String(60), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    marked_by: Mapped[str] = mapped_column(String(60))
    marked_at: Mapped[datetime] = mapped_column(UtcTime)
