"""Banking days: Monday to Friday, except the Federal Reserve's holidays and those of the co-op."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

_MONDAY, _THURSDAY = 0, 3
LAST = 0


def add_banking_days(day: date, count: int, closed: Callable[[date], object] | None = None) -> date:
    """The `count`-th banking day after `day`, which itself never counts. `closed` tells the co-op's own holidays."""
    while count > 0:
        day += timedelta(days=1)
        if is_banking_day(day) and not (closed and closed(day)):
            count -= 1
    return day


def is_banking_day(day: date) -> bool:
    return day.weekday() < 5 and day not in federal_holidays(day.year)


def federal_holidays(year: int) -> frozenset[date]:
    """The days of `year` on which the Federal Reserve Banks are closed, when ACH does not settle.

    A holiday on a Sunday moves to the Monday; one on a Saturday does not move (frbservices.org, holiday schedules).
    """
    fixed = (date(year, month, day) for month, day in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25)))
    observed = {day + timedelta(days=1) if day.weekday() == 6 else day for day in fixed}
    floating = {
        nth_weekday(year, 1, _MONDAY, 3),  # Martin Luther King Jr.
        nth_weekday(year, 2, _MONDAY, 3),  # Washington's birthday
        nth_weekday(year, 5, _MONDAY, LAST),  # Memorial Day
        nth_weekday(year, 9, _MONDAY, 1),  # Labor Day
        nth_weekday(year, 10, _MONDAY, 2),  # Columbus Day
        nth_weekday(year, 11, _THURSDAY, 4),  # Thanksgiving
    }
    return frozenset(observed | floating)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The `nth` (1 to 4, or LAST) `weekday` (0 is Monday) of a month."""
    if nth == LAST:
        end = date(year, month, monthrange(year, month)[1])
        return end - timedelta(days=(end.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
