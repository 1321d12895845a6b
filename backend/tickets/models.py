"""Tickets: requests that a person at the office or a crew takes on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.confirmation_numbers import UNIQUE_NUMBER
from backend.db import Base, UtcTime

PLACE_SOURCE_LABEL = "address"
"""In `details`: who reports did not tell the place, it is the one on file. They need not be the member."""
REPORTER_SAYS_PREFIX = "the reporter says: "
"""How a note begins that takes back what the crew is called out for."""
DENIED_LABEL = "no danger, says who reported it"
"""A label in the details: it stays open, the talk is of it no more, and the crew is told of it less often."""
UNPROVEN_LABEL = "by text, not proven"
"""Beside it: a sender can be forged, so the crew is told as often as before."""


class Ticket(Base):
    """One request. `kind` is one of `backend.tickets.kinds.KINDS`; `status` open, answered, closed or withdrawn.

    `details` are plain labels and texts, as the office reads them. `place` is where, as it was told or as it is on
    file, `phone` (E.164) how to reach whoever told it. `notes` are what was told later, `{at, conversation, words}`,
    the oldest first, and only ever grow; `unproven` where it was told by one who has not shown that it is theirs to
    tell of, `crew` where somebody on call did. `outcome` says why it is over, `due_at` when a call back was
    promised, or by when word from the office was.
    """

    __tablename__ = "tickets"
    __table_args__ = (Index(None, "status", "created_at"), Index(None, "place_key"))

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True, info=UNIQUE_NUMBER)
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(12), default="open")
    urgent: Mapped[bool] = mapped_column(default=False)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), index=True)
    place: Mapped[str | None] = mapped_column(Text)
    place_key: Mapped[str | None] = mapped_column(String(120))  # the same for the same place in other words
    phone: Mapped[str | None] = mapped_column(String(20))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    notes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    outcome: Mapped[str | None] = mapped_column(Text)
    due_at: Mapped[datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
