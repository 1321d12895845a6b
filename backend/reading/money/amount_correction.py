"""Reads a new amount in place of one that was misheard: `not fifteen, fifty`, `fifty, not fifteen`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend.reading.money.amount import Amount, parse_amount
from backend.reading.money.spoken_money import find_spoken_sums
from backend.reading.normalize import clean_text
from backend.reading.numbers.number_tokens import tokenize

_LEAD_IN = r"(?:(?:no|nope|wait|sorry|wrong|that'?s (?:wrong|not right)|it'?s|i said|i meant|is|es|um|uh)\b[\s,.;!]*)*"
_OLD_THEN_NEW = re.compile(rf"{_LEAD_IN}not (?P<rest>.+?)\W*")
_NEW_THEN_OLD = re.compile(rf"{_LEAD_IN}(?P<new>.+?),? (?:and )?(?:not|instead of|rather than) (?P<old>.+?)\W*")
_SAID = re.compile(
    rf"{_LEAD_IN}(?:i said|i meant|it'?s|it is|make it|make that|change (?:it|that) to|(?:it )?should be|dije)\b,? "
    r"(?P<new>.+?)\W*"
)
_BETWEEN = re.compile(r"^(?:but|it'?s|i said|i meant|make it|es|sino)\b\s*")
_FILLER = re.compile(
    r"\b(?:um+|uh+|er+|please|thanks|thank you|just|only|maybe|pay|ok(?:ay)?|yes|well)\b|[,.!]+(?=\s|$)"
)


def correct_amount(text: str, present_cents: int) -> int | None:
    """The new amount in cents, where the words take back the present one and name another; else None."""
    cleaned = clean_text(text)
    if (found := _SAID.fullmatch(cleaned)) and is_plain_sum(found["new"]):
        return cents if (cents := _read_sum(found["new"])) != present_cents else None
    for old, new in _list_pairs(cleaned):
        if _read_sum(old) == present_cents and (cents := _read_sum(new)) not in (None, present_cents):
            return cents
    return None


def is_plain_sum(text: str) -> bool:
    """Whether nothing is said but one sum of money: `fifteen dollars`, `um, forty and 25 cents please`."""
    rest = " ".join(_FILLER.sub(" ", clean_text(text)).split())
    if "?" in rest or not rest:
        return False
    sums = find_spoken_sums(tokenize(rest))
    return len(sums) == 1 and (sums[0].start, sums[0].end) == (0, len(rest)) and _read_sum(rest) is not None


def _list_pairs(cleaned: str) -> Iterator[tuple[str, str]]:
    """The words that may be the amount taken back and the new one; without a comma any place may part them."""
    if found := _OLD_THEN_NEW.fullmatch(cleaned):
        words = found["rest"].split()
        for at in range(1, len(words)):
            yield " ".join(words[:at]).strip(",.;"), _BETWEEN.sub("", " ".join(words[at:]))
    if found := _NEW_THEN_OLD.fullmatch(cleaned):
        yield found["old"], found["new"]


def _read_sum(words: str) -> int | None:
    amount = parse_amount(words, 0)
    return amount.cents if isinstance(amount, Amount) else None
