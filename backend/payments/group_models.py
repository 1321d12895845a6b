"""Payments of several accounts that were agreed to by one yes. Amounts are integer cents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime

GROUPED_KEY = "group:"
"""How the keys of quotes, payments and schedules of a group begin."""
TAKE, RELEASE = "take", "release"


class PaymentGroup(Base):
    """What was read out for several accounts at once. Its parts are quotes, and after the yes payments or schedules.

    `decision` is made once, when every part is authorized (`take`) or one of them is not (`release`): nothing is
    captured before it is `take`. A group for a later day needs none: each part is made by itself on that day.
    """

    __tablename__ = "payment_groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(String(80))
    decision: Mapped[str | None] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)


class PaymentGroupPart(Base):
    """One account of a group. `key` is that of its quote and of the payment or schedule that comes of it."""

    __tablename__ = "payment_group_parts"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("payment_groups.id"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
