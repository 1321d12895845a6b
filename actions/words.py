"""Days as they are said to a member, in the language of the talk, and as the office reads them."""

from __future__ import annotations

from datetime import date

from backend.language import ENGLISH, date_words, day_words, speaking

__all__ = ["date_words", "day_for_the_office", "day_words"]


def day_for_the_office(day: date, today: date) -> str:
    """In English, whatever the talk is in."""
    with speaking(ENGLISH):
        return day_words(day, today)
