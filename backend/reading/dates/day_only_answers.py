"""What days come to that are the whole answer to the question for one: `15`, `11 25`, `two weeks`, `fri`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from backend.reading.dates.day_matches import (
    COUNT_WORDS,
    DayMatch,
    add_span,
    match_day_in_month,
    match_day_of_month,
    match_upcoming_date,
)
from backend.reading.dates.day_vocabulary import (
    CARDINAL_PATTERN,
    CARDINAL_WORD_PATTERN,
    MONTH_PATTERN,
    ORDINAL_PATTERN,
    SHORT_WEEKDAY_PATTERN,
    parse_month,
    parse_number_word,
    parse_weekday,
)

_FILLER_WORDS = r"(?:(?:um|uh|yes|yeah|ok|okay|please|how about|maybe|let's do|let's say|it's|the|on|by|for|day)[ ,]*)*"
DAY_ONLY = re.compile(
    rf"{_FILLER_WORDS}(?P<day>{ORDINAL_PATTERN}|{CARDINAL_PATTERN})(?:[ ,]*(?:please|thanks|thank you|works|is "
    rf"fine))?[.!?]?"
)
_ONE_OR_OTHER_DAY = re.compile(
    rf"{_FILLER_WORDS}(?P<one>{ORDINAL_PATTERN}|{CARDINAL_PATTERN}) or (?:on )?(?:the )?(?:{ORDINAL_PATTERN}|"
    rf"{CARDINAL_PATTERN})[.!?]?"
)
_POLITE = r"(?:[ ,]*(?:please|thanks|works))?[.!?]?"
_MONTH_AND_DAY = re.compile(
    rf"{_FILLER_WORDS}(?P<month>[0-9]{{1,2}}|{CARDINAL_WORD_PATTERN})(?: ?- ?| | slash )(?P<day>[0-9]{{1,2}}|"
    rf"{CARDINAL_WORD_PATTERN})"
    rf"(?:[ -](?P<year>(?:20)?[0-9]{{2}}))?{_POLITE}"
)
_JOINED_DIGITS = re.compile(
    rf"{_FILLER_WORDS}(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12][0-9]|3[01])(?P<year>[2-9][0-9])?{_POLITE}"
)
_MONTH_ALONE = re.compile(rf"{_FILLER_WORDS}(?:in |some ?time in )?(?P<month>{MONTH_PATTERN})[.!?]?")
_DURATION_ALONE = re.compile(
    rf"{_FILLER_WORDS}(?P<n>{CARDINAL_PATTERN}|an?(?: couple(?: of)?)?|couple(?: of)?) (?P<unit>days?|weeks?|"
    rf"months?)[.!?]?"
)


def match_whole_answer(text: str, today: date) -> DayMatch | None:
    """The day in cleaned text that holds nothing else; None where it is no day."""
    short = match_short_weekday(text, today)
    if short:
        return short
    match = DAY_ONLY.fullmatch(text)
    if match:
        return match_day_of_month(parse_number_word(match["day"]), today)
    match = _MONTH_AND_DAY.fullmatch(text) or _JOINED_DIGITS.fullmatch(text)
    if match:
        return _match_month_and_day(match, today)
    match = _DURATION_ALONE.fullmatch(text)
    if match:
        return add_span(COUNT_WORDS.get(match["n"]) or parse_number_word(match["n"]), match["unit"], today)
    return _match_undecided(text, today)


def _match_undecided(text: str, today: date) -> DayMatch | None:
    """`december`, `the 15th or the 16th`: to be asked which, with the first as the nearest."""
    match = _MONTH_ALONE.fullmatch(text)
    if match:
        first = match_upcoming_date(parse_month(match["month"]), 1, today).day
        return DayMatch(None, first if first and first > today else None, is_unclear=True)
    match = _ONE_OR_OTHER_DAY.fullmatch(text)
    said = match_day_of_month(parse_number_word(match["one"]), today) if match else None
    return DayMatch(None, said.day or said.nearest, is_unclear=True) if said else None


def _match_month_and_day(match: re.Match[str], today: date) -> DayMatch | None:
    """`11-25`, `11 25 26`, `1125`, `eleven twenty five`: as a whole answer these can only be a month and a day."""
    month, day = parse_number_word(match["month"]), parse_number_word(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    if match["year"]:
        return match_day_in_month(2000 + int(match["year"][-2:]), month, day)
    return match_upcoming_date(month, day, today)


def match_short_weekday(text: str, today: date) -> DayMatch | None:
    """`fri` as the whole message."""
    if not SHORT_WEEKDAY_PATTERN.fullmatch(text):
        return None
    ahead = (parse_weekday(text) - today.weekday() - 1) % 7 + 1
    return DayMatch(today + timedelta(days=ahead))
