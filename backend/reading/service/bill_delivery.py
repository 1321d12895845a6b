"""Reads whether bills are to come by email or on paper."""

from __future__ import annotations

import re

from backend.reading.detectors import detector

WANTS_NO_PAPER = re.compile(
    r"\b(don'?t|do not|no|not|stop|without|instead of|less|save|quit|end|cancel|off|rid of)\b[\w ]{0,24}\b(paper|"
    r"mail(ed|ing)?|printed)\b(?!less)|\bfrom paper\b",
    re.IGNORECASE,
)
WANTS_PAPER = re.compile(
    r"\b(stop|end|cancel|quit|leave|off|undo|out of|no(t)?|remove)\b[\w ]{0,24}\b(paper ?less|e-?bills?|electronic)"
    r"|\bpaper\b(?! ?less)|\b(by|in the) (us )?mail\b|\bmail(ed)? (me|it|them|my)\b|\bprinted\b",
    re.IGNORECASE,
)
WANTS_ELECTRONIC = re.compile(
    r"\bpaper ?less\b|\be-?(bill|statement|mail)|\belectronic|\bgreen\b|\bonline\b", re.IGNORECASE
)
BY_EMAIL_INSTEAD = re.compile(
    r"(?<!instead of )(?<!not )(?<!rather than )\b(?:by|via|through|to|over|as an?) (?:my )?e-?mails?\b"
    r"|\be-?mail(?:ed)?\b.{0,16}\binstead\b(?! of)",
    re.IGNORECASE,
)
"""How they are to come, whatever else is named: "it comes on paper, can it come by email instead"."""
names_own_email_address = detector(r"\bmy e-?mail\b|@")
BACK_TO_PAPER = re.compile(r"\bpaper\b.{0,12}\b(?:instead|again|back)\b|\bback (?:to|on) paper\b", re.IGNORECASE)
ASKS_STATUS = re.compile(r"^(am i|is my|are my|do i|how (do|am|are|is)|check if)\b", re.IGNORECASE)


def extract_choice(text: str) -> str | None:
    """`email` or `paper`: how the member wants bills to come. None when it is not said."""
    if ASKS_STATUS.search(text.strip()):
        return None
    if WANTS_NO_PAPER.search(text) or (BY_EMAIL_INSTEAD.search(text) and not BACK_TO_PAPER.search(text)):
        return "email"
    if WANTS_PAPER.search(text):
        return "paper"
    return "email" if WANTS_ELECTRONIC.search(text) else None
