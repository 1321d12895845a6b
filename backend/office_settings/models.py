"""The versions of the office's settings, and the logos that it uploaded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class SettingsVersion(Base):
    """One published state. `id` is the version's number, from 1 without gaps; 0 means coop.toml and knowledge/ alone.

    `state` is whole, not a difference: `{"tables": {section: {key: value}}, "knowledge": {subject: text or null}}`.
    """

    __tablename__ = "settings_versions"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcTime)
    by: Mapped[str] = mapped_column(String(60))
    area: Mapped[str] = mapped_column(String(24))  # hours, money, …; UNDO or UNDO_ONE where something came back
    reason: Mapped[str] = mapped_column(String(300))
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
    restores: Mapped[int | None]  # the version that came back (UNDO), or whose change was taken back (UNDO_ONE)


class OfficeLogo(Base):
    """An uploaded logo, cleaned. Kept as long as there are versions: an undo may need it again."""

    __tablename__ = "office_logos"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the content, in hex
    media_type: Mapped[str] = mapped_column(String(32))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime] = mapped_column(UtcTime)
