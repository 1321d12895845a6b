"""What days come to that are the whole answer to the question for one: `15`, `11 25`, `two weeks`, `fri`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from backend.reading.day_said import COUNTS, Said, coming, day_of_month, in_month, span
from backend.reading.day_words import (
    CARDINAL,
    CARDINAL_WORD,
    MONTH,
    ORDINAL,
    SHORT_WEEKDAY,
    month_number,
    number,
    weekday_number,
)

_FILLER = r"(?:(?:um|uh|yes|yeah|ok|okay|please|how about|maybe|let's do|let's say|it's|the|on|by|for|day)[ ,]*)*"
ALONE = re.compile(rf"{_FILLER}(?P<day>{ORDINAL}|{CARDINAL})(?:[ ,]*(?:please|thanks|thank you|works|is fine))?[.!?]?")
_TWO_DAYS = re.compile(rf"{_FILLER}(?P<one>{ORDINAL}|{CARDINAL}) or (?:on )?(?:the )?(?:{ORDINAL}|{CARDINAL})[.!?]?")
_POLITE = r"(?:[ ,]*(?:please|thanks|works))?[.!?]?"
_MONTH_AND_DAY = re.compile(
    rf"{_FILLER}(?P<month>[0-9]{{1,2}}|{CARDINAL_WORD})(?: ?- ?| | slash )(?P<day>[0-9]{{1,2}}|{CARDINAL_WORD})"
    rf"(?:[ -](?P<year>(?:20)?[0-9]{{2}}))?{_POLITE}"
)
_RUN_TOGETHER = re.compile(
    rf"{_FILLER}(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12][0-9]|3[01])(?P<year>[2-9][0-9])?{_POLITE}"
)
_MONTH_ALONE = re.compile(rf"{_FILLER}(?:in |some ?time in )?(?P<month>{MONTH})[.!?]?")
_SPAN_ALONE = re.compile(
    rf"{_FILLER}(?P<n>{CARDINAL}|an?(?: couple(?: of)?)?|couple(?: of)?) (?P<unit>days?|weeks?|months?)[.!?]?"
)


def whole_answer(text: str, today: date) -> Said | None:
    """The day in cleaned text that holds nothing else; None where it is no day."""
    short = short_weekday(text, today)
    if short:
        return short
    match = ALONE.fullmatch(text)
    if match:
        return day_of_month(number(match["day"]), today)
    match = _MONTH_AND_DAY.fullmatch(text) or _RUN_TOGETHER.fullmatch(text)
    if match:
        return _month_and_day(match, today)
    match = _SPAN_ALONE.fullmatch(text)
    if match:
        return span(COUNTS.get(match["n"]) or number(match["n"]), match["unit"], today)
    return _undecided(text, today)


def _undecided(text: str, today: date) -> Said | None:
    """`december`, `the 15th or the 16th`: to be asked which, with the first as the nearest."""
    match = _MONTH_ALONE.fullmatch(text)
    if match:
        first = coming(month_number(match["month"]), 1, today).on
        return Said(None, first if first and first > today else None, unclear=True)
    match = _TWO_DAYS.fullmatch(text)
    said = day_of_month(number(match["one"]), today) if match else None
    return Said(None, said.on or said.nearest, unclear=True) if said else None


def _month_and_day(match: re.Match[str], today: date) -> Said | None:
    """`11-25`, `11 25 26`, `1125`, `eleven twenty five`: as a whole answer these can only be a month and a day."""
    month, day = number(match["month"]), number(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    if match["year"]:
        return in_month(2000 + int(match["year"][-2:]), month, day)
    return coming(month, day, today)


def short_weekday(text: str, today: date) -> Said | None:
    """`fri` as the whole message."""
    if not SHORT_WEEKDAY.fullmatch(text):
        return None
    ahead = (weekday_number(text) - today.weekday() - 1) % 7 + 1
    return Said(today + timedelta(days=ahead))
