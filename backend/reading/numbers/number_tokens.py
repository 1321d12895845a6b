"""Words and figures that make numbers, as tokens, and the cardinal grammar over them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

UNITS = {
    "zero": 0, "nought": 0, "naught": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "niner": 9, "nein": 9,
}  # fmt: skip
TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "forteen": 14, "fiveteen": 15, "ninteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90, "ninty": 90, "twenny": 20, "thirdy": 30, "fiddy": 50, "fitty": 50, "eigthy": 80,
}  # fmt: skip
SCALES = {
    "hundred": 100, "hundreds": 100, "hundo": 100, "hunnid": 100, "hunned": 100, "hundered": 100, "hunderd": 100,
    "hundread": 100, "thousand": 1000, "thousands": 1000, "thousnd": 1000, "grand": 1000, "million": 1_000_000,
    "billion": 1_000_000_000,
}  # fmt: skip
REPEAT_WORDS = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4, "quintuple": 5}
PLURAL_DIGITS = {
    "zeros": 0, "zeroes": 0, "ohs": 0, "ones": 1, "twos": 2, "threes": 3, "fours": 4, "fives": 5, "sixes": 6,
    "sevens": 7, "eights": 8, "nines": 9,
}  # fmt: skip
# what recognizers write for a digit; only trusted between other digits
MISHEARD_DIGITS = {"for": 4, "to": 2, "too": 2, "ate": 8, "won": 1, "tree": 3, "fife": 5}

_TOKEN = re.compile(r"[0-9]+|[a-z]+(?:'[a-z]+)?|\S")
_TOKEN_KINDS = {
    **dict.fromkeys(UNITS, "unit"), **dict.fromkeys(TEENS, "teen"), **dict.fromkeys(TENS, "tens"),
    **dict.fromkeys(SCALES, "scale"), **dict.fromkeys(REPEAT_WORDS, "repeat"), **dict.fromkeys(PLURAL_DIGITS, "plural"),
    **dict.fromkeys(MISHEARD_DIGITS, "misheard"), "oh": "oh", "o": "oh", "-": "dash", "dash": "dash", "hyphen": "dash",
}  # fmt: skip
_TOKEN_VALUES = {
    **UNITS, **TEENS, **TENS, **SCALES, **REPEAT_WORDS, **PLURAL_DIGITS, **MISHEARD_DIGITS, "oh": 0, "o": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NumberToken:
    """A figure, a word or a mark, with its place in the text. `value` is -1 where there is none."""

    kind: str
    text: str
    start: int
    end: int
    value: int = -1


def tokenize(text: str) -> list[NumberToken]:
    """Cleaned text as tokens: `pay fifty` is the word `pay` (kind `other`) and `fifty` (kind `tens`, value 50)."""
    return [_make_token(match) for match in _TOKEN.finditer(text)]


def _make_token(match: re.Match[str]) -> NumberToken:
    word = match[0]
    if word[0] in "0123456789":
        return NumberToken("figures", word, match.start(), match.end(), int(word) if len(word) < 16 else -1)
    return NumberToken(_TOKEN_KINDS.get(word, "other"), word, match.start(), match.end(), _TOKEN_VALUES.get(word, -1))


def parse_cardinal(items: Sequence[NumberToken], at: int) -> tuple[int, int] | None:
    """The number said at `at`, and where it ends: `a hundred and twelve forty` → (112, 4). None where there is none.

    Figures count as a number in front of a scale (`3 hundred`) or behind it.
    """
    start = _parse_below_hundred(items, at)
    if start is None and _token_kind(items, at) == "figures" and items[at].value >= 0:  # no card number is a sum
        start = (items[at].value, at + 1)
    if start is None and _token_text(items, at) == "a" and _token_kind(items, at + 1) == "scale":
        start = (1, at + 1)
    if start is None and _token_kind(items, at) == "scale":
        start = (1, at)
    if start is None:
        return None
    return _apply_scales(items, *start)


def _apply_scales(items: Sequence[NumberToken], value: int, at: int) -> tuple[int, int]:
    """Take the scales behind a number, each smaller than the one before: `one thousand five hundred and eighty`."""
    total, part, last_scale = 0, value, 10**12
    while _token_kind(items, at) == "scale" and items[at].value < last_scale:
        scale = items[at].value
        part *= scale
        at += 1
        if scale == 100 and _token_kind(items, at) == "scale" and items[at].value > 100:
            continue  # two hundred thousand
        last_scale = scale
        total, part = total + part, 0
        rest = at + 1 if _token_text(items, at) == "and" else at
        more = _parse_below_hundred(items, rest)
        if more is None and _token_kind(items, rest) == "figures" and 0 < items[rest].value < scale:
            more = (items[rest].value, rest + 1)
        if more is None or (scale == 100 and more[0] >= 100):
            break
        part, at = more
        if _token_kind(items, at) != "scale" or items[at].value >= last_scale:
            break
    return total + part, at


def _parse_below_hundred(items: Sequence[NumberToken], at: int) -> tuple[int, int] | None:
    kind = _token_kind(items, at)
    if kind == "tens":
        if _token_kind(items, at + 1) == "unit" and items[at + 1].value > 0:
            return items[at].value + items[at + 1].value, at + 2
        return items[at].value, at + 1
    if kind in ("teen", "unit"):
        return items[at].value, at + 1
    return None


def _token_kind(items: Sequence[NumberToken], at: int) -> str:
    return items[at].kind if at < len(items) else ""


def _token_text(items: Sequence[NumberToken], at: int) -> str:
    return items[at].text if at < len(items) else ""
