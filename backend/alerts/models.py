"""Alert settings, and alerts that were sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class AlertSetting(Base):
    """One alert of an account: its channels, and its threshold in the unit of its kind (`kinds.py`).

    Kept when it is turned off, to find its threshold again. Events before `since` are not sent.
    """

    __tablename__ = "alert_settings"
    __table_args__ = (Index("uq_alert_settings_account_kind", "account_id", "kind", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str] = mapped_column(String(24), index=True)
    by_text: Mapped[bool] = mapped_column(default=False)
    by_email: Mapped[bool] = mapped_column(default=False)
    by_call: Mapped[bool] = mapped_column(default=False)
    threshold: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)
    origin: Mapped[str] = mapped_column(String(12), default="portal")  # portal: set before; else the channel
    since: Mapped[datetime] = mapped_column(UtcTime)

    @property
    def channels(self) -> list[str]:
        """The active ones of text, email and call."""
        chosen = (("text", self.by_text), ("email", self.by_email), ("call", self.by_call))
        return [way for way, on in chosen if on]


class AlertSent(Base):
    """An event that was sent. Its unique index ensures that each is sent once.

    `texted_to` is the phone (E.164) that it went to by text; `offers_payment`: that text said to reply PAY.
    """

    __tablename__ = "alerts_sent"
    __table_args__ = (Index("uq_alerts_sent_event", "account_id", "kind", "event", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str] = mapped_column(String(24))
    event: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcTime)
    texted_to: Mapped[str | None] = mapped_column(String(20), index=True)
    offers_payment: Mapped[bool] = mapped_column(default=False, server_default=false())
