"""What members agreed to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class Consent(Base):
    """What a member agreed to: the exact words shown and the exact reply, kept past its end ([retention] consents).

    `sender` is the phone (E.164) that the reply came from, empty on the web. It stays here when the conversation is
    erased: a bank may ask who authorized a debit.
    """

    __tablename__ = "consents"
    shown_as = "consents"
    shown_fields = ("kind", "wording", "reply", "channel", "reference", "at", "ends_on", "revoked_at")

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))  # payment | scheduled_payment | autopay …
    wording: Mapped[str] = mapped_column(Text)
    reply: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(String(12))
    reference: Mapped[str] = mapped_column(String(64), default="")  # confirmation number of what it allowed
    at: Mapped[datetime] = mapped_column(UtcTime)
    ends_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    conversation_id: Mapped[str | None] = mapped_column(String(80))
    sender: Mapped[str | None] = mapped_column(String(20))
    level: Mapped[int | None]  # the identity level of the reply
