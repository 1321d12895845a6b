"""Spoken digits as figures, and codes of a fixed length."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend.reading.numerals import tokens
from backend.reading.runs import scan
from backend.reading.wording import blank, clean

CODE_LENGTH = 6
SEPARATOR_LENGTH = 3  # digits behind the dash


def spoken_to_digits(text: str) -> str:
    """Cleaned text with every run of digits in figures: `nine nine double oh one dash` → `99001-`, the rest kept."""
    cleaned = clean(text)
    pieces: list[str] = []
    at = 0
    for run in scan(cleaned).runs:
        pieces += [cleaned[at : run.start], _in_figures(run.groups, run.dashes)]
        at = run.end
    rest = cleaned[at:]
    return "".join([*pieces, rest.replace(" dash", "-", 1) if rest.strip() == "dash" else rest]).strip()


def _in_figures(groups: Sequence[str], dashes: Sequence[int]) -> str:
    """The groups with a blank between them, or the dash where one was said."""
    text, length = "", 0
    for group in groups:
        mark = "-" if length in dashes else " "
        text += (mark if text else "") + group
        length += len(group)
    return text


def read_code(text: str, length: int = CODE_LENGTH) -> str | None:
    """A one-time code of `length` digits, typed or said; the last one if several were."""
    found = [run.digits for run in scan(clean(text)).runs if len(run.digits) == length and not run.denied]
    return found[-1] if found else None


_AROUND_SEPARATOR = re.compile(
    r"\b(?:um|uh|it'?s|its|it is|that's|is|the|last three|digits|are|my|separator|dash|hyphen|minus|no|sorry|please|"
    r"thanks|yes|ok|okay)\b|[-,.!#\"' ]"
)


def read_separator(text: str) -> str | None:
    """The three digits behind the dash of a member number, said or typed alone: `001`, `oh oh two`, `dash 003`."""
    cleaned = clean(text)
    runs = scan(cleaned).runs
    if not runs or len(runs[-1].digits) != SEPARATOR_LENGTH or runs[-1].money or runs[-1].denied:
        return None
    rest = blank(cleaned, runs[-1].start, runs[-1].end).replace("~", "")
    return None if _AROUND_SEPARATOR.sub("", rest) else runs[-1].digits


def only_digits(text: str) -> str | None:
    """The digits, if the text is nothing else than one run of them: a keypad entry or a bare number."""
    cleaned = clean(text)
    runs = scan(cleaned).runs
    if len(runs) != 1:
        return None
    rest = blank(cleaned, runs[0].start, runs[0].end)
    return None if any(token.kind != "other" or token.text.isalpha() for token in tokens(rest)) else runs[0].digits
