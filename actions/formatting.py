"""Days as they are said to a member, in the language of the talk, and as the office reads them."""

from __future__ import annotations

from datetime import date, time

from backend.coop import format_at_clock, format_clock
from backend.language import ENGLISH, format_day, format_long_date, tr, use_language

__all__ = ["format_day", "format_day_for_office", "format_long_date", "format_on_day", "format_time"]


def format_day_for_office(day: date, today: date) -> str:
    """In English, whatever the talk is in."""
    with use_language(ENGLISH):
        return format_day(day, today)


def format_on_day(day: date, today: date) -> str:
    """`today`, or `on Friday, December 4`; `hoy`, `el viernes 4 de diciembre`."""
    return tr("today") if day == today else tr("on {day}", day=format_day(day, today))


def format_time(start: time, end: time | None = None) -> str:
    """`at 9:00 AM`, or `between 9:00 AM and 11:00 AM`."""
    if end is None:
        return format_at_clock(start)
    return tr("between {start} and {end}", start=format_clock(start), end=format_clock(end))
