"""Reads a question about the days of the office: a holiday by its name, all holidays, or the afternoon of a day."""

from __future__ import annotations

import re

HOLIDAY_WORDS = re.compile(r"\b(?:holidays?|festiv[oa]s?|feriados?)\b", re.IGNORECASE)
AFTERNOON_WORDS = re.compile(r"\bafternoons?\b", re.IGNORECASE)
LEADING_ARTICLE = re.compile(r"^(?:the|el|la) ", re.IGNORECASE)
GOOD_FRIDAY = re.compile(r"\bgood friday\b|\bviernes santo\b", re.IGNORECASE)
NOT_IN_A_WORD = re.compile(r"[^\w]+")


def asks_for_holidays(words: str) -> bool:
    """Whether holidays are asked about, in either language."""
    return HOLIDAY_WORDS.search(words) is not None


def names_afternoon(english: str) -> bool:
    return AFTERNOON_WORDS.search(english) is not None


def names_good_friday(words: str) -> bool:
    """Its name has that of a weekday in it, and it is one day of the year."""
    return GOOD_FRIDAY.search(words) is not None


def measure_holiday_name(words: str, name: str) -> int:
    """How many letters of the words are this holiday's name, without its article; 0 where it is not among them."""
    plain = _plain(LEADING_ARTICLE.sub("", name))
    return len(plain) if plain and f" {plain} " in f" {_plain(words)} " else 0


def _plain(words: str) -> str:
    return NOT_IN_A_WORD.sub(" ", words).casefold().strip()
