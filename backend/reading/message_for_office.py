"""Detects a message to be passed on to the office, in both languages: `tell the office it was the wrong number`."""

from __future__ import annotations

import re

from backend.reading.normalize import fold

_THE_OFFICE = (
    r"(?:the |your |la |su |sus )?(?:office|billing(?: department)?|manager|boss|people|guys|crew|oficina|gente|"
    r"gerente|them|him|her)"
)
_TELL_OFFICE = re.compile(
    rf"\b(?:tell|inform|notify) {_THE_OFFICE}\b(?! (?:myself|what|where|how|when|why|if|whether)\b)|"
    rf"\blet {_THE_OFFICE} know\b|\b(?:pass (?:it|this|that|a message) (?:on|along)|(?:leave|take|give) (?:a|this|"
    rf"my) message|give {_THE_OFFICE} (?:a|this|the) message)\b|\b(?:digale|diga|avise\w*|diganle|"
    rf"dile)\b(?: a)? {_THE_OFFICE}\b|\b(?:deje|tome|pase) (?:un|el|este) (?:mensaje|recado)\b"
)
_NOT_A_REQUEST = re.compile(
    r"\b(?:i|we|will|did|do|should|must|can) (?:(?:i|we|you|have|need|to|already|\w+ly) ){0,3}(?:tell|told|inform|"
    r"notify)\b|\?"
)
MIN_WORDS = 5
"""Fewer words name nothing to pass on."""


def has_message_for_office(text: str) -> bool:
    """Whether the message asks to tell the office something, and says what."""
    plain = fold(text)
    return len(plain.split()) >= MIN_WORDS and bool(_TELL_OFFICE.search(plain)) and not _NOT_A_REQUEST.search(plain)
