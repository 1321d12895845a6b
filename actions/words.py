"""Days as they are said to a member."""

from __future__ import annotations

from datetime import date


def day_words(day: date, today: date) -> str:
    """`Friday, December 4`; with the year when it is another than today's."""
    year = f", {day.year}" if day.year != today.year else ""
    return f"{day:%A}, {day:%B} {day.day}{year}"


def date_words(day: date) -> str:
    """`December 4, 2026`, as it stands in what is agreed to."""
    return f"{day:%B} {day.day}, {day.year}"
