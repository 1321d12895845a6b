"""Which job of the calendar was last taken up, and whether it was finished."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class JobLock(Base):
    """The newest turn of a job. Of all processes that try, one takes it; a turn left unfinished is taken again."""

    __tablename__ = "job_turns"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    slot: Mapped[str] = mapped_column(String(16))  # the minute, hour or day it is for; sorts as time goes
    taken_at: Mapped[datetime] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
