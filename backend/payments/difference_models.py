"""What our books and the payment network say otherwise of a payment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base, UtcTime


class PaymentDifference(Base):
    """One difference, `name` a key of DIFFERENCES in open_differences.py. While it is open (`settled_at` NULL) none of
    the payment's money is given back. `theirs_cents` is what the network named, NULL where it named nothing.
    `settled_by` is who of the office settled it; NULL: both sides agreed again, or the network settled it."""

    __tablename__ = "payment_differences"

    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), index=True)
    name: Mapped[str] = mapped_column(String(32))
    theirs_cents: Mapped[int | None]
    found_at: Mapped[datetime] = mapped_column(UtcTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    settled_by: Mapped[str | None] = mapped_column(String(60))
    settled_reason: Mapped[str | None] = mapped_column(String(200))
