"""Where a phone number stands in a message by the shape of its figures; nothing is asked of the numbering plan."""

from __future__ import annotations

import re

_PHONE_DIGITS = re.compile(r"(?<!\d)(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]{0,2}\d{3}[ .-]?\d{4}(?!\d)")
_FORMATTED_PHONE = re.compile(r"(?<![\d-])\(?\d{3}\)?[ .-]{0,2}\d{3}[ .-]\d{4}(?![\d-])")


def contains_phone_digits(text: str) -> bool:
    """Ten digits that may be a phone's, however they are parted: a member number with its last four has as many."""
    return _PHONE_DIGITS.search(text) is not None


def contains_formatted_phone(text: str) -> bool:
    """`555-555-0142`: no member number is parted so."""
    return _FORMATTED_PHONE.search(text) is not None


def remove_phone_digits(text: str) -> str:
    """The text without them, so that their digits are taken for nothing else."""
    return _PHONE_DIGITS.sub(" ", text)


def remove_formatted_phones(text: str) -> str:
    """The text without numbers that are parted as a phone; bare digits stay."""
    return _FORMATTED_PHONE.sub(" ", text)
