"""About which payment of a plan a message speaks, and that the rest is not known."""

from __future__ import annotations

import re

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


HOW = re.compile(
    r"\b(?:how|what)\b.{0,24}\b(?:plan|arrangement|it|this|that)\b.{0,16}\b(?:work\w*|mean\w*|explain\w*)\b|"
    r"\bhow does it work\b|\bexplain\b.{0,24}\b(?:plan|arrangement|it|this)\b|"
    r"\bwhat (?:is|kind of)\b.{0,10}\b(?:plan|arrangement)\b|\bc[oó]mo funciona\b",
    re.IGNORECASE,
)


def asks_how_it_works(text: str) -> bool:
    """`How does this plan work?`"""
    return bool(HOW.search(text))


def which_payment(text: str, many: int) -> tuple[int | None, str]:
    """The payment that is named by its place, of `many`, and the words without its name."""
    for place, words in WHICH:
        match = words.search(text)
        if match is not None:
            at = many - 1 if place < 0 else place
            return min(at, max(many - 1, 0)), text[: match.start()] + " " + text[match.end() :]
    return None, text
