"""The tickets table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.confirmation_numbers import UNIQUE_NUMBER
from backend.db import Base, UtcTime

PLACE_SOURCE_LABEL = "address"
"""Label in `details`: the place is the one on file, not told by the reporter, who may not be the member."""
REPORTER_SAYS_PREFIX = "the reporter says: "
"""Start of a note in which the reporter takes back a callout."""
DENIED_LABEL = "no danger, says who reported it"
"""Label in `details`: the ticket stays open, and the crew is reminded less often."""
UNPROVEN_LABEL = "by text, not proven"
"""Label beside it: a text's sender can be forged, so the crew is reminded as often as before."""

WORKING, WAITING = "working", "waiting"
"""How far the office is with an open ticket: somebody is at it, or the member is to answer first."""
HIGH, NORMAL, LOW = "high", "normal", "low"
TAKEN_DOWN_LABEL = "taken down by"
"""Label in `details`: the person of the office who opened it by hand."""
CLOSED_BY_LABEL = "closed by"
"""Label in `details`: the office user who closed it."""


class Ticket(Base):
    """One request. `kind` is one of `backend.tickets.kinds.KINDS`; `status` open, answered, closed or withdrawn.

    `details` are labels and texts as the office reads them. `place` is as reported or on file; `phone` (E.164) is the
    reporter's. `notes`, `{at, conversation, words}`, the oldest first, are never removed; `unproven` marks one by
    somebody who has not proven a right to the ticket, `crew` names its author on call, `office` who opened it again.
    `outcome` says how it ended; `due_at` is when a call back, or a response of the office, is promised. `outage_id` is
    the known outage that it was reported in, or that it is left over from.

    The office's own work on it: `owner` is the person of the office who has it, `priority` high, normal or low,
    `progress` empty, `working`, or `waiting` for the member. `tries` counts calls that nobody answered, the last one at
    `tried_at`. A note of the office has `what`: `note` or `change`.
    """

    __tablename__ = "tickets"
    __table_args__ = (Index(None, "status", "created_at"), Index(None, "place_key"), Index(None, "kind", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True, info=UNIQUE_NUMBER)
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(12), default="open")
    urgent: Mapped[bool] = mapped_column(default=False)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    outage_id: Mapped[int | None] = mapped_column(ForeignKey("known_outages.id"), index=True)
    place: Mapped[str | None] = mapped_column(Text)
    place_key: Mapped[str | None] = mapped_column(String(120))  # see place_matching
    phone: Mapped[str | None] = mapped_column(String(20))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    notes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    outcome: Mapped[str | None] = mapped_column(Text)
    due_at: Mapped[datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    owner: Mapped[str | None] = mapped_column(String(60))
    priority: Mapped[str] = mapped_column(String(6), default="normal", server_default="normal")
    progress: Mapped[str] = mapped_column(String(8), default="", server_default="")
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    tried_at: Mapped[datetime | None] = mapped_column(UtcTime)
