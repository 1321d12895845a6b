"""Whether a card on file is to be brought up to date: a new date, a new number, a new card in the place of the old."""

from __future__ import annotations

import re

_NEW_EXPIRY = re.compile(
    r"\b(?:new|updated?|changed?|correct)\b.{0,20}\b(?:exp\b|expir\w*|date is \d{1,2}/\d{2})|"
    r"\bexp(?:\.|ires?|iration|iry)?(?: (?:date|is|now))*[ :]*\(?\d{1,2} ?[/-] ?\d{2,4}\b",
    re.IGNORECASE,
)
_NEW_CARD = re.compile(
    r"\b(?:update|change|fix|edit|correct)\b.{0,24}\bexpir\w*|"
    r"\b(?:update|renew|replace|change|fix|edit|add|save|put in)\b.{0,24}\b(?:card|expir\w*|visa|debit)\b"
    r"(?=.{0,40}(?:\bon file\b|\byou have\b|\bexpir|$))|"
    r"\b(?:card|visa)\b.{0,30}\b(?:expired?|expires|ran out)\b.{0,40}\b(?:new|got|update|change|otra|nueva|cambi\w*)\b|"
    r"\bgot a new (?:\w+ )?card\b",
    re.IGNORECASE,
)


_AUTOPAY = re.compile(
    r"\bauto ?-?pay\b|\bautomatic|\bdraft\b|\b(?:instead|pay (?:it|with)|with the new)\b", re.IGNORECASE
)
"""Who names what takes the payments wants that changed."""


def asks_to_update_card(text: str) -> bool:
    """`0069 new exp 8/30`, `my card expired, I got a new one`: what is saved is to be changed, and nothing is paid."""
    return not _AUTOPAY.search(text) and bool(_NEW_EXPIRY.search(text) or _NEW_CARD.search(text))
