"""Spoken digits as figures."""

from __future__ import annotations

from collections.abc import Sequence

from backend.reading.normalize import clean_text
from backend.reading.numbers.digit_groups import find_digit_groups


def spoken_to_digits(text: str) -> str:
    """Cleaned text with every run of digits in figures: `nine nine double oh one dash` → `99001-`, the rest kept."""
    cleaned = clean_text(text)
    pieces: list[str] = []
    at = 0
    for run in find_digit_groups(cleaned).groups:
        pieces += [cleaned[at : run.start], _join_groups(run.chunks, run.dash_positions)]
        at = run.end
    rest = cleaned[at:]
    return "".join([*pieces, rest.replace(" dash", "-", 1) if rest.strip() == "dash" else rest]).strip()


def _join_groups(groups: Sequence[str], dashes: Sequence[int]) -> str:
    """The groups with a blank between them, or the dash where one was said."""
    text, length = "", 0
    for group in groups:
        mark = "-" if length in dashes else " "
        text += (mark if text else "") + group
        length += len(group)
    return text
