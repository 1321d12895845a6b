"""Callouts: who was alerted to an urgent ticket, when and how, and who has it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class Callout(Base):
    """The callout for one ticket.

    `status` is calling, taken, unanswered (for an hour; reminders go on) or over (the ticket ended). `next_at` is the
    time of the next reminder, None when there is none.
    """

    __tablename__ = "callouts"
    __table_args__ = (Index(None, "next_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), unique=True)
    status: Mapped[str] = mapped_column(String(12), default="calling")
    rounds: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(UtcTime)
    taken_by: Mapped[str | None] = mapped_column(String(80))
    taken_how: Mapped[str | None] = mapped_column(String(8))  # text | link | office
    taken_at: Mapped[datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class CalloutNotice(Base):
    """One message to one person. `what` is call, again, news, says, adds or ended; its status is in the outbox."""

    __tablename__ = "callout_notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    callout_id: Mapped[int] = mapped_column(ForeignKey("callouts.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    way: Mapped[str] = mapped_column(String(8))  # sms | email | call
    what: Mapped[str] = mapped_column(String(8))
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcTime)


class CalloutCode(Base):
    """The code with which one person takes, declines or closes one ticket.

    Not the code itself: `backend.callout.codes` derives it from `drawing` and `digits`. `misses` are wrong codes from
    their phone; `declined_at` is set when they declined.
    """

    __tablename__ = "callout_codes"
    __table_args__ = (UniqueConstraint("callout_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    callout_id: Mapped[int] = mapped_column(ForeignKey("callouts.id"))
    name: Mapped[str] = mapped_column(String(80))
    drawing: Mapped[int] = mapped_column(default=0)
    digits: Mapped[int] = mapped_column(default=6)
    misses: Mapped[int] = mapped_column(default=0)
    declined_at: Mapped[datetime | None] = mapped_column(UtcTime)
