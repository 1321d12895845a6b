"""Days as they are said to a member, in the language of the talk."""

from backend.language import date_words, day_words

__all__ = ["date_words", "day_words"]
