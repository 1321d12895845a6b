"""Reads the day a member names for a payment: `friday the 15th` is a `ParsedDay`, `february 30` a `DayProblem`.

US order, month before day.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from backend.reading.dates.day_matches import (
    COUNT_WORDS,
    DayContext,
    DayMatch,
    add_span,
    match_day_in_month,
    match_day_of_month,
    match_upcoming_date,
)
from backend.reading.dates.day_rules import DAY_RULES, DUE_DATE_PATTERN, JOINED_DIGIT_RULES, asks_when_due
from backend.reading.dates.day_vocabulary import (
    CARDINAL_PATTERN,
    CARDINAL_WORD_PATTERN,
    EXPIRY_PATTERN,
    MONTH_PATTERN,
    ORDINAL_PATTERN,
    SHORT_WEEKDAY_PATTERN,
    correct_months,
    correct_weekdays,
    parse_month,
    parse_number_word,
    parse_weekday,
)
from backend.reading.normalize import (
    blank_matches,
    blank_span,
    blank_times,
    clean_text,
    count_corrections_before,
    find_corrections,
    is_value_denied,
    text_after_correction,
)

_FILLER_WORDS = r"(?:(?:um|uh|yes|yeah|ok|okay|please|how about|maybe|let's do|let's say|it's|the|on|by|for|day)[ ,]*)*"
DAY_ONLY = re.compile(
    rf"{_FILLER_WORDS}(?P<day>{ORDINAL_PATTERN}|{CARDINAL_PATTERN})(?:[ ,]*(?:please|thanks|thank you|works|"
    r"is fine))?[.!?]?"
)
_ONE_OR_OTHER_DAY = re.compile(
    rf"{_FILLER_WORDS}(?P<one>{ORDINAL_PATTERN}|{CARDINAL_PATTERN}) or (?:on )?(?:the )?(?:{ORDINAL_PATTERN}|"
    rf"{CARDINAL_PATTERN})[.!?]?"
)
_POLITE = r"(?:[ ,]*(?:please|thanks|works))?[.!?]?"
_MONTH_AND_DAY = re.compile(
    rf"{_FILLER_WORDS}(?P<month>[0-9]{{1,2}}|{CARDINAL_WORD_PATTERN})(?: ?- ?| | slash )(?P<day>[0-9]{{1,2}}|"
    rf"{CARDINAL_WORD_PATTERN})(?:[ -](?P<year>(?:20)?[0-9]{{2}}))?{_POLITE}"
)
_JOINED_DIGITS = re.compile(
    rf"{_FILLER_WORDS}(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12][0-9]|3[01])(?P<year>[2-9][0-9])?{_POLITE}"
)
_MONTH_ALONE = re.compile(rf"{_FILLER_WORDS}(?:in |some ?time in )?(?P<month>{MONTH_PATTERN})[.!?]?")
_DURATION_ALONE = re.compile(
    rf"{_FILLER_WORDS}(?P<n>{CARDINAL_PATTERN}|an?(?: couple(?: of)?)?|couple(?: of)?) (?P<unit>days?|weeks?|"
    rf"months?)[.!?]?"
)


def _match_whole_answer(text: str, today: date) -> DayMatch | None:
    """The day in cleaned text that holds nothing else; None where it is no day."""
    if short := _match_short_weekday(text, today):
        return short
    match = DAY_ONLY.fullmatch(text)
    if match:
        return match_day_of_month(parse_number_word(match["day"]), today)
    match = _MONTH_AND_DAY.fullmatch(text) or _JOINED_DIGITS.fullmatch(text)
    if match:
        return _match_month_and_day(match, today)
    match = _DURATION_ALONE.fullmatch(text)
    if match:
        return DayMatch(add_span(COUNT_WORDS.get(match["n"]) or parse_number_word(match["n"]), match["unit"], today))
    # "december", "the 15th or the 16th": to be asked which, with the first as the nearest
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


def _match_short_weekday(text: str, today: date) -> DayMatch | None:
    """`fri` as the whole message."""
    if not SHORT_WEEKDAY_PATTERN.fullmatch(text):
        return None
    ahead = (parse_weekday(text) - today.weekday() - 1) % 7 + 1
    return DayMatch(today + timedelta(days=ahead))


@dataclass(frozen=True)
class ParsedDay:
    """A day that exists and has not passed, in the co-op's local calendar."""

    day: date


