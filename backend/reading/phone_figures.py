"""Where a phone number stands in a message by the shape of its figures; nothing is asked of the numbering plan."""

from __future__ import annotations

import re

_FIGURES = re.compile(r"(?<!\d)(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]{0,2}\d{3}[ .-]?\d{4}(?!\d)")
_PARTED = re.compile(r"(?<![\d-])\(?\d{3}\)?[ .-]{0,2}\d{3}[ .-]\d{4}(?![\d-])")


def has_phone_figures(text: str) -> bool:
    """Ten digits that may be a phone's, however they are parted: a member number with its last four has as many."""
    return _FIGURES.search(text) is not None


def is_parted_as_phone(text: str) -> bool:
    """`555-555-0142`: no member number is parted so."""
    return _PARTED.search(text) is not None


def without_phone_figures(text: str) -> str:
    """The text without them, so that their digits are taken for nothing else."""
    return _FIGURES.sub(" ", text)


def without_parted_phones(text: str) -> str:
    """The text without numbers that are parted as a phone; bare digits stay."""
    return _PARTED.sub(" ", text)
