"""Reads letters that stand for digits: `4l11 llll 1111 1111`, `4O12`, `S555`, and letters or `$` between digits.

Such letters are mostly words, so only rows are read that are too long to be written by chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.dialogue.redaction.card_numbers import is_card_number

LOOKALIKES = {"o": "0", "l": "1", "i": "1", "|": "1", "!": "1", "s": "5"}
LONG_WORD_LOOKALIKES = {"q": "0", "z": "2", "e": "3", "a": "4", "g": "9", "t": "7", "b": "8"}
"""Read so only in a word of four characters or more: `4b` is an apartment, `200a` a breaker."""
_LOOKALIKE_DIGITS = str.maketrans({**LOOKALIKES, **LONG_WORD_LOOKALIKES})
LONG_WORD_LENGTH = 4
MIN_ROW_LENGTH = 8
"""Shorter rows are no secret, and too many words are made of such letters."""
WORD = re.compile(r"[a-z0-9|]+(?:![a-z0-9|]+)*")
ROW_GAP = re.compile(r"[\s.,:;/_*#()\[\]\u2010-\u2015\u2212-]{0,4}")
ORDINAL = re.compile(r"\d+(?:st|s|a|am|g|t)")
REPEATED_LETTER = re.compile(r"([olisz|b])\1{2,}")
STROKE_LETTERS = re.compile(r"[oli|]{3,}|[olis|]{4,6}")
REAL_WORDS = frozenset(("ill", "oil", "lil", "oils", "soil", "soils", "silo", "solo", "lois", "ilos"))
DIGITS_SPLIT_BY_LETTERS = re.compile(r"(?<![a-z0-9])\d{3,8}(?:[a-z]\d{3,8}){2,5}(?![a-z0-9])")
FOUR_PRICES = re.compile(r"\$\d{4}(?:\W{1,3}\$\d{4}){3}(?![\d.])")

WordMatch = re.Match[str]


def replace_lookalikes(lowered: str) -> str:
    """Replace such letters in a folded text by digits, character for character: positions stay the same."""
    if not any(character.isdigit() for character in lowered):
        return lowered
    text = FOUR_PRICES.sub(_strip_price_signs, lowered)
    text = DIGITS_SPLIT_BY_LETTERS.sub(lambda found: re.sub("[a-z]", "-", found[0]), text)
    pieces = list(text)
    for row in _find_rows(text):
        start, end = row[0].start(), row[-1].end()
        pieces[start:end] = text[start:end].translate(_LOOKALIKE_DIGITS)
    return "".join(pieces)


def _strip_price_signs(found: WordMatch) -> str:
    """Four amounts are a card only if their digits are one, check digit included."""
    return found[0].replace("$", " ") if is_card_number(re.sub(r"\D", "", found[0])) else found[0]


def _find_rows(text: str) -> Iterator[Sequence[WordMatch]]:
    """Find rows of words that are digits, with letters among them."""
    row: list[WordMatch] = []
    for word in WORD.finditer(text):
        if row and not ROW_GAP.fullmatch(text, row[-1].end(), word.start()):
            yield from _trim_row(row)
            row = []
        if _is_digit_word(word[0], alone=bool(row) and len(row[-1][0]) > 1):
            row.append(word)
        else:
            yield from _trim_row(row)
            row = []
    yield from _trim_row(row)


def _is_digit_word(word: str, *, alone: bool) -> bool:
    """Whether a word may be digits. `alone`: the word before is longer, so a single letter is a word."""
    if word.isdigit():
        return True
    if not set(word) & set("0123456789"):
        if word in REAL_WORDS:
            return False
        single = word in ("o", "l", "i", "s", "|") and not alone
        return single or bool(REPEATED_LETTER.fullmatch(word) or STROKE_LETTERS.fullmatch(word))
    letters = LOOKALIKES if len(word) < LONG_WORD_LENGTH else {**LOOKALIKES, **LONG_WORD_LOOKALIKES}
    return not ORDINAL.fullmatch(word) and all(one.isdigit() or one in letters for one in word)


def _trim_row(row: Sequence[WordMatch]) -> Iterator[Sequence[WordMatch]]:
    """Yield a row that is long enough, without letters at its edges: they are words, or the rest of `it's`."""
    while row and row[0][0].isalpha() and len(row[0][0]) == 1:
        row = row[1:]
    while row and row[-1][0].isalpha() and len(row[-1][0]) == 1:
        row = row[:-1]
    joined = "".join(word[0] for word in row)
    if len(joined) >= MIN_ROW_LENGTH and not joined.isdigit() and any(one.isdigit() for one in joined):
        yield row
