"""Days as they are said to a member, in the language of the talk, and as the office reads them."""

from __future__ import annotations

from datetime import date, time

from backend.coop import at_clock, clock_text
from backend.language import ENGLISH, date_words, day_words, speaking, tr

__all__ = ["date_words", "day_for_the_office", "day_words", "time_words", "when_words"]


def day_for_the_office(day: date, today: date) -> str:
    """In English, whatever the talk is in."""
    with speaking(ENGLISH):
        return day_words(day, today)


def when_words(day: date, today: date) -> str:
    """`today`, or `on Friday, December 4`; `hoy`, `el viernes 4 de diciembre`."""
    return tr("today") if day == today else tr("on {day}", day=day_words(day, today))


def time_words(start: time, end: time | None = None) -> str:
    """`at 9:00 AM`, or `between 9:00 AM and 11:00 AM`."""
    if end is None:
        return at_clock(start)
    return tr("between {start} and {end}", start=clock_text(start), end=clock_text(end))
