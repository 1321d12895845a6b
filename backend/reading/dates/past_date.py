"""Reads a whole date that has passed, such as a date of birth: day, month and year, strictly or not at all.

A recognizer breaks such dates anywhere (`1103 1948`, `07 10 19 52`, `2000 and 4`). What can be cut into a date in more
than one way, or has something in its middle that is no part of a date, is not read, so that it is asked again.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from backend.reading.dates.day_vocabulary import (
    MONTH_PATTERN,
    ORDINAL_PATTERN,
    correct_months,
    parse_month,
    parse_number_word,
)
from backend.reading.normalize import clean_text, text_after_correction
from backend.reading.numbers.number_tokens import parse_cardinal, tokenize

MIN_YEAR = 1900

_DATE_PART = re.compile(
    rf"(?P<month>\b{MONTH_PATTERN})|(?P<day>(?<![0-9]){ORDINAL_PATTERN})|(?P<figures>[0-9]+)|(?P<word>[a-z']+)"
)
# what a recognizer leaves of "twenty" or "thirty" in front of "first": then a day below ten is not believed
_MISHEARD_TENS = frozenset({"to", "too", "do", "you", "party", "dirty", "plenty", "when"})
_FILLER_WORDS = frozenset({"the", "of", "in", "day", "and", "month", "year", "um", "uh", "er"})


@dataclass(frozen=True, slots=True)
class _DatePart:
    """A part of a date, in figures. `month` is 1 to 12 where it was named."""

    digits: str
    start: int
    end: int
    month: int = 0
    ordinal: bool = False


def parse_past_date(text: str, today: date, day_first: bool = False) -> date | None:
    """The one whole date in what was said that is not after `today`; None where there is none or more than one.

    `day_first` is the order of bare figures (`05 11 1990`); a named month and `25/12` speak for themselves.
    """
    cleaned = correct_months(clean_text(text))
    return _parse_cleaned(cleaned, today, day_first) or _parse_cleaned(text_after_correction(cleaned), today, day_first)


def _parse_cleaned(cleaned: str, today: date, day_first: bool) -> date | None:
    pieces = _join_parts(_find_parts(cleaned))
    if not pieces:
        return None
    # nothing but a date's own small words may stand between its parts
    gaps = [cleaned[before.end : after.start] for before, after in pairwise(pieces)]
    if any("$" in gap or not set(re.findall(r"[a-z']+", gap)) <= _FILLER_WORDS for gap in gaps):
        return None
    months = [at for at, piece in enumerate(pieces) if piece.month]
    if len(months) > 1:
        return None
    found = _date_with_month(pieces, months[0], today) if months else _date_from_digits(pieces, today, day_first)
    if found is None:
        return None
    doubtful = found.day < 10 and _MISHEARD_TENS & set(cleaned[: pieces[0].start].split()[-1:])
    return None if doubtful else found


def _find_parts(cleaned: str) -> list[_DatePart]:
    """Named months, ordinals and numbers, typed or said, in order."""
    found: list[_DatePart] = []
    at = 0
    for match in _DATE_PART.finditer(cleaned):
        if match.start() < at:
            continue
        piece = _make_part(cleaned, match)
        if piece is not None:
            found.append(piece)
            at = piece.end
    return found


def _make_part(cleaned: str, match: re.Match[str]) -> _DatePart | None:
    start, end = match.span()
    if match["month"]:
        return _DatePart("", start, end, month=parse_month(match["month"]))
    if match["day"]:
        return _DatePart(str(parse_number_word(match["day"])), start, end, ordinal=True)
    if match["figures"]:
        return _DatePart(match["figures"], start, end)
    if match["word"] in ("oh", "o"):
        return _DatePart("0", start, end)
    said = tokenize(cleaned[start : start + 60])
    read = parse_cardinal(said, 0) if said and said[0].kind in ("unit", "teen", "tens") else None
    return _DatePart(str(read[0]), start, start + said[read[1] - 1].end) if read else None


def _join_parts(pieces: Sequence[_DatePart]) -> list[_DatePart]:
    """The parts with those joined that are one number: `20 1st`, `2000 4`."""
    result: list[_DatePart] = []
    for piece in pieces:
        front = result[-1] if result else None
        tens = front is not None and front.digits in ("20", "30") and piece.ordinal and len(piece.digits) == 1
        century = front is not None and front.digits == "2000" and piece.digits and len(piece.digits) <= 2
        if front is not None and (tens or century):
            whole = str(int(front.digits) + int(piece.digits))
            result[-1] = _DatePart(whole, front.start, piece.end, ordinal=piece.ordinal)
        else:
            result.append(piece)
    return result


def _date_with_month(pieces: Sequence[_DatePart], at: int, today: date) -> date | None:
    """`3rd of july 1994`, `july 3 1994`, `1994 july 3`."""
    before, after = [piece.digits for piece in pieces[:at]], [piece.digits for piece in pieces[at + 1 :]]
    if len(before) == 1 and len(before[0]) == 4 and len(after) == 1:
        before, after = after, before
    days, years = (before, after) if before else (after[:1], after[1:])
    if len(days) != 1 or len(days[0]) > 2:
        return None
    # the year in one piece, as "19 52", or figure by figure
    is_split_naturally = [len(group) for group in years] in ([2], [4], [2, 2], [2, 1, 1], [1, 1, 1, 1], [1, 1])
    year = _parse_full_year("".join(years), today) if is_split_naturally else None
    return _valid_date(year, pieces[at].month, int(days[0]), today)


def _date_from_digits(pieces: Sequence[_DatePart], today: date, day_first: bool) -> date | None:
    """The date that figures alone can be cut into, keeping together what was given together where that can be."""
    groups = [piece.digits for piece in pieces]
    digits = "".join(groups)
    if not 4 <= len(digits) <= 8:
        return None
    iso = re.fullmatch(r"((?:19|20)[0-9]{2})(0[1-9]|1[0-2])([0-3][0-9])", digits)
    if iso and len(groups[0]) == 4 and len(groups) >= 3:
        return _valid_date(int(iso[1]), int(iso[2]), int(iso[3]), today)
    ends = {sum(map(len, groups[: at + 1])) for at in range(len(groups))}
    # cut exactly where the speaker paused, then with no pause inside the day or the month: `1103 1948`
    for fits in (operator.eq, operator.le):
        for first in (day_first, not day_first):
            splits = _possible_splits(digits, today, first)
            # only the year may have a pause in its middle
            found = {day for day, cuts in splits if fits(ends - {len(digits), cuts[1] + 2}, set(cuts))}
            if found:
                return found.pop() if len(found) == 1 else None
    found = {day for day, _ in _possible_splits(digits, today, day_first)}
    return found.pop() if len(found) == 1 else None


def _possible_splits(digits: str, today: date, day_first: bool) -> Iterator[tuple[date, tuple[int, int]]]:
    """Every way to cut digits into two numbers and a year that makes a date, with the places of the two cuts."""
    for one in (1, 2):
        for two in (one + 1, one + 2):
            first, second, year = digits[:one], digits[one:two], digits[two:]
            day, month = (first, second) if day_first else (second, first)
            if len(year) in (2, 4) and day and month:
                found = _valid_date(_parse_full_year(year, today), int(month), int(day), today)
                if found is not None:
                    yield found, (one, two)


def _parse_full_year(figures: str, today: date) -> int | None:
    """The year of `1994`; of two figures the latest such year that has begun: `48` is 1948 in 2026."""
    if len(figures) == 4:
        return int(figures)
    if len(figures) != 2:
        return None
    year = today.year - today.year % 100 + int(figures)
    return year if year <= today.year else year - 100


def _valid_date(year: int | None, month: int, day: int, today: date) -> date | None:
    try:
        found = date(year or 0, month, day)
    except ValueError:
        return None
    return found if found.year >= MIN_YEAR and found <= today else None
