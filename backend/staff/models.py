"""Staff sessions, and forms that came after the end of one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class StaffSession(Base):
    """A signed-in browser of the office. Only the hash of its cookie is stored; signing out deletes the row.

    `password_mark` is a keyed hash of the password's hash then: a new password ends the session.
    """

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    password_mark: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(UtcTime)


class StaffKeptForm(Base):
    """What was typed into the form on `page`, without card and check-line numbers, for half an hour.

    `owner_hash` is of the browser's long-lived cookie, and after the sign-in of the new session's.
    """

    __tablename__ = "staff_kept_forms"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    page: Mapped[str] = mapped_column(String(200))
    fields: Mapped[dict[str, str]] = mapped_column(JSON)
    kept_at: Mapped[datetime] = mapped_column(UtcTime)
