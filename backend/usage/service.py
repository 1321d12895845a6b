"""An account's use by month, compared with the year before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.months import add_months, year_before
from backend.usage.models import DailyReading, MeterReading

MONTHS = 12


@dataclass(frozen=True, slots=True)
class MonthUsage:
    """One month of use and the same month a year before; either may be unknown."""

    month: date
    now: MeterReading | None
    before: MeterReading | None

    @property
    def change_percent(self) -> int | None:
        """The increase over the year before in percent; None without a comparison."""
        if self.now is None or self.before is None or self.before.kwh <= 0:
            return None
        return round((self.now.kwh - self.before.kwh) * 100 / self.before.kwh)


async def list_last_months(
    session: AsyncSession, account_id: int, count: int = MONTHS, *, until: date | None = None
) -> list[MonthUsage]:
    """The last `count` months up to the newest reading, the oldest first; empty when there is no reading.

    `until`: up to the newest one that is not after the month of this day.
    """
    readings = await session.scalars(select(MeterReading).where(MeterReading.account_id == account_id))
    by_month = {reading.month: reading for reading in readings if until is None or reading.month <= until}
    if not by_month:
        return []
    newest = max(by_month)
    months = [add_months(newest, -back) for back in range(count - 1, -1, -1)]
    found = [MonthUsage(month, by_month.get(month), by_month.get(year_before(month))) for month in months]
    while found and found[0].now is None and found[0].before is None:
        found.pop(0)
    return found


async def find_reading(session: AsyncSession, account_id: int, month: date) -> MeterReading | None:
    return await session.scalar(
        select(MeterReading).where(MeterReading.account_id == account_id, MeterReading.month == month)
    )


async def list_readings(session: AsyncSession, account_id: int, count: int) -> list[MeterReading]:
    """The newest `count` readings, the newest first."""
    query = select(MeterReading).where(MeterReading.account_id == account_id)
    return list(await session.scalars(query.order_by(MeterReading.month.desc()).limit(count)))


async def list_days(
    session: AsyncSession, account_id: int, count: int, *, until: date | None = None
) -> list[DailyReading]:
    """The newest `count` daily readings, the oldest first; `until`: of those that are not after this day."""
    query = select(DailyReading).where(DailyReading.account_id == account_id)
    if until is not None:
        query = query.where(DailyReading.day <= until)
    found = await session.scalars(query.order_by(DailyReading.day.desc()).limit(count))
    return list(reversed(found.all()))


async def has_days(session: AsyncSession, account_id: int) -> bool:
    """Whether there is any use by day for this account."""
    return (
        await session.scalar(select(DailyReading.id).where(DailyReading.account_id == account_id).limit(1)) is not None
    )
