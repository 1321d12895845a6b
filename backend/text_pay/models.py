"""Standing authorizations to pay by text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.confirmation_numbers import UNIQUE_NUMBER
from backend.db import Base, UtcTime


class TextPayAuthorization(Base):
    """Lets a reply PAY from this phone be read back and paid by this method, for this account alone.

    The words and the reply are the consent with the same number. It stands while `ended_at` is empty; service.py says
    what ends it. An account has one at most.
    """

    __tablename__ = "text_pay_authorizations"
    __table_args__ = (
        Index(
            "uq_text_pay_standing",
            "account_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    shown_as = "text_pay"
    shown_fields = ("confirmation", "phone", "given_at", "ended_at", "end_reason")

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    phone: Mapped[str] = mapped_column(String(20), index=True)  # E.164
    method_id: Mapped[int] = mapped_column(ForeignKey("payment_methods.id"))
    confirmation: Mapped[str] = mapped_column(String(16), unique=True, info=UNIQUE_NUMBER)
    given_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    end_reason: Mapped[str] = mapped_column(String(20), default="", server_default="")
