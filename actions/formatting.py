"""Days and times in words, for the member in the language of the conversation, and for the office in English."""

from __future__ import annotations

from datetime import date, time

from backend.coop import format_at_clock, format_clock
from backend.language import ENGLISH, format_day, tr, use_language


def format_day_for_office(day: date, today: date) -> str:
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
