"""Meter readings by month, and by day where meters send them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Base


class MeterReading(Base):
    """What one account used in one month. `month` is its first day; the temperature is Fahrenheit, where known."""

    __tablename__ = "usage_readings"
    __table_args__ = (UniqueConstraint("account_id", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    month: Mapped[date]
    kwh: Mapped[int]
    days: Mapped[int]
    avg_temp_f: Mapped[int | None]


class DailyReading(Base):
    """What one account used on one of the co-op's local days, in Wh; negative where more was fed in than used."""

    __tablename__ = "usage_days"
    __table_args__ = (UniqueConstraint("account_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    day: Mapped[date]
    wh: Mapped[int]

    @property
    def kwh(self) -> float:
        return self.wh / 1000
