"""Notes of the office on members."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class MemberNote(Base):
    """What the office wrote about a member, or did for them. Never sent to anybody; written once, never changed.

    `act` is empty for a note, else the name of the act that `text` tells. `key` is that of the form it came from, so
    that a form sent twice does one thing.
    """

    __tablename__ = "member_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    author: Mapped[str] = mapped_column(String(60))  # a staff sign-in name
    act: Mapped[str] = mapped_column(String(24), default="")
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcTime)
