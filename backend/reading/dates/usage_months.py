"""Extracts the months whose use is asked for, and the day whose opening hours are."""

from __future__ import annotations

import calendar
import re
from datetime import date

from backend.months import year_before
from backend.reading.dates.day_parsing import ParsedDay, parse_day
from backend.reading.detectors import detector

MONTH_NAMES = {name.lower(): index for index, name in enumerate(calendar.month_name) if name}
MONTH_NAME = re.compile(rf"\b({'|'.join(MONTH_NAMES)})\b", re.IGNORECASE)
names_each_month = detector(
    r"\b(?:each|every|all(?: the)?|other|earlier|previous|months? by|mes por|cada|los|otros) "
    r"(?:months?|mes(?:es)?)\b|\bmonths? before\b|\bmonth(?:ly)? breakdown\b|\bmes each month\b"
)
"""Each month on its own, and not the sum."""
MAY_MONTH = re.compile(r"\bMay\b|\b(in|for|of|last|since|this) may\b")  # also a verb
TODAY_WORDS = re.compile(
    r"\b(?:now|today|tonight|still open|at the moment|this (?:morning|afternoon|evening))\b", re.IGNORECASE
)


def extract_months(words: str, today: date) -> list[str]:
    """The latest months of those names that have begun, as their first days in ISO form."""
    names = [found[1].lower() for found in MONTH_NAME.finditer(words)]
    months = [date(today.year, MONTH_NAMES[name], 1) for name in names if name != "may" or MAY_MONTH.search(words)]
    return list(dict.fromkeys((month if month <= today else year_before(month)).isoformat() for month in months))


def asks_for_months(words: str, today: date) -> bool:
    """`Month by month`, `September compared with October`: more of what was just shown."""
    return names_each_month(words) or bool(extract_months(words, today))


def extract_hours_day(words: str, today: date) -> date | None:
    """The day whose opening hours are asked for; today for `now` and `still open`."""
    if TODAY_WORDS.search(words):
        return today
    read = parse_day(words, today, asked=False)
    return read.day if isinstance(read, ParsedDay) else None
