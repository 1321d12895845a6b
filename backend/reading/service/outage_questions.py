"""Questions about an outage, as against reports of one."""

from __future__ import annotations

import re

_ASKS_IF_OUTAGE = re.compile(
    r"^\W*(?:so |hi |hello |hey |um+ |uh+ )*(?:is|are) there (?:an?|any|some)?.*\b(?:outages?|out|off)\b|"
    r"\b(?:any|known) outages?\b|\bdo you (?:guys )?(?:know|have)\b.*\bout|\bare you aware\b|"
    r"\boutage (?:map|status|update)\b|"
    r"^\W*(?:so |hi |hello |hey |um+ )*(?:is|are) (?:the |my |our )?(?:power|lights?|electric\w*) "
    r"(?:\w+ )?(?:out|off|down)\b",
    re.IGNORECASE,
)
_MONEY_WORDS = re.compile(r"\b(?:credits?|refund\w*|reimburs\w*|compensat\w*|discount)\b", re.IGNORECASE)
_TOWN_NAME = re.compile(r"\b(?:in|around|near|en|por) (?!(?:My|The|Our|Mi|La)\b)[A-Z][a-z]+")


def asks_if_outage(text: str) -> bool:
    """`Is there an outage?`, `are you aware that the power is out?`"""
    return bool(_ASKS_IF_OUTAGE.search(text))


def asks_for_compensation(text: str) -> bool:
    """What an outage is worth on a bill: no place is needed for it."""
    return bool(_MONEY_WORDS.search(text))


def names_town(text: str) -> bool:
    return bool(_TOWN_NAME.search(text))
