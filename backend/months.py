"""Arithmetic of months. A month as such is its first day."""

from __future__ import annotations

import calendar
from datetime import date


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def day_of_month(month: date, day: int) -> date:
    """That day of the month that the date `month` is in: 29 to 31 are the last day of a shorter one."""
    return month.replace(day=min(day, calendar.monthrange(month.year, month.month)[1]))


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last of that month where it is shorter; earlier when negative."""
    year, index = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day_of_month(date(year, index + 1, 1), day.day)


def year_before(day: date) -> date:
    return add_months(day, -12)