@dataclass(frozen=True)
class DayProblem:
    """A day that cannot be used: `code` is past, no_such_day or unclear.

    `past_day` is the past day that was meant, `nearest` a usable day to offer instead.
    """

    code: str
    nearest: date | None = None
    past_day: date | None = None


@dataclass(frozen=True)
class DaySpan:
    """A day and where in the text it stands."""

    match: DayMatch
    start: int
    end: int


_MAY_HAVE_DAY = re.compile(r"[0-9]|[a-z]{2}")


def parse_day(text: str, today: date, due_on: date | None = None, asked: bool = True) -> ParsedDay | DayProblem | None:
    """The day in what was said, read against `today`; None when no day was named.

    Only when a day was `asked` is a bare number one (`15`, `fifteen`, `06152026`). Several different days, none of
    them taken back, are unclear.
    """
    places, _ = find_days(clean_text(text), today, due_on, asked)
    return resolve_days(places, today)


def resolve_days(places: Sequence[DaySpan], today: date) -> ParsedDay | DayProblem | None:
    """What the days of one message come to; None where there are none."""
    if not places:
        return None
    chosen = _merge_matches([place.match for place in places if not place.match.is_weak] or [places[-1].match])
    if chosen.is_unclear:
        return DayProblem("unclear", chosen.nearest if chosen.nearest and chosen.nearest >= today else None)
    if chosen.day is None:
        nearest = max(chosen.nearest, today) if chosen.nearest else None
        return DayProblem("no_such_day" if nearest else "unclear", nearest)
    if chosen.day < today:
        return DayProblem("past", today, chosen.day)
    return ParsedDay(chosen.day)


def _merge_matches(said: Sequence[DayMatch]) -> DayMatch:
    """One match of several: in `friday the 15th` the two must agree, and different days are unclear."""
    full = [one for one in said if not one.is_weekday_only] or list(said)
    distinct = {(one.day, one.nearest) for one in full}
    first = full[0]
    if len(distinct) > 1:
        return DayMatch(None, first.day, is_unclear=True)
    weekdays = {one.day.weekday() for one in said if one.is_weekday_only and one.day}
    if first.day and weekdays and weekdays != {first.day.weekday()}:
        return DayMatch(None, first.day, is_unclear=True)
    return first


def find_days(text: str, today: date, due_on: date | None, asked: bool) -> tuple[list[DaySpan], str]:
    """Every day named in cleaned text that was not taken back, in order; and the text with all days blanked."""
    if not _MAY_HAVE_DAY.search(text):
        return [], text
    # a mended word may be a letter longer; its month alone is then blanked too far, never a digit too few
    # a card's expiry is no day to pay on
    mended = blank_matches(EXPIRY_PATTERN, blank_times(correct_weekdays(correct_months(text))))
    found = _match_rules(mended, DayContext(today, due_on), asked)
    places = sorted((place for place in found if asked or not place.match.only_if_asked), key=lambda place: place.start)
    rest = mended
    for place in places:
        rest = blank_span(rest, place.start, place.end)
    if not places:
        if asked:
            said = _match_whole_answer(text, today) or _match_whole_answer(text_after_correction(text), today)
        else:
            said = _match_short_weekday(text, today)
        if said is not None:
            return [DaySpan(said, 0, len(text))], ""
    return _drop_retracted(mended, places), rest


def _drop_retracted(text: str, places: Sequence[DaySpan]) -> list[DaySpan]:
    breaks = find_corrections(text)
    kept = [place for place in places if not is_value_denied(text, place.start)]
    firm = [place for place in kept if not place.match.is_weak] or kept
    last = max((count_corrections_before(place.start, breaks) for place in firm), default=0)
    return [place for place in firm if count_corrections_before(place.start, breaks) == last]


