"""Months as days: a month is its first day."""

from __future__ import annotations

from datetime import date


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def shift_month(month: date, by: int) -> date:
    """The month `by` months later; earlier when negative."""
    year, index = divmod(month.year * 12 + month.month - 1 + by, 12)
    return date(year, index + 1, 1)


def year_before(month: date) -> date:
    return shift_month(month, -12)
