"""Detects which contact detail a message wants changed, and extracts a user ID."""

from __future__ import annotations

import re

from backend.reading.detectors import detector

CONTACT_KIND_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"\be-?mails?(?: address)?\b", re.IGNORECASE)),
    ("phone", re.compile(r"\b(phone|cell|mobile|landline|telephone|number)\b", re.IGNORECASE)),
    ("address", re.compile(r"\b(address|po box|mailing|moved|where you (?:mail|send))\b", re.IGNORECASE)),
)
rejects_number = detector(r"\b(?:not|isn'?t|old|viejo)\b")
"""`Not 815-555-0199`, `my old one`."""
names_own_name = detector(r"\b(?:my|mi|our|his|her|su) (?:own )?(?:name|nombre)\b")
gives_new_email = detector(
    r"\b(?:change|update|switch|correct|replace|fix|cambi\w+|actuali\w+|corrij\w+)\b[^@.]{0,30}\b(?:e-?mail|correo)\b"
    r"[^@]{0,30}\S@\S|\b(?:new e-?mail|(?:e-?mail|correo) nuevo|nuevo (?:e-?mail|correo))\b[^@]{0,30}\S@\S"
)
"""`Change my email to ann@example.com`: a change asked for with its value, whatever else the message asks."""
BARE_USER_ID = re.compile(
    r"(?:(?:it'?s|it is|my user ?(?:id|name)(?: is)?)[: ]+)?(?P<id>\S+?)(?:[ ,]+\d{4})?[.! ]*", re.IGNORECASE
)
NAMED_USER_ID = re.compile(r"user ?(?:id|name)(?: is)?[: ]+(?P<id>\S+)", re.IGNORECASE)
has_user_id_characters = detector(r"[\d._@+]")
"""Whether it has a digit or a sign that no plain word has: letters alone may be a user ID or just a word."""
LOGIN_PATTERNS = {
    "password": re.compile(r"\bpass ?words?\b", re.IGNORECASE),
    "user_id": re.compile(r"\b(?:user|login) ?(?:ids?|names?)\b", re.IGNORECASE),
}


def detect_contact_kind(text: str) -> str | None:
    """`email`, `phone` or `address`, by the word for it."""
    return next((kind for kind, pattern in CONTACT_KIND_PATTERNS if pattern.search(text)), None)


def extract_user_id(text: str, *, bare: bool) -> str:
    """The word behind "user ID"; with `bare`, where it was asked for, also a lone word. Empty without one."""
    found = NAMED_USER_ID.search(text) or (BARE_USER_ID.fullmatch(text.strip()) if bare else None)
    return found["id"].strip(".,!?;") if found else ""


def forgets(what: str, text: str) -> bool:
    """Whether the text names the `password` or the `user_id`."""
    return bool(LOGIN_PATTERNS[what].search(text))
