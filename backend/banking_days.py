"""Banking days: Monday to Friday, except the Federal Reserve's holidays and those of the co-op."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

_MONDAY, _THURSDAY = 0, 3


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
    return frozenset(observed | _floating(year))


def _floating(year: int) -> set[date]:
    last_of_may = date(year, 5, 31)
    return {
        _nth(year, 1, _MONDAY, 3),  # Martin Luther King Jr.
        _nth(year, 2, _MONDAY, 3),  # Washington's birthday
        last_of_may - timedelta(days=last_of_may.weekday()),  # Memorial Day, the last Monday
        _nth(year, 9, _MONDAY, 1),  # Labor Day
        _nth(year, 10, _MONDAY, 2),  # Columbus Day
        _nth(year, 11, _THURSDAY, 4),  # Thanksgiving
    }


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))
