"""Something that the office is to be told: `tell the office it was the wrong number`. Both languages."""

from __future__ import annotations

import re

from backend.reading.spanish.gloss import without_accents

_OFFICE = (
    r"(?:the |your |la |su |sus )?(?:office|billing(?: department)?|manager|boss|people|guys|crew|oficina|gente|"
    r"gerente|them|him|her)"
)
_TELLS = re.compile(
    rf"\b(?:tell|inform|notify) {_OFFICE}\b(?! (?:myself|what|where|how|when|why|if|whether)\b)|\blet {_OFFICE} know\b|"
    rf"\b(?:pass (?:it|this|that|a message) (?:on|along)|(?:leave|take|give) (?:a|this|my) message|"
    rf"give {_OFFICE} (?:a|this|the) message)\b|"
    rf"\b(?:digale|diga|avise\w*|diganle|dile)\b(?: a)? {_OFFICE}\b|\b(?:deje|tome|pase) (?:un|el|este) (?:mensaje|"
    rf"recado)\b"
)
_NOT = re.compile(
    r"\b(?:i|we|will|did|do|should|must|can) (?:(?:i|we|you|have|need|to|already|\w+ly) ){0,3}(?:tell|told|inform|"
    r"notify)\b|\?"
)
FEWEST = 5
"""Words: fewer name nothing to pass on."""


def passes_on(text: str) -> bool:
    """Whether the office is to be told something, and it is said what."""
    plain = without_accents(text.lower())
    return len(plain.split()) >= FEWEST and bool(_TELLS.search(plain)) and not _NOT.search(plain)
