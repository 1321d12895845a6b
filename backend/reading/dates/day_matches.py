"""The result of a day rule, and the calendar arithmetic that the rules share."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

HALF_YEAR = timedelta(days=183)


@dataclass(frozen=True)
class DayMatch:
    """What a rule made of its words: a day, or None and the `nearest` existing one.

    A match that `is_weak` counts only where no other was found.
    """

    day: date | None
    nearest: date | None = None
    is_weak: bool = False
    is_weekday_only: bool = False  # only a day of the week: a full date beside it says more
    is_unclear: bool = False
    only_if_asked: bool = False  # a day only where one was asked for: "i paid yesterday", "talk to you later"


@dataclass(frozen=True)
class DayContext:
    """What a day is read against: today and the due date, both the co-op's local dates."""

    today: date
    due_date: date | None


DayMatcher = Callable[[re.Match[str], DayContext], DayMatch | None]


@dataclass(frozen=True)
class DayRule:
    """A way of saying a day.

    Text with none of `required_substrings` in it cannot match, which is found out far faster than by the pattern.
    """

    pattern: re.Pattern[str]
    matcher: DayMatcher
    required_substrings: tuple[str, ...]


def make_rule(pattern: str, make: DayMatcher, *keys: str) -> DayRule:
    return DayRule(re.compile(pattern), make, keys)


def match_day_in_month(year: int, month: int, day: int) -> DayMatch:
    """That day, or the month's last one as the nearest to one that the month does not have."""
    last = monthrange(year, month)[1]
    if 1 <= day <= last:
        return DayMatch(date(year, month, day))
    return DayMatch(None, date(year, month, max(1, min(day, last))))


def match_upcoming_date(month: int, day: int, today: date) -> DayMatch:
    """A month and day without a year: this year's, or next year's where that is at most half a year ahead.

    `june 5` said on June 10 is the day that has just passed, and no day in 360 days.
    """
    this_year = match_day_in_month(today.year, month, day)
    if (this_year.day or this_year.nearest or today) >= today:
        return this_year
    next_year = match_day_in_month(today.year + 1, month, day)
    near = (next_year.day or next_year.nearest or today) - today <= HALF_YEAR
    return next_year if near else this_year


def match_day_of_month(day: int, today: date) -> DayMatch | None:
    """The next day of that number, today included: the 5th said on June 10 is July 5. None above 39."""
    if not 1 <= day <= 39:
        return None
    if day >= today.day:
        return match_day_in_month(today.year, today.month, day)
    following = first_of_next_month(today)
    return match_day_in_month(following.year, following.month, day)


def first_of_next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def last_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def find_nth_weekday(nth: int, weekday: int, month: date) -> date:
    """The `nth` `weekday` (Monday is 0) of the month that `month` lies in; the last one for 0 or a fifth of four."""
    first = month.replace(day=1)
    ahead = (weekday - first.weekday()) % 7
    days = [ahead + 7 * week + 1 for week in range(5) if ahead + 7 * week < monthrange(month.year, month.month)[1]]
    return first.replace(day=days[nth - 1] if 0 < nth <= len(days) else days[-1])


COUNT_WORDS = {"a": 1, "an": 1, "a couple of": 2, "a couple": 2, "couple of": 2, "couple": 2}


def add_span(count: int, unit: str, start: date) -> date:
    """So many days, weeks, months or fortnights after `start`; after the 31st a shorter month ends earlier."""
    if unit.startswith("month"):
        months = start.month - 1 + count
        year, month = start.year + months // 12, months % 12 + 1
        return date(year, month, min(start.day, monthrange(year, month)[1]))
    days = {"day": 1, "week": 7, "fort": 14}[unit[:4].rstrip("s")]
    return start + timedelta(days=days * count)
