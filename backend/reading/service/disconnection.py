"""Detects power that the co-op cut off or may cut off for a bill: a matter for a person, not for a crew."""

from __future__ import annotations

import re

from backend.reading.detectors import detector
from backend.reading.normalize import split_sentences

_NOTICE = re.compile(
    r"\b(?:dis ?connect\w*|shut[ -]?off|cut[ -]?off|turn[ -]?off|termination|final|red|yellow|orange|pink) "
    r"(?:notice|letter|tag|card|slip|warning|order|paper)\b|\bdoor (?:tag|hanger)\b|"
    r"\b(?:notice|letter|paper|card|tag|slip|warning)\b.{0,40}\b(?:dis ?connect|shut\w* off|cut\w* off|turn\w* off|"
    r"shut[ -]?off|cut (?:me|my|us))",
    re.IGNORECASE,
)
_SHUTOFF = re.compile(
    r"\b(?:dis ?connect\w*|shut[ -]?off|cut[ -]?off|(?:shut\w*|cut\w*|turn\w*) (?:me|us|it|them|my \w+|our \w+|"
    r"the \w+|everything) off|(?:shut|cut|turn(?:ed)?) off|(?:power|lights?|electric\w*) (?:still )?stays? on|"
    r"(?:cut|kill|pull) (?:my|our|the|his|her|their) (?:power|lights?|electric\w*|service|meter)|"
    # Spanish, as `to_english` leaves it; no branches and no lawn
    r"(?:van?|vienen?|vas) a (?:cortar|desconectar)(?:me|nos|le|les|la|lo|mela|"
    r"nosla)?(?! (?:el |la |un |una |unos |unas )?(?:\w+ )?(?:[aá]rbol|rama|c[eé]sped|pasto|hierba|llamada)))\b",
    re.IGNORECASE,
)
"""Power that may be cut off, without a word of a notice."""
_NEEDS_TIME = re.compile(
    r"\b(?:can'?t|cannot|can not|unable|afford|no money|(?:don'?t|do not|didn'?t) have|behind|short|"
    r"more time|extension|extend|arrangement|plan|parts?|installments?|later|wait|split|half|help|pay)\b",
    re.IGNORECASE,
)


def detect_disconnection_topic(text: str) -> str | None:
    """`notice` if the text is about a disconnection notice, `shutoff` if it is about power that is about to go off."""
    if _NOTICE.search(text):
        return "notice"
    return "shutoff" if _SHUTOFF.search(text) else None


def only_asks_about_shutoff(text: str) -> bool:
    """`Are you going to cut me off?` wants an answer; nothing in it asks for time to pay."""
    return detect_disconnection_topic(text) == "shutoff" and not _NEEDS_TIME.search(text)


_POWER = r"(?:(?:my|our|the|her|his|mi|la) )?(?:power|lights?|electric\w*|service|luz|us|me)"
_COOP = r"(?:you|u|y'?all|you (?:guys|people|all)|they|ustedes)(?: (?:just|have|already|went and))*"
_COOP_CUT_POWER = re.compile(
    rf"\b{_COOP} (?:(?:shut|cut|turned|switched) (?:{_POWER} )?off|disconnected {_POWER})\b|"
    r"\b(?:my|our) (?:power|lights?|electric\w*|service) (?:was|were|got|has been|been) (?:(?:shut|cut|turned) off|"
    r"disconnected)\b|^\W*(?:\w+ ){0,2}cut me off\b|\b(?:i|we) (?:got|was|were) (?:shut|cut) off\b|"
    r"\b(?:power|lights?|electric\w*|luz)\b.*\bit (?:was|got|has been|is) (?:(?:shut|cut|turned) off|"
    r"disconnected)\b|\b(?:power|lights?|electric\w*) back on\b.*\b(?:paid|pagu\w+)\b|"
    r"\b(?:paid|pagu\w+)\b.*\b(?:power|lights?|electric\w*|me|us) back on\b",
    re.IGNORECASE,
)
_FUTURE = re.compile(
    r"\b(?:will|going to|gonna|about to|might|may|if|before|don'?t|do not|are you|cable|tree)\b", re.IGNORECASE
)


def says_coop_disconnected(text: str) -> bool:
    """`you shut my lights off`; not a fear of it. English, or Spanish as `to_english` gives it."""
    told = [one for one in split_sentences(text) if not one.strip().endswith("?")]
    return any(_COOP_CUT_POWER.search(one) and not _FUTURE.search(one) for one in told)


says_disconnected_in_spanish = detector(r"\b(?:cortaron|quitaron|desconectaron|apagaron|sin luz)\b")
"""Whether Spanish words say that it is off now, and not feared: `me cortaron la luz`."""
