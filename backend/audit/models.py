"""The audit trail: every act on an account, each row chained to the one before it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class AuditRow(Base):
    """Who did what to which account, on which channel and at which identity level. Written once, never changed.

    `hash` is SHA-256 over the row's content and `prev_hash`. `prev_hash` is unique, so the chain cannot fork.
    """

    __tablename__ = "audit"
    # what one conversation did is looked up while a member waits; the office's page filters by act and by day
    __table_args__ = (Index(None, "actor", "at"), Index(None, "act", "at"), Index(None, "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    actor: Mapped[str] = mapped_column(String(80))  # conversation, job or office user
    level: Mapped[int]
    channel: Mapped[str] = mapped_column(String(12))
    act: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    prev_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
