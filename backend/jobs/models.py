"""The last slot of each scheduled job, whether its run finished, and what holds jobs back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class JobLock(Base):
    """The newest slot of a job that a process claimed."""

    __tablename__ = "job_turns"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    slot: Mapped[str] = mapped_column(String(16))  # the minute, hour or day it is for, as text that sorts by time
    taken_at: Mapped[datetime] = mapped_column(UtcTime)  # or when the lease was last renewed
    owner: Mapped[str] = mapped_column(String(32), default="", server_default="")  # whose lease it is: random
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)


MESSAGES = "messages"
"""The hold on alerts, reminders and campaign messages."""


class Hold(Base):
    """A group of jobs that must not run, or of messages that must not go out, until somebody releases it."""

    __tablename__ = "holds"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    since: Mapped[datetime] = mapped_column(UtcTime)
