"""Takes names and numbers out of a member's words, so that they may serve as training sentences.

Every number becomes one that everybody uses in examples, of the same shape, since the shape tells what it is. Names and
places that are on file for the member go, and a name that somebody says of themselves. A person still reads each
sentence before it is used: a name that nobody introduced is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from backend.conversations.masking import LINK
from backend.reading.contact.introduced_name import find_introduced_name

NAME, EMAIL, STREET = "Pat Smith", "name@example.com", "Main Street"
EXAMPLE_DIGITS = "1234567890"
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MEMBER_NUMBER = re.compile(r"(?<![\d$.])\d{4,9}[- ]\d{3}(?!\d)(?![- ]\d{4})")
_PHONE = re.compile(r"(?<!\d)(?:\+?1[-. ]?)?\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}(?!\d)")
_AMOUNT = re.compile(r"\$\s?\d[\d,]*(?:\.\d\d)?")
_DIGITS = re.compile(r"\d+")
_KEPT = 2
"""Digits of a number that stays as it is: a day, an hour, how many."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_COMMON_WORDS = frozenset("road street avenue lane drive court north south east west and the county route".split())


def list_personal_words(*texts: str | None) -> list[str]:
    """The words of names and addresses on file that must not stay, the longest first."""
    found = {word.lower() for text in texts for word in _WORD.findall(text or "")}
    return sorted(found - _COMMON_WORDS, key=len, reverse=True)


def anonymize(text: str, personal: Iterable[str] = ()) -> str:
    """The text without links, emails, phones, numbers, names and places; `personal` from `list_personal_words`."""
    text = _EMAIL.sub(EMAIL, LINK.sub("[link]", text))
    if introduced := find_introduced_name(text):
        text = re.sub(rf"\b{re.escape(introduced)}(?!\w)", NAME, text, flags=re.IGNORECASE)
    text = _replace_names(text, list(personal))
    text = _PHONE.sub("555-555-0142", text)
    text = _MEMBER_NUMBER.sub("99999-001", text)
    text = _AMOUNT.sub("$50.00", text)
    return _DIGITS.sub(_example_digits, text)


def _replace_names(text: str, personal: list[str]) -> str:
    if not personal:
        return text
    one = "|".join(re.escape(word) for word in personal)
    return re.sub(rf"\b(?:{one})\b(?:\s+(?:{one})\b)*", NAME, text, flags=re.IGNORECASE)


def _example_digits(match: re.Match[str]) -> str:
    """`0646` → `1234`: as long as it was; the examples above keep theirs."""
    digits, text = match[0], match.string
    around = text[max(0, match.start() - 10) : match.end() + 10]
    if len(digits) <= _KEPT or any(example in around for example in ("99999-001", "555-555-0142", "$50.00")):
        return digits
    return (EXAMPLE_DIGITS * (len(digits) // len(EXAMPLE_DIGITS) + 1))[: len(digits)]
