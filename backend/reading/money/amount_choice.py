"""Chooses which of the amounts in a message is meant: the 60 of `not 50, 60`; of `50 or 60` neither."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from backend.money import share_of
from backend.reading.normalize import count_corrections_before, find_corrections, is_value_denied
from backend.reading.numbers.digit_groups import CARD_BRANDS

MAX_AMOUNT_CENTS = 100_000_000  # a million dollars: no household means it


@dataclass(frozen=True)
class Amount:
    """A plain amount, more than zero. Cents."""

    cents: int


@dataclass(frozen=True)
class AmountProblem:
    """Something that was meant as an amount and cannot be one.

    `code`: negative, too_many_decimals, absurd, zero, unclear or not_a_number; `text` is the part it is about.
    """

    code: str
    text: str


Share = Literal["all", "half"]
"""An amount that is named by the bill: `all of it`, `half`."""


@dataclass(frozen=True)
class Percent:
    """A part of what is due."""

    hundredths: int


@dataclass(frozen=True)
class AmountCandidate:
    """One amount, in cents or percent, or the code of a problem, with its place in the text.

    `is_money`: it is marked as money (`$`, `bucks`, `84.50`). `alternative`: other cents that the words may mean.
    """

    value: int | Percent | str
    start: int
    end: int
    is_money: bool
    alternative: int | None = None
    share: Share | None = None


# words that change what an amount means: "20 more than I owe", "all but 20"
_MODIFIER_BEFORE = re.compile(
    r"\b(?:(?:all|everything|it|balance|bill|total) (?:but|minus)|except(?: for)?|plus|at (?:least|most)|up to|over|"
    r"under|between|(?:more|less) than|half(?: of)?|quarter(?: of)?|couple(?: of)?|few|several|and a half|"
    r"(?:[2-9]|two|three|four) (?:payments|charges|installments) of)(?: the| about| a)? \$?$"
)
_MODIFIER_AFTER = re.compile(
    r"(?: dollars?| bucks?)? (?:more|less|plus|minus|except|extra|over|but (?=\$?[0-9])|something|odd\b|"
    r"or (?:so|more|less)\b|some\b(?! (?:time|day))|and (?:change|some)\b|and a (?:half|quarter)|"
    r"(?:and )?[13]/[24](?![0-9])|(?:pesos|euros?|pounds?)\b)|-?ish\b|\+"
)
# two numbers that are the ends of a span, or a choice: "50 or 60 dollars"
_CHOICE = re.compile(r"(?: dollars?| bucks?)?,? ?(?:(?P<to>to)|(?:or|and|-|/|maybe)(?: maybe| to)?) ?\$?")
_COMMA = re.compile(r", ?")
# amounts that are mentioned, not to be paid: "my bill is 120", "i have 200"
_BILL_IS = re.compile(
    r"\b(?:(?:bill|balance|total|statement)(?: \w+)?(?: is|'?s| was| says| shows| of)|(?:i|we) (?:still )?owe|"
    r"it (?:says|shows|was)|due is|paid)(?: only| just| about| like)? \$?$"
)
_I_HAVE = re.compile(r"\b(?:i|we)(?:'ve| have)?(?: only)? (?:have|got|had)(?: only| just| about| like)? \$?$")
_CANNOT_PAY = re.compile(
    r"(?<!why )\b(?:can't|cant|cannot|can not|won't|couldn't|(?:don't|dont|do not|didn't)(?: even)?)(?: really|"
    r" even)? (?:pay|afford|do|have|got|want|send|spend|manage)(?: to pay| the| that| all)? \$?$"
)
# "75 with 4242": the method's last four, where another number is the amount
_CARD_BEFORE = re.compile(
    rf"\b(?:{CARD_BRANDS}|card|checking|savings|account|bank|using|with|from|to|ending)"
    r"(?: (?:card|account|number|in|with|my|the))*[ #]*$"
)
_FOUR_DIGITS, _TOO_LONG = re.compile(r"[0-9]{4}"), re.compile(r"[0-9]{7,}")
PAY_BEFORE_AMOUNT = re.compile(
    r"\b(?:pay(?:ing)?|payment(?: of| for)?|put|do|give|take|charge|send|amount(?: of| is)?|transfer|schedule|"
    r"make (?:it|that)|just|only|want to do|towards?|i meant?|actually|no[,.!]*(?: wait[,.!]*)?)(?: (?:me|you|just|"
    r"only|about|like|in|down|of|is|the|for|a|payment|amount))*\s*$"
)


def choose_amount(cleaned: str, found: Sequence[AmountCandidate], due_cents: int) -> Amount | AmountProblem | None:
    """The one amount of several: after the last correction, not denied, marked as money rather than a bare number."""
    breaks = find_corrections(cleaned)
    wanted = [
        one
        for one in found
        if not is_value_denied(cleaned, one.start)
        and not _CANNOT_PAY.search(cleaned, max(0, one.start - 40), one.start)
    ]
    last = max((count_corrections_before(one.start, breaks) for one in wanted), default=0)
    last_said = [one for one in wanted if count_corrections_before(one.start, breaks) == last]
    kept = _drop_less_likely(cleaned, last_said)
    if not kept:
        return None
    values = {_resolve_value(one, due_cents) for one in kept}
    start, end = kept[0].start, kept[-1].end
    is_modified = _MODIFIER_BEFORE.search(cleaned, max(0, start - 24), start) or _MODIFIER_AFTER.match(cleaned, end)
    if len(values) > 1 or is_modified or _is_range_or_choice(cleaned, last_said, kept):
        return AmountProblem("unclear", cleaned[start:end])
    value, text = values.pop(), cleaned[start : kept[0].end]
    if isinstance(value, str):
        return AmountProblem(value, text)
    if value == 0:
        return AmountProblem("zero", text)
    return AmountProblem("absurd", text) if value >= MAX_AMOUNT_CENTS else Amount(value)


def _drop_less_likely(cleaned: str, kept: list[AmountCandidate]) -> list[AmountCandidate]:
    """Leave out, one reason after another, what is less likely to be the amount, as long as something stays.

    Figures beside `all of it` are not left out for being bare: together they are asked about.
    """

    def before(pattern: re.Pattern[str], one: AmountCandidate) -> bool:
        return bool(pattern.search(cleaned, max(0, one.start - 40), one.start))

    def of_a_method(one: AmountCandidate) -> bool:
        four = not one.is_money and bool(_FOUR_DIGITS.fullmatch(cleaned, one.start, one.end))
        return four and before(_CARD_BEFORE, one)

    for leave in (
        of_a_method,
        lambda one: not one.is_money and bool(_TOO_LONG.fullmatch(cleaned, one.start, one.end)),
        lambda one: before(_BILL_IS, one),
        lambda one: before(_I_HAVE, one),
    ):
        kept = [one for one in kept if not leave(one)] or kept
    mixed = any(one.share for one in kept) and not all(one.share for one in kept)
    kept = [one for one in kept if one.is_money or mixed] or kept
    return [one for one in kept if before(PAY_BEFORE_AMOUNT, one)] or kept


def _is_range_or_choice(cleaned: str, found: Sequence[AmountCandidate], kept: Sequence[AmountCandidate]) -> bool:
    """Whether two amounts are a choice or a range, as `fifty or sixty bucks`; in `200 to 5588` the second is a card."""
    for one, other in pairwise(found):
        if (one not in kept and other not in kept) or one.value == other.value:
            continue
        bare = not (one.is_money or other.is_money)
        match = _CHOICE.fullmatch(cleaned, one.end, other.start)
        goes_to = match and match["to"] and not other.is_money and _FOUR_DIGITS.match(cleaned, other.start, other.end)
        if (match and not goes_to) or (bare and _COMMA.fullmatch(cleaned, one.end, other.start)):
            return True
    return False


def _resolve_value(one: AmountCandidate, due_cents: int) -> int | str:
    """Cents, or the code of a problem; a share of what is due as its cents."""
    if isinstance(one.value, Percent):
        share = one.value.hundredths
        return share_of(due_cents, share, 10_000) if 0 < share <= 10_000 and due_cents > 0 else "unclear"
    return one.alternative if one.alternative is not None and one.alternative == due_cents else one.value
