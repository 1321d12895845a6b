"""Finds digits in what somebody wrote or said: `4111`, `four triple one`, and the letter o that stands for a zero."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

UNITS = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13",
    "fourteen": "14", "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
    "o": "0", "oo": "00", "ooo": "000", "oooo": "0000",
}  # fmt: skip
TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fifty": "5", "sixty": "6", "seventy": "7", "eighty": "8",
    "ninety": "9",
}  # fmt: skip
REPEATS = {"double": 2, "triple": 3}
TOKEN = re.compile(r"(?<![a-z])o{0,6}\d[\do]*(?![a-z])|\d+|[a-z]+", re.IGNORECASE)


@dataclass(frozen=True)
class Group:
    """Digits written or said together, at [start, end) of the text."""

    digits: str
    start: int
    end: int


def groups_in(text: str) -> Iterator[Group]:
    """The groups of digits in a text, in order."""
    tokens = list(TOKEN.finditer(text))
    index = 0
    while index < len(tokens):
        digits, used = _spoken(tokens, index)
        if digits:
            yield Group(digits, tokens[index].start(), tokens[index + used - 1].end())
        index += used


def _spoken(tokens: list[re.Match[str]], index: int) -> tuple[str, int]:
    """The digits that the tokens from `index` stand for, and how many tokens that took."""
    word = tokens[index].group().lower()
    following = tokens[index + 1].group().lower() if index + 1 < len(tokens) else ""
    if any(character.isdigit() for character in word):
        return word.replace("o", "0"), 1
    if word in REPEATS and (UNITS.get(following) or following)[:1].isdigit():
        return (UNITS.get(following) or following.replace("o", "0")) * REPEATS[word], 2
    if word in TENS:
        unit = UNITS.get(following, "")
        return (TENS[word] + unit, 2) if len(unit) == 1 and unit != "0" else (TENS[word] + "0", 1)
    return UNITS.get(word, ""), 1
