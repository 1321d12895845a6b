"""Forms that were sent from a page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class SentForm(Base):
    """A form that is being done, or was done. `form_hash` stands for the page it came from and all that was typed.

    `location` is the page that came after it; empty while it is being done.
    """

    __tablename__ = "sent_forms"

    form_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    location: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)
