"""Everything that one message holds, each digit given to one reading only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from backend.reading.amount import Amount, AmountProblem, amount_in, past_due_named, share_named
from backend.reading.day import Day, DayPlace, DayProblem, find_days, judge
from backend.reading.last4 import find_last4
from backend.reading.member_number import NumberPlace, NumberReading, find_number, plain_figures
from backend.reading.menu_number import is_menu_number
from backend.reading.references import without_ones
from backend.reading.runs import Scan, scan
from backend.reading.wording import blank, clean

DASH = re.compile(r" ?, ?(dash|hyphen|minus)\b ?,?", re.IGNORECASE)
"""A recogniser, or a careful person, parts the spoken dash by commas: `four one, dash, zero zero one`."""
FEW = 6  # words
CODE_LENGTH = 6  # digits of a code that was sent


@dataclass(frozen=True)
class Everything:
    """What a message says. `share` is `all` or `half` while the amount due is not known, or `past_due`;
    `code` a one-time code."""

    number: NumberReading | None = None
    last4: str | None = None
    amount: Amount | AmountProblem | None = None
    share: str | None = None
    day: Day | DayProblem | None = None
    code: str | None = None


def read_all(
    text: str, *, asked: str | None, today: date, due_cents: int | None = None, due_on: date | None = None
) -> Everything:
    """Read a whole message. `asked` (member_number, last4, code, amount, change, date or None) says what bare digits
    mean; `change` is the question to confirm, where they may be a new amount.

    `pay 50 to 99999-001 on the 15th, last four 0142` gives four values. A day's digits are taken first, then the
    member number's, then the last four; only what is left can be an amount.
    """
    cleaned = plain_figures(clean(DASH.sub(r" \1 ", without_ones(text))), asked)
    places, rest = find_days(cleaned, today, due_on, asked == "date")
    found = scan(rest)
    code = _code(found) if asked == "code" else None
    number = None if code else find_number(found, asked)
    last4 = None if code else _last4(found, asked, number, short=len(text.split()) <= FEW)
    free = _left_over(rest, found, number, last4 or code)
    share = past_due_named(free, asked == "amount")
    if share is None and due_cents is None:
        share = share_named(free, asked == "amount")
    beside = number is not None and number.reading.complete and last4 is not None
    amount: Amount | AmountProblem | None
    if is_menu_number(text):  # it was meant for a question of choices: where a sum is asked for, it is asked again
        amount = AmountProblem("unclear", text) if asked == "amount" else None
    else:
        amount = None if share else amount_in(free, due_cents, asked == "amount", beside, asked == "change")
    day = judge(places, today)
    return Everything(number.reading if number else None, last4, amount, share, day, code)


def without_identity(cleaned: str, asked: str | None, today: date) -> tuple[str, list[DayPlace]]:
    """Cleaned text with days, the member number, the last four and a code blanked, for sums to be read from; and the
    days, in order."""
    places, rest = find_days(plain_figures(cleaned, asked), today, None, asked == "date")
    found = scan(rest)
    code = _code(found) if asked == "code" else None
    number = None if code else find_number(found, asked)
    last4 = None if code else _last4(found, asked, number, short=len(cleaned.split()) <= FEW)
    return _left_over(rest, found, number, last4 or code), places


def _code(found: Scan) -> str | None:
    codes = [run.digits for run in found.runs if len(run.digits) == CODE_LENGTH and not (run.money or run.denied)]
    return codes[-1] if codes else None


def _last4(found: Scan, asked: str | None, number: NumberPlace | None, *, short: bool) -> str | None:
    """Four digits said with the member number need no name: `99999-001, 0142`. `short`: nothing else is said."""
    taken = (number.start, number.end) if number else (-1, -1)
    named = find_last4(found, asked, taken)
    if named or number is None or not number.reading.complete:
        return named
    if number.rest:
        return number.rest
    plain = [run for run in found.runs if run.label in ("", "number", "a number") and not run.money]
    beside = [run for run in plain if run.start > number.start and len(run.digits) == 4]
    if beside and beside[0].start - number.end <= 2 and beside[0].part == beside[-1].part:
        return beside[0].digits  # directly behind the number
    # in the first words of a talk a later figure may be an amount: "... and it wants a hundred and twelve forty"
    return beside[-1].digits if beside and (short or asked in ("member_number", "last4")) else None


def _left_over(rest: str, found: Scan, number: NumberPlace | None, taken: str | None) -> str:
    """What days, the member number, the last four and a code have left for the amount."""
    for run in found.runs:
        if (number and run.start == number.start) or (taken and run.digits == taken):
            rest = blank(rest, run.start, run.end)
    return rest
