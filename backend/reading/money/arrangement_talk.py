"""Reads what a message says of a payment arrangement beside its amounts and days."""

from __future__ import annotations

import re

from backend.reading.detectors import detector

PAYMENT_POSITIONS = (
    (0, re.compile(r"\b(?:the )?(?:first|1st) (?:one|payment|part|half|amount)\b|\btoday'?s (?:one|part)\b", re.I)),
    (1, re.compile(r"\b(?:the )?(?:second|2nd|other) (?:one|payment|part|half|amount)\b", re.I)),
    (2, re.compile(r"\b(?:the )?(?:third|3rd) (?:one|payment|part|amount)\b", re.I)),
    (-1, re.compile(r"\b(?:the )?(?:last|final) (?:one|payment|part|half|amount)\b", re.I)),
)  # fmt: skip
says_rest_unknown = detector(
    r"\b(?:don'?t know|do not know|not (?:sure|known)|no idea|can'?t (?:say|tell)|unknown|whenever i can|"
    r"when i can|not yet|later|dunno|idk|as soon as i can)\b"
)
"""`I don't know yet when I can pay the rest.`"""
asks_how_it_works = detector(
    r"\b(?:how|what)\b.{0,24}\b(?:plan|arrangement|it|this|that)\b.{0,16}\b(?:work\w*|mean\w*|explain\w*)\b|"
    r"\bhow does it work\b|\bexplain\b.{0,24}\b(?:plan|arrangement|it|this)\b|"
    r"\bwhat (?:is|kind of)\b.{0,10}\b(?:plan|arrangement)\b|\bc[oó]mo funciona\b"
)
"""`How does this plan work?`"""
asks_if_all_at_once = detector(
    r"^\W*(?:(?:so|and|wait|ok(?:ay)?|but|y|entonces)\W+)*(?:is|was|would|does|do|will|es|ser[ií]a|"
    r"son)\b(?! it be (?:ok|possible)).{0,30}\b(?:(?:all|both|everything|it|that) (?:of it )?(?:at once|"
    r"at the same time|together|in one|taken today|due today)|at once|one payment|a single|in full|todo junto|"
    r"de una vez|de golpe)\b"
)
"""`Is that all at once?` asks about the plan that was read back, and names no other one."""
_NOTICE_DAY = re.compile(
    r"\b(?:notice|letter|tag|paper|shut ?-?off|disconnect\w*|aviso|carta|corte)\b(?: date)?\W+(?:says?|said|is|on|"
    r"dated|by|date|dice|es)\b[^.,;!?\n]*?(?=[.,;!?\n]|\b(?:can|could|but|if|and|so|unless|or|i|we|puedo|podr[ií]a|"
    r"pero|si|y)\b|$)",
    re.IGNORECASE,
)
cancels_arrangement = detector(
    r"\b(?:cancel|undo|withdraw|drop|end|never ?mind|take back|get rid of|forget|scratch|(?:don'?t|do not) (?:want|"
    r"need)|cancel\w+|quit\w+)\b.{0,20}\b(?:arrangements?|payment plan|plan|extension|arreglo|acuerdo)\b",
    unless=r"\b(?:and|then|instead|but|new|another|set up|make|budget|all of it|today|hoy|todo)\b",
)
"""`Please cancel the arrangement`, without a request for another one."""
asks_if_automatic = detector(r"\b(?:automatic\w*|auto|by itself|on its own|autom[aá]tic\w*|se cobra sol[oa])\b")
"""`Is the second part automatic?`"""
asks_if_part_is_automatic = detector(
    r"\b(?:one|part|half|rest|other|second|third|next|payment|segunda?|parte|otra|otro|resto|mitad|pago|"
    r"[0-9]+(?:st|nd|rd|th))\b"
    r".{0,40}\b(?:automatic(?:ally)?|by itself|on its own|autom[aá]tic\w*|(?:se )?(?:cobra|paga|toma)\w* sol[oa]|"
    r"por s[ií] sol[oa])(?=\W|$)",
    unless=r"auto ?-?pay|draft|d[eé]bito|pago autom",
)
"""`Will the 5th one be taken by itself?`; not of Auto Pay."""
FREQUENCY_LEAD = re.compile(r"(?:once|in|a|an|the|each|every|maybe|about|like|every one)\b\s*", re.IGNORECASE)
wants_autopay = detector(r"\b(?:enroll?|sign up|set up|turn on|on auto|have auto)\b")


def remove_notice_day(text: str) -> str:
    """The words without the day that a notice names: `the notice says dec 3` is no day of the plan."""
    return _NOTICE_DAY.sub(" ", text)


def extract_payment_position(text: str, many: int) -> tuple[int | None, str]:
    """The payment that is named by its place, of `many`, and the words without its name."""
    for place, words in PAYMENT_POSITIONS:
        match = words.search(text)
        if match is not None:
            at = many - 1 if place < 0 else place
            return min(at, max(many - 1, 0)), text[: match.start()] + " " + text[match.end() :]
    return None, text


def remove_frequency_lead(text: str) -> str:
    """`Once a week` becomes `week`."""
    return FREQUENCY_LEAD.sub("", text.strip())
