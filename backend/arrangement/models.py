"""The arrangements table."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.confirmation_numbers import UNIQUE_NUMBER
from backend.db import Base, UtcTime


class Arrangement(Base):
    """A plan that was granted. `status` is active, kept or broken; `parts` are {cents, on}, in order of their days.

    `owed_cents` is what the account owed on `granted_on`: bills of later days are not part of the plan.
    """

    __tablename__ = "arrangements"
    shown_as = "arrangements"
    shown_fields = ("number", "parts", "owed_cents", "status", "granted_on", "ended_on")

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True, info=UNIQUE_NUMBER)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"))
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    owed_cents: Mapped[int]
    status: Mapped[str] = mapped_column(String(8), default="active", index=True)
    granted_on: Mapped[date]
    ended_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcTime)
