"""Questions about an outage, as against reports of one."""

from __future__ import annotations

import re

from backend.reading.detectors import detector

asks_if_outage = detector(
    r"^\W*(?:so |hi |hello |hey |um+ |uh+ )*(?:is|are) there (?:an?|any|some)?.*\b(?:outages?|out|off)\b|"
    r"\b(?:any|known) outages?\b|\bdo you (?:guys )?(?:know|have)\b.*\bout|\bare you aware\b|"
    r"\boutage (?:map|status|update)\b|^\W*(?:so |hi |hello |hey |um+ )*(?:is|are) (?:the |my |our )?(?:power|"
    r"lights?|electric\w*) (?:\w+ )?(?:out|off|down)\b"
)
"""`Is there an outage?`, `are you aware that the power is out?`"""
asks_for_compensation = detector(r"\b(?:credits?|refund\w*|reimburs\w*|compensat\w*|discount)\b")
"""What an outage is worth on a bill: no place is needed for it."""
_TOWN_NAME = re.compile(r"\b(?:in|around|near|en|por) (?!(?:My|The|Our|Mi|La)\b)[A-Z][a-z]+")


def names_town(text: str) -> bool:
    return bool(_TOWN_NAME.search(text))
