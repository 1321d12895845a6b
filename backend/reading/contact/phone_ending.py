"""The end of a phone number, where a member puts right which one is meant: `mine ends 2203`, `termina en 2203`."""

from __future__ import annotations

import re

from backend.reading.numbers.spoken_digits import spoken_to_digits

_ENDING = re.compile(
    r"\b(?:ends?|ending|last (?:four|4)(?: digits?)?(?: is| are)?|termina\w*|acaba\w*|"
    r"[uú]ltimos (?:cuatro|4)(?: d[ií]gitos)?(?: son)?)"
    r"(?: (?:in|with|is|en|con))?\W{1,3}(?P<end>\d[ -]?\d[ -]?\d[ -]?\d)(?![\d-])",
    re.IGNORECASE,
)


def extract_phone_ending(text: str) -> str | None:
    """The four digits that a phone is said to end with, the last such in the text; None where none is."""
    found = [re.sub(r"\D", "", match["end"]) for match in _ENDING.finditer(spoken_to_digits(text))]
    return found[-1] if found else None


_OTHER_PHONE = re.compile(
    r"\b(?:new|another|other|different|changed|nuevo|nueva|otro|cambi\w+)\b.{0,24}"
    r"\b(?:phone|cell|number|tel[eé]fono|celular|n[uú]mero)\b.*\d{4}|"
    r"\b(?:phone|cell|number|tel[eé]fono|celular|n[uú]mero)\b.{0,24}"
    r"\b(?:changed|is now|new|cambi\w+|nuevo)\b.*\d{4}|\bcall (?:me|us) (?:at|on)\b.*\d{4}",
    re.IGNORECASE,
)


def is_new_phone(text: str) -> bool:
    """Whether the phone in these words is a new one, or one to be called at: its last four prove nobody."""
    return bool(_OTHER_PHONE.search(text))
