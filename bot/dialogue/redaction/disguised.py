"""Letters that stand for figures: `4l11 llll 1111 1111`, `4O12`, `S555`; and letters or `$` between fours of figures.

Everywhere else such letters are words: only a row of so many figures that nobody writes it by chance is read so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.dialogue.redaction.card_numbers import is_card

ALWAYS = {"o": "0", "l": "1", "i": "1", "|": "1", "!": "1", "s": "5"}
IN_LONG_ONES = {"q": "0", "z": "2", "e": "3", "a": "4", "g": "9", "t": "7", "b": "8"}
"""Read so only in a word of four figures and more: `4b` and `200a` are an apartment and a breaker."""
_FIGURES = str.maketrans({**ALWAYS, **IN_LONG_ONES})
LONG_ONE = 4
FEWEST = 8
"""Figures in a row, letters read as such: fewer are no secret, and too many words are made of such letters."""
WORD = re.compile(r"[a-z0-9|]+(?:![a-z0-9|]+)*")
BETWEEN = re.compile(r"[\s.,:;/_*#()\[\]\u2010-\u2015\u2212-]{0,4}")
ORDINAL = re.compile(r"\d+(?:st|s|a|am|g|t)")
OF_ONE_LETTER = re.compile(r"([olisz|b])\1{2,}")
OF_STROKES = re.compile(r"[oli|]{3,}|[olis|]{4,6}")
WORDS = frozenset(("ill", "oil", "lil", "oils", "soil", "soils", "silo", "solo", "lois", "ilos"))
PARTED_BY_LETTERS = re.compile(r"(?<![a-z0-9])\d{3,8}(?:[a-z]\d{3,8}){2,5}(?![a-z0-9])")
PRICED = re.compile(r"\$\d{4}(?:\W{1,3}\$\d{4}){3}(?![\d.])")

Word = re.Match[str]


def undisguised(lowered: str) -> str:
    """A plain text with figures for the letters that stand for some, character for character: places stay the same."""
    if not any(character.isdigit() for character in lowered):
        return lowered
    text = PARTED_BY_LETTERS.sub(_parted, PRICED.sub(_without_prices, lowered))
    pieces = list(text)
    for row in _rows(text):
        start, end = row[0].start(), row[-1].end()
        pieces[start:end] = _as_figures(text[start:end])
    return "".join(pieces)


def _as_figures(text: str) -> str:
    return text.translate(_FIGURES)


def _parted(found: Word) -> str:
    return re.sub("[a-z]", "-", found[0])


def _without_prices(found: Word) -> str:
    """Four amounts are no card unless their figures are one, check digit and all."""
    return found[0].replace("$", " ") if is_card(re.sub(r"\D", "", found[0])) else found[0]


def _rows(text: str) -> Iterator[Sequence[Word]]:
    """Rows of words that are figures, with letters among them."""
    row: list[Word] = []
    for word in WORD.finditer(text):
        if row and not BETWEEN.fullmatch(text, row[-1].end(), word.start()):
            yield from _worthy(row)
            row = []
        if _is_figures(word[0], alone=bool(row) and len(row[-1][0]) > 1):
            row.append(word)
        else:
            yield from _worthy(row)
            row = []
    yield from _worthy(row)


def _is_figures(word: str, *, alone: bool) -> bool:
    """Whether a word may be figures. `alone`: the one before is longer, so that a single letter is a word."""
    if word.isdigit():
        return True
    if not set(word) & set("0123456789"):
        if word in WORDS:
            return False
        single = word in ("o", "l", "i", "s", "|") and not alone
        return single or bool(OF_ONE_LETTER.fullmatch(word) or OF_STROKES.fullmatch(word))
    letters = ALWAYS if len(word) < LONG_ONE else {**ALWAYS, **IN_LONG_ONES}
    return not ORDINAL.fullmatch(word) and all(one.isdigit() or one in letters for one in word)


def _worthy(row: Sequence[Word]) -> Iterator[Sequence[Word]]:
    # a letter at the edge is a word, or the rest of `it's`
    while row and row[0][0].isalpha() and len(row[0][0]) == 1:
        row = row[1:]
    while row and row[-1][0].isalpha() and len(row[-1][0]) == 1:
        row = row[:-1]
    joined = "".join(word[0] for word in row)
    if len(joined) >= FEWEST and not joined.isdigit() and any(one.isdigit() for one in joined):
        yield row
