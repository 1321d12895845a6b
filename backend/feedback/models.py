"""The table of ratings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class TalkRating(Base):
    """Whether a talk helped, in the member's word after it; `words` are what was missing, without numbers of cards.

    One for each conversation: a later one takes the earlier one's place.
    """

    __tablename__ = "talk_ratings"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), unique=True)
    helped: Mapped[bool]
    words: Mapped[str] = mapped_column(String(400), default="")
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)
