"""Finds numbers of identity documents and bank accounts by shape (CURP, RFC, Medicare, IBAN), and dates of birth."""

from __future__ import annotations

import re
from collections.abc import Iterator

DOCUMENT_NAMES = (
    r"driver'?s?'?\s+(?:licen[sc]e|lic|id)|driving\s+licen[sc]e|licen[sc]e\s+(?:number|no|#)|dl\s*(?:number|no|#)?|"
    r"state\s+id|passport(?:\s+no\.)?|medicaid(?:\s+id)?|medicare(?:\s+(?:id|number))?|alien\s+(?:number|no\.?|#)|"
    r"licencia(?:\s+de\s+(?:conducir|manejo|manejar))?|pasaporte|matricula\s+consular|curp|rfc|"
    r"green\s+card|a-number"
)
NUMBER_BEFORE_NAME = re.compile(
    rf"(?<!\S)(?P<value>[a-z]{{0,3}}-?\d[\da-z-]+)\s+(?:is|es)\s+(?:my|mi)\s+(?:{DOCUMENT_NAMES})(?![a-z])"
)
BIRTH_DATE = re.compile(
    r"\b(?:date\s+of\s+birth|birth\s?(?:date|day)|d\.?o\.?b\.?|born|fecha\s+de\s+nacimiento|naci|cumpleanos)(?![a-z])"
    r"[^\d.!?\n]{0,12}?(?P<value>(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4})|"
    r"\d{1,2}\s+de\s+[a-z]+\s+(?:de(?:l)?\s+)?\d{4}|\d{1,2}\W\d{1,2}\W(?:\d{4}|\d\d)|\d{4}-\d\d-\d\d|\d{6}|\d{8})(?!\d)"
)
"""Nobody at the co-op asks for it; many banks do."""
DOCUMENT_NUMBERS = re.compile(
    r"(?<![a-z0-9])(?:[a-z]{4}\d{6}[hmx][a-z]{5}[a-z0-9]\d|[a-zñ&]{3,4}\d{6}[a-z0-9]{3}|"
    r"[1-9][a-z][a-z0-9]\d-?[a-z][a-z0-9]\d-?[a-z]{2}\d{2})(?![a-z0-9])"
)
"""Mexico's CURP and RFC, and the Medicare number."""
NUMBER_AFTER_NAME = re.compile(
    rf"(?<![a-z])(?:{DOCUMENT_NAMES})(?![a-z])[^\d.!?\n]{{0,30}}?"
    r"(?P<value>(?<![a-z0-9])(?:[a-z]{1,3}-?)?\d[\da-z]*(?:[\s-]+\d[\da-z]*){0,5})"
)
IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2}\d{2}(?:[\s-]?[a-z0-9]{4}){2,7}(?:[\s-]?[a-z0-9]{1,4})?(?![a-z0-9])")
MIN_DOCUMENT_DIGITS = 5
Span = tuple[int, int]


def find_identity_documents(lowered: str) -> Iterator[Span]:
    """Find such numbers in a folded text: `my passport is X1234567`, a CURP, `born 3/14/1948`."""
    for pattern in (NUMBER_BEFORE_NAME, BIRTH_DATE):
        yield from (found.span("value") for found in pattern.finditer(lowered))
    yield from (found.span() for found in DOCUMENT_NUMBERS.finditer(lowered))
    for found in NUMBER_AFTER_NAME.finditer(lowered):
        if sum(character.isdigit() for character in found["value"]) >= MIN_DOCUMENT_DIGITS:
            yield found.span("value")
    yield from (found.span() for found in IBAN.finditer(lowered) if _is_iban(found[0]))


def _is_iban(text: str) -> bool:
    """Whether the check digits are right: by ISO 13616 the number, rearranged, leaves 1 when divided by 97."""
    plain = re.sub(r"[\s-]", "", text).upper()
    if not 15 <= len(plain) <= 34:
        return False
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1