def blank_days(text: str) -> str:
    """Cleaned text with its days blanked, for readers that must not take their digits."""
    return find_days(text, date(2024, 1, 1), None, asked=False)[1]


def _match_rules(text: str, context: DayContext, asked: bool) -> list[DaySpan]:
    found: list[DaySpan] = []
    rules = (*DAY_RULES, *JOINED_DIGIT_RULES) if asked or "date" in text else DAY_RULES
    for rule in rules:
        if rule.required_substrings and not any(key in text for key in rule.required_substrings):
            continue
        for match in list(rule.pattern.finditer(text)):
            said = _match_with_qualifier(text, match.start(), rule.matcher(match, context))
            if said is not None:
                found.append(DaySpan(said, match.start(), match.end()))
                text = blank_span(text, match.start(), match.end())
    return found


_OPEN_ENDED_DAY = re.compile(r"\b(?:after|before|past|later than) (?:the |that )?$")


def _match_with_qualifier(text: str, start: int, said: DayMatch | None) -> DayMatch | None:
    """`after the 15th` is some day after it: to be asked which."""
    if said is None or said.day is None or not _OPEN_ENDED_DAY.search(text, max(0, start - 16), start):
        return said
    return DayMatch(
        None, said.day, is_unclear=True, is_weekday_only=said.is_weekday_only, only_if_asked=said.only_if_asked
    )


_LAST_DAY = re.compile(r"\b(?:last day|end of (?:the |every |each )?month|month'?s? end)\b")
_DUE_DATE = re.compile(DUE_DATE_PATTERN)
# the question for the day offers "DUE" as an answer
_DUE_ALONE = re.compile(
    r"(?:(?:um|uh|yes|yeah|ok|okay|please|pay(?: it)?|send|just)[ ,]+)*(?:(?:on|by|when)(?: it'?s|"
    r" the)? )?due(?:[ ,]*(?:please|thanks|thank you))?[ .!]*"
)
_EVERY_MONTH = re.compile(rf"\b(?P<day>{ORDINAL_PATTERN}|(?:on|day|the) (?:the )?(?P<plain>[0-9]{{1,2}})\b)")
_ORDINAL_DAY = re.compile(rf"\b{ORDINAL_PATTERN}")


def is_due_date_requested(text: str) -> bool:
    """Whether the due date is named as the day: `on the due date`, `when it's due`; or `due` as the whole answer."""
    cleaned = clean_text(text)
    if _DUE_ALONE.fullmatch(cleaned.strip("\"' ")):
        return True
    return bool(_DUE_DATE.search(cleaned)) and not asks_when_due(cleaned)


def parse_named_day_of_month(text: str) -> int | DayProblem | None:
    """As `parse_day_of_month` where no day was asked: `the 31st` and `the last day` are days, a bare 31 is not."""
    cleaned = clean_text(text)
    return parse_day_of_month(text) if _LAST_DAY.search(cleaned) or _ORDINAL_DAY.search(cleaned) else None


def parse_day_of_month(text: str) -> int | DayProblem | None:
    """The day of each month, 1 to 31; `the last day` is 31, which clamps to the month's end. None: no day named."""
    cleaned = clean_text(text)
    if _LAST_DAY.search(cleaned):
        return 31
    breaks = find_corrections(cleaned)
    found = [match for match in _EVERY_MONTH.finditer(cleaned) if not is_value_denied(cleaned, match.start())]
    alone = DAY_ONLY.fullmatch(cleaned)
    if found:
        last = max(count_corrections_before(match.start(), breaks) for match in found)
        days = {
            parse_number_word(match["plain"] or match["day"])
            for match in found
            if count_corrections_before(match.start(), breaks) == last
        }
    elif alone:
        days = {parse_number_word(alone["day"])}
    else:
        return None
    if len(days) > 1:
        return DayProblem("unclear")
    day = days.pop()
    return day if 1 <= day <= 31 else DayProblem("no_such_day")
