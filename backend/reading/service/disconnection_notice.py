"""Power that may be cut off: whether words speak of a notice, of a shutoff, or only ask whether one is coming."""

from __future__ import annotations

import re

_NOTICE = re.compile(
    r"\b(?:dis ?connect\w*|shut[ -]?off|cut[ -]?off|turn[ -]?off|termination|final|red|yellow|orange|pink) "
    r"(?:notice|letter|tag|card|slip|warning|order|paper)\b|\bdoor (?:tag|hanger)\b|"
    r"\b(?:notice|letter|paper|card|tag|slip|warning)\b.{0,40}\b(?:dis ?connect|shut\w* off|cut\w* off|turn\w* off|"
    r"shut[ -]?off|cut (?:me|my|us))",
    re.IGNORECASE,
)
_SHUTOFF = re.compile(
    r"\b(?:dis ?connect\w*|shut[ -]?off|cut[ -]?off|"
    r"(?:shut\w*|cut\w*|turn\w*) (?:me|us|it|them|my \w+|our \w+|the \w+|everything) off|"
    r"(?:shut|cut|turn(?:ed)?) off|(?:power|lights?|electric\w*) (?:still )?stays? on|"
    r"(?:cut|kill|pull) (?:my|our|the|his|her|their) (?:power|lights?|electric\w*|service|meter)|"
    # Spanish, as it comes through the gloss or beside it; no branches and no lawn
    r"(?:van?|vienen?|vas) a (?:cortar|desconectar)(?:me|nos|le|les|la|lo|mela|nosla)?"
    r"(?! (?:el |la |un |una |unos |unas )?(?:\w+ )?(?:[aá]rbol|rama|c[eé]sped|pasto|hierba|llamada)))\b",
    re.IGNORECASE,
)
"""Power that may be cut off, without a word of a notice."""
_NEEDS_TIME = re.compile(
    r"\b(?:can'?t|cannot|can not|unable|afford|no money|(?:don'?t|do not|didn'?t) have|behind|short|"
    r"more time|extension|extend|arrangement|plan|parts?|installments?|later|wait|split|half|help|pay)\b",
    re.IGNORECASE,
)


def detect_disconnection_topic(text: str) -> str | None:
    """`notice` where a disconnection notice is spoken of, `shutoff` where power that is about to go off is."""
    if _NOTICE.search(text):
        return "notice"
    return "shutoff" if _SHUTOFF.search(text) else None


def only_asks_about_shutoff(text: str) -> bool:
    """`Are you going to cut me off?` wants an answer; nothing in it asks for time to pay."""
    return detect_disconnection_topic(text) == "shutoff" and not _NEEDS_TIME.search(text)
