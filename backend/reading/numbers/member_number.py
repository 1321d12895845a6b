"""Reads the member number, an account number of any usual length, a dash, and three digits: `99999-001`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from backend.reading.dates.day_parsing import blank_days
from backend.reading.normalize import clean_text
from backend.reading.numbers.digit_groups import METHOD_LABEL, DigitGroup, DigitScan, find_digit_groups

SUFFIX_LENGTH = 3  # digits behind the dash
MIN_BASE_LENGTH, MAX_BASE_LENGTH = 4, 12
_MIN_LENGTH = MIN_BASE_LENGTH + SUFFIX_LENGTH
_COMMA_GROUPED = re.compile(r"(?<![0-9,.$])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,]|\.[0-9])")
_WITH_POINT = re.compile(r"(?<![0-9.,$])([0-9]{4,12})\.([0-9]{3})(?![0-9.])")
_NON_PHONE_LENGTHS = (8, 9)
"""So many digits are no phone, with its area code or without."""


@dataclass(frozen=True)
class MemberNumber:
    """A member number as it was given.

    `digits` has no dash; `dashed` is the full form, None while the three digits behind the dash seem to be missing
    (`is_complete` is False then).
    """

    digits: str
    dashed: str | None
    is_complete: bool


@dataclass(frozen=True)
class MemberNumberSpan:
    """A reading, where in the text it stands, and four digits that followed it directly."""

    number: MemberNumber
    start: int
    end: int
    following_digits: str = ""


def parse_member_number(text: str, asked: str | None = "member_number") -> MemberNumber | None:
    """The member number in what was said. Of several the last one that was not taken back.

    When something else was `asked`, digits count only if they are dashed, called a number, or long enough.
    """
    cleaned = blank_days(normalize_punctuation(clean_text(text), asked))
    place = find_member_number(find_digit_groups(cleaned), asked)
    return place.number if place else None


def normalize_punctuation(cleaned: str, asked: str | None) -> str:
    """Recognizers write `99,999-001` and `99999.001`; where a member number was asked those are not amounts."""
    if asked != "member_number":
        return cleaned
    cleaned = _WITH_POINT.sub(r"\1-\2", cleaned)
    return _COMMA_GROUPED.sub(lambda match: match[0].replace(",", ""), cleaned)


def find_member_number(found: DigitScan, asked: str | None) -> MemberNumberSpan | None:
    """The member number among a text's runs of digits, and what it leaves for the last four."""
    best: MemberNumberSpan | None = None
    for run in found.groups:
        place = _match_member_number(run, asked)
        if place is None:
            best = _with_corrected_suffix(best, run)
        elif best is None or place.number.is_complete or not best.number.is_complete:
            best = place
    return best


def _match_member_number(run: DigitGroup, asked: str | None) -> MemberNumberSpan | None:
    if run.is_money or run.is_denied or run.label in ("last4", METHOD_LABEL, "phone"):
        return None
    own, last4 = _split_last4(run)
    reading = _build_member_number(own, asked)
    if reading is None or not _may_be_member_number(own, reading, asked):
        return None
    return MemberNumberSpan(reading, run.start, run.end, last4)


def _may_be_member_number(run: DigitGroup, reading: MemberNumber, asked: str | None) -> bool:
    if asked == "member_number" or (reading.is_complete and run.dash_positions):
        return run.label != "amount" or reading.is_complete
    if run.label == "number" or (run.label == "a number" and not (asked == "last4" and len(run.digits) == 4)):
        return True
    if asked == "last4" and reading.is_complete and len(run.digits) in _NON_PHONE_LENGTHS and run.label != "amount":
        return True  # the whole number once more, where the last four were asked for
    return reading.is_complete and asked not in ("amount", "date", "last4", "code") and run.label != "amount"


def _build_member_number(run: DigitGroup, asked: str | None) -> MemberNumber | None:
    """Where it was asked for, dashes that cannot be its own, `9-9-9-9-9-0-0-1`, are a recognizer's and mean nothing."""
    digits = run.digits
    if asked == "member_number" and len(run.dash_positions) > 1:
        run = replace(run, dash_positions=())
    if not MIN_BASE_LENGTH <= len(digits) <= MAX_BASE_LENGTH + SUFFIX_LENGTH:
        return None
    split = len(digits) - SUFFIX_LENGTH
    complete = len(digits) >= _MIN_LENGTH and (not run.dash_positions or run.dash_positions[-1] == split)
    return MemberNumber(digits, f"{digits[:split]}-{digits[split:]}" if complete else None, complete)


def _split_last4(run: DigitGroup) -> tuple[DigitGroup, str]:
    """`99999-001 0142` and `99999001 0142`: four digits in a group of their own, behind a number that is whole."""
    if len(run.chunks) < 2 or len(run.chunks[-1]) != 4:
        return run, ""
    front = run.chunks[:-1]
    length = sum(map(len, front))
    whole = length >= _MIN_LENGTH and (len(front) == 1 or len(front[-1]) == SUFFIX_LENGTH)
    if run.dash_positions:
        whole = run.dash_positions[-1] == length - SUFFIX_LENGTH
    return (replace(run, chunks=front), run.chunks[-1]) if whole else (run, "")


def _with_corrected_suffix(best: MemberNumberSpan | None, run: DigitGroup) -> MemberNumberSpan | None:
    """`99999-001, no, 002`: three digits after a correction stand for the digits behind the dash."""
    if (
        best is None
        or not best.number.is_complete
        or run.correction_index == 0
        or len(run.digits) != SUFFIX_LENGTH
        or run.is_money
    ):
        return best
    if run.is_denied or run.label in ("amount", "last4", METHOD_LABEL):
        return best
    base = best.number.digits[:-SUFFIX_LENGTH]
    reading = MemberNumber(base + run.digits, f"{base}-{run.digits}", is_complete=True)
    return MemberNumberSpan(reading, best.start, run.end, best.following_digits)
