"""The member number: an account number of any usual length, a dash, and the three digits behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from backend.reading.day import without_days
from backend.reading.runs import METHOD_LABEL, Run, Scan, scan
from backend.reading.wording import clean

SEPARATOR = 3  # digits behind the dash
SHORTEST_BASE, LONGEST_BASE = 4, 12
_ENOUGH = SHORTEST_BASE + SEPARATOR
_GROUPED = re.compile(r"(?<![0-9,.$])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,]|\.[0-9])")
_POINTED = re.compile(r"(?<![0-9.,$])([0-9]{4,12})\.([0-9]{3})(?![0-9.])")
_NO_PHONE = (8, 9)
"""So many digits are no phone, with its area code or without."""


@dataclass(frozen=True)
class NumberReading:
    """A member number as it was given. `digits` has no dash; `dashed` is the full form, None while the three digits
    behind the dash seem to be missing (`complete` is False then)."""

    digits: str
    dashed: str | None
    complete: bool


@dataclass(frozen=True)
class NumberPlace:
    """A reading, where in the text it stands, and four digits that followed it directly."""

    reading: NumberReading
    start: int
    end: int
    rest: str = ""


def read_member_number(text: str, asked: str | None = "member_number") -> NumberReading | None:
    """The member number in what was said. Of several the last one that was not taken back.

    When something else was `asked`, digits count only if they are dashed, called a number, or long enough.
    """
    cleaned = without_days(plain_figures(clean(text), asked))
    place = find_number(scan(cleaned), asked)
    return place.reading if place else None


def plain_figures(cleaned: str, asked: str | None) -> str:
    """Recognisers write `99,999-001` and `99999.001`; where a member number was asked those are not amounts."""
    if asked != "member_number":
        return cleaned
    cleaned = _POINTED.sub(r"\1-\2", cleaned)
    return _GROUPED.sub(lambda match: match[0].replace(",", ""), cleaned)


def find_number(found: Scan, asked: str | None) -> NumberPlace | None:
    """The member number among a text's runs, and what it leaves for the last four."""
    best: NumberPlace | None = None
    for run in found.runs:
        place = _as_number(run, asked)
        if place is None:
            best = _with_new_ending(best, run)
        elif best is None or place.reading.complete or not best.reading.complete:
            best = place
    return best


def _as_number(run: Run, asked: str | None) -> NumberPlace | None:
    if run.money or run.denied or run.label in ("last4", METHOD_LABEL, "phone"):
        return None
    own, rest = _without_last4(run)
    reading = _reading(own)
    if reading is None or not _may_be_number(own, reading, asked):
        return None
    return NumberPlace(reading, run.start, run.end, rest)


def _may_be_number(run: Run, reading: NumberReading, asked: str | None) -> bool:
    if asked == "member_number" or (reading.complete and run.dashes):
        return run.label != "amount" or reading.complete
    if run.label == "number" or (run.label == "a number" and not (asked == "last4" and len(run.digits) == 4)):
        return True
    if asked == "last4" and reading.complete and len(run.digits) in _NO_PHONE and run.label != "amount":
        return True  # the whole number once more, where the last four were asked for
    return reading.complete and asked not in ("amount", "date", "last4", "code") and run.label != "amount"


def _reading(run: Run) -> NumberReading | None:
    digits = run.digits
    if not SHORTEST_BASE <= len(digits) <= LONGEST_BASE + SEPARATOR:
        return None
    split = len(digits) - SEPARATOR
    complete = len(digits) >= _ENOUGH and (not run.dashes or run.dashes[-1] == split)
    return NumberReading(digits, f"{digits[:split]}-{digits[split:]}" if complete else None, complete)


def _without_last4(run: Run) -> tuple[Run, str]:
    """`99999-001 0142` and `99999001 0142`: four digits in a group of their own, behind a number that is whole."""
    if len(run.groups) < 2 or len(run.groups[-1]) != 4:
        return run, ""
    front = run.groups[:-1]
    length = sum(map(len, front))
    whole = length >= _ENOUGH and (len(front) == 1 or len(front[-1]) == SEPARATOR)
    if run.dashes:
        whole = run.dashes[-1] == length - SEPARATOR
    return (replace(run, groups=front), run.groups[-1]) if whole else (run, "")


def _with_new_ending(best: NumberPlace | None, run: Run) -> NumberPlace | None:
    """`99999-001, no, 002`: three digits after a correction stand for the digits behind the dash."""
    if best is None or not best.reading.complete or run.part == 0 or len(run.digits) != SEPARATOR or run.money:
        return best
    if run.denied or run.label in ("amount", "last4", METHOD_LABEL):
        return best
    base = best.reading.digits[:-SEPARATOR]
    reading = NumberReading(base + run.digits, f"{base}-{run.digits}", complete=True)
    return NumberPlace(reading, best.start, run.end, best.rest)
