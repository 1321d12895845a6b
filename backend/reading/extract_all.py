"""Reads everything that one message holds, each digit as one value only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from backend.reading.back_references import remove_pronoun_ones
from backend.reading.dates.day_parsing import DayProblem, DaySpan, ParsedDay, find_days, resolve_days
from backend.reading.dates.day_vocabulary import MONTH_NAMES
from backend.reading.money.amount import Amount, AmountProblem, detect_share, names_past_due, parse_cleaned_amount
from backend.reading.normalize import blank_span, clean_text
from backend.reading.numbers.digit_groups import DigitScan, find_digit_groups
from backend.reading.numbers.member_number import (
    MemberNumber,
    MemberNumberSpan,
    find_member_number,
    normalize_punctuation,
)
from backend.reading.numbers.menu_number import is_menu_number
from backend.reading.numbers.phone_last4 import find_last4

SPOKEN_DASH = re.compile(r" ?, ?(dash|hyphen|minus)\b ?,?", re.IGNORECASE)
"""A recognizer, or a careful person, sets the spoken dash between commas: `four one, dash, zero zero one`."""
_FIRST_SUM = re.compile(
    r"\b(?:(?P<before>\w+) )?(?:(?:the|my|los|las|of the) )?(?:first|primeros|primeras) "
    r"(?=\$ ?\d|\d+(?:\.\d\d)?\b(?! ?(?:st|nd|rd|th|days?|weeks?|months?|payments?|bills?|accounts?|of)\b)|"
    r"(?:ten|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|(?:a|one) hundred)\b)",
    re.IGNORECASE,
)
_LEADS_TO_DAY = re.compile(rf"(?:on|by|until|till|before|after|from|due|{MONTH_NAMES})", re.IGNORECASE)
MAX_SHORT_WORDS = 6
CODE_LENGTH = 6  # digits of a code that was sent


@dataclass(frozen=True)
class ExtractedValues:
    """What a message says.

    `share` is `all` or `half` while the amount due is not known, or `past_due`; `code` a one-time code.
    """

    member_number: MemberNumber | None = None
    last4: str | None = None
    amount: Amount | AmountProblem | None = None
    share: str | None = None
    day: ParsedDay | DayProblem | None = None
    code: str | None = None


def extract_all(
    text: str, *, asked: str | None, today: date, due_cents: int | None = None, due_on: date | None = None
) -> ExtractedValues:
    """Read a whole message. `asked` (member_number, last4, code, amount, change, date or None) says what bare digits
    mean; `change` is the question to confirm, where they may be a new amount.

    `pay 50 to 99999-001 on the 15th, last four 0142` gives four values. A day's digits are taken first, then the
    member number's, then the last four; only what is left can be an amount.
    """
    cleaned = _drop_first(clean_text(SPOKEN_DASH.sub(r" \1 ", remove_pronoun_ones(text))))
    found = _find_identity(cleaned, asked, today, due_on, short=len(text.split()) <= MAX_SHORT_WORDS)
    number, free = found.number, found.free_text
    share: str | None = "past_due" if names_past_due(free, asked == "amount") else None
    if share is None and due_cents is None:
        share = detect_share(free, asked == "amount")
    after_number = number is not None and number.number.is_complete and found.last4 is not None
    amount: Amount | AmountProblem | None = None
    if is_menu_number(text):  # it was meant for a question of choices: where a sum is asked for, it is asked again
        amount = AmountProblem("unclear", text) if asked == "amount" else None
    elif not share:
        amount = parse_cleaned_amount(free, due_cents, asked == "amount", after_number, asked == "change")
    day = resolve_days(found.days, today)
    return ExtractedValues(number.number if number else None, found.last4, amount, share, day, found.code)


def _drop_first(cleaned: str) -> str:
    """Without `first` before a sum: `pay the first 50 now` names no first of the month."""

    def drop(found: re.Match[str]) -> str:
        before = found["before"] or ""
        return found[0] if _LEADS_TO_DAY.fullmatch(before) else f"{before} ".lstrip()

    return _FIRST_SUM.sub(drop, cleaned)


def blank_identity(cleaned: str, asked: str | None, today: date) -> tuple[str, list[DaySpan]]:
    """Cleaned text with days, the member number, the last four and a code blanked, for sums to be read from; and the
    days, in order."""
    found = _find_identity(cleaned, asked, today, None, short=len(cleaned.split()) <= MAX_SHORT_WORDS)
    return found.free_text, found.days


@dataclass(frozen=True)
class _FoundIdentity:
    """The days and identifying numbers of a text, and the text with them blanked, of which the amount is read."""

    days: list[DaySpan]
    number: MemberNumberSpan | None
    last4: str | None
    code: str | None
    free_text: str


def _find_identity(cleaned: str, asked: str | None, today: date, due_on: date | None, *, short: bool) -> _FoundIdentity:
    days, rest = find_days(normalize_punctuation(cleaned, asked), today, due_on, asked == "date")
    found = find_digit_groups(rest)
    codes = [
        run.digits for run in found.groups if len(run.digits) == CODE_LENGTH and not (run.is_money or run.is_denied)
    ]
    code = codes[-1] if codes and asked == "code" else None
    number = None if code else find_member_number(found, asked)
    last4 = None if code else _find_last4(found, asked, number, short=short)
    taken = last4 or code
    for run in found.groups:
        if (number and run.start == number.start) or (taken and run.digits == taken):
            rest = blank_span(rest, run.start, run.end)
    return _FoundIdentity(days, number, last4, code, rest)


def _find_last4(found: DigitScan, asked: str | None, number: MemberNumberSpan | None, *, short: bool) -> str | None:
    """Four digits said with the member number need no name: `99999-001, 0142`. `short`: nothing else is said."""
    taken = (number.start, number.end) if number else (-1, -1)
    named = find_last4(found, asked, taken)
    if named or number is None or not number.number.is_complete:
        return named
    if number.following_digits:
        return number.following_digits
    plain = [run for run in found.groups if run.label in ("", "number", "a number") and not run.is_money]
    beside = [run for run in plain if run.start > number.start and len(run.digits) == 4]
    if beside and beside[0].start - number.end <= 2 and beside[0].correction_index == beside[-1].correction_index:
        return beside[0].digits  # directly behind the number
    # in the first words of a talk a later figure may be an amount: "... and it wants a hundred and twelve forty"
    return beside[-1].digits if beside and (short or asked in ("member_number", "last4")) else None
