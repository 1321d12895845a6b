"""The table of known outages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class KnownOutage(Base):
    """One outage that is being worked on. `area` are the words of roads, towns or places in it, separated by commas.

    `estimate_at` is when power is expected back, None while nobody knows. It is over once `cleared_at` is set.
    """

    __tablename__ = "known_outages"
    __table_args__ = (Index(None, "cleared_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(String(300))
    cause: Mapped[str] = mapped_column(String(200), default="")
    estimate_at: Mapped[datetime | None] = mapped_column(UtcTime)
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcTime)
