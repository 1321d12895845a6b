"""Days as they are said to a member, in the language of the talk."""

from __future__ import annotations

from datetime import date

from backend.language import date_words, day_words, tr

__all__ = ["date_words", "day_words", "when_words"]


def when_words(day: date, today: date) -> str:
    """`today`, or `on Friday, December 4`; `hoy`, `el viernes 4 de diciembre`."""
    return tr("today") if day == today else tr("on {day}", day=day_words(day, today))
