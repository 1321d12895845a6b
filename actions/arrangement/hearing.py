"""What a message says about a disconnection, about which payment it speaks, and that the rest is not known."""

from __future__ import annotations

import re

NOTICE = re.compile(
    r"\b(?:dis ?connect\w*|shut[ -]?off|cut[ -]?off|turn[ -]?off|termination|final|red|yellow|orange|pink) "
    r"(?:notice|letter|tag|card|slip|warning|order|paper)\b|\bdoor (?:tag|hanger)\b|"
    r"\b(?:notice|letter|paper|card|tag|slip|warning)\b.{0,40}\b(?:dis ?connect|shut\w* off|cut\w* off|turn\w* off|"
    r"shut[ -]?off|cut (?:me|my|us))",
    re.IGNORECASE,
)
SHUTOFF = re.compile(
    r"\b(?:dis ?connect\w*|shut[ -]?off|cut[ -]?off|(?:shut\w*|cut\w*|turn\w*) (?:me|us|it|my \w+|our \w+|the \w+) off|"
    r"(?:shut|cut|turn(?:ed)?) off)\b",
    re.IGNORECASE,
)
"""Power that may be cut off, without a word of a notice."""
WHICH = (
    (0, re.compile(r"\b(?:the )?(?:first|1st) (?:one|payment|part|half|amount)\b|\btoday'?s (?:one|part)\b", re.I)),
    (1, re.compile(r"\b(?:the )?(?:second|2nd|other) (?:one|payment|part|half|amount)\b", re.I)),
    (2, re.compile(r"\b(?:the )?(?:third|3rd) (?:one|payment|part|amount)\b", re.I)),
    (-1, re.compile(r"\b(?:the )?(?:last|final) (?:one|payment|part|half|amount)\b", re.I)),
)  # fmt: skip
NOT_KNOWN = re.compile(
    r"\b(?:don'?t know|do not know|not (?:sure|known)|no idea|can'?t (?:say|tell)|unknown|whenever i can|"
    r"when i can|not yet|later|dunno|idk|as soon as i can)\b",
    re.IGNORECASE,
)


def speaks_of(text: str) -> str | None:
    """`notice` where a disconnection notice is spoken of, `shutoff` where power that is about to go off is."""
    if NOTICE.search(text):
        return "notice"
    return "shutoff" if SHUTOFF.search(text) else None


def which_payment(text: str, many: int) -> tuple[int | None, str]:
    """The payment that is named by its place, of `many`, and the words without its name."""
    for place, words in WHICH:
        match = words.search(text)
        if match is not None:
            at = many - 1 if place < 0 else place
            return min(at, max(many - 1, 0)), text[: match.start()] + " " + text[match.end() :]
    return None, text
