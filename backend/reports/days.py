"""The range of days of a report, in the co-op's local dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
LONGEST_DAYS = 366
BY_DAY, BY_WEEK = 31, 200
"""Up to so many days a chart has a bar for each day, then for each week, then for each month."""


@dataclass(frozen=True)
class DayRange:
    """From `first` to `last`, both included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def since(self) -> datetime:
        """The beginning of the first day (UTC)."""
        return datetime.combine(self.first, time(), self.zone).astimezone(UTC)

    @property
    def until(self) -> datetime:
        """The end of the last day (UTC), which is not part of it."""
        return datetime.combine(self.last + DAY, time(), self.zone).astimezone(UTC)

    def offsets(self) -> list[tuple[float, int]]:
        """(since when, in seconds since 1970; seconds that local time is ahead of UTC): a row for each change of the
        clock, which is at a full hour."""
        found: list[tuple[float, int]] = []
        for day in self.days():
            start = datetime.combine(day, time(), self.zone).astimezone(UTC)
            end = datetime.combine(day + DAY, time(), self.zone).astimezone(UTC)
            hours = (start + timedelta(hours=hour) for hour in range(int((end - start) / timedelta(hours=1))))
            for at in (start, *hours) if self._offset(start) != self._offset(end) or not found else (start,):
                if not found or found[-1][1] != self._offset(at):
                    found.append((at.timestamp(), self._offset(at)))
        return found

    def _offset(self, at: datetime) -> int:
        shift = at.astimezone(self.zone).utcoffset()
        assert shift is not None
        return int(shift.total_seconds())

    def before(self) -> DayRange:
        """As many days, right before."""
        return DayRange(self.first - DAY * self.count, self.first - DAY, self.zone)

    def bucket_of(self, day: date) -> date:
        """The first day of the bar that a day belongs to."""
        if self.count <= BY_DAY:
            return day
        if self.count <= BY_WEEK:
            return max(self.first, day - DAY * day.weekday())
        return max(self.first, day.replace(day=1))

    def buckets(self) -> list[date]:
        return list(dict.fromkeys(self.bucket_of(day) for day in self.days()))

    def days(self) -> Iterator[date]:
        return (self.first + DAY * index for index in range(self.count))


def last_days(count: int, today: date, zone: ZoneInfo) -> DayRange:
    """The last `count` days up to today."""
    return DayRange(today - DAY * (count - 1), today, zone)


def last_week(today: date, zone: ZoneInfo) -> DayRange:
    """The last full week, Monday to Sunday."""
    monday = today - DAY * (today.weekday() + 7)
    return DayRange(monday, monday + DAY * 6, zone)
