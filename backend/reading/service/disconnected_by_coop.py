"""Who says that the co-op has shut their power off: that is about a bill, and for a person, not for a crew."""

from __future__ import annotations

import re

from backend.reading.normalize import split_sentences

_POWER = r"(?:(?:my|our|the|her|his|mi|la) )?(?:power|lights?|electric\w*|service|luz|us|me)"
_COOP = r"(?:you|u|y'?all|you (?:guys|people|all)|they|ustedes)(?: (?:just|have|already|went and))*"
_COOP_CUT_POWER = re.compile(
    rf"\b{_COOP} (?:(?:shut|cut|turned|switched) (?:{_POWER} )?off|disconnected {_POWER})\b|"
    r"\b(?:my|our) (?:power|lights?|electric\w*|service) (?:was|were|got|has been|been) "
    r"(?:(?:shut|cut|turned) off|disconnected)\b|^\W*(?:\w+ ){0,2}cut me off\b|\b(?:i|we) (?:got|was|"
    r"were) (?:shut|cut) off\b|"
    r"\b(?:power|lights?|electric\w*|luz)\b.*\bit (?:was|got|has been|is) (?:(?:shut|cut|turned) off|disconnected)\b|"
    r"\b(?:power|lights?|electric\w*) back on\b.*\b(?:paid|pagu\w+)\b|\b(?:paid|pagu\w+)\b.*\b(?:power|lights?|"
    r"electric\w*|me|us) back on\b",
    re.IGNORECASE,
)
_FUTURE = re.compile(
    r"\b(?:will|going to|gonna|about to|might|may|if|before|don'?t|do not|are you|cable|tree)\b", re.IGNORECASE
)


def says_coop_disconnected(text: str) -> bool:
    """`you shut my lights off`; not a fear of it. English, or Spanish as `glossed` gives it."""
    told = [one for one in split_sentences(text) if not one.strip().endswith("?")]
    return any(_COOP_CUT_POWER.search(one) and not _FUTURE.search(one) for one in told)


_DISCONNECTED_SPANISH = re.compile(r"\b(?:cortaron|quitaron|desconectaron|apagaron|sin luz)\b", re.IGNORECASE)


def says_disconnected_in_spanish(words: str) -> bool:
    """Whether Spanish words say that it is off now, and not feared: `me cortaron la luz`."""
    return bool(_DISCONNECTED_SPANISH.search(words))
