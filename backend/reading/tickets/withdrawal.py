"""Detects words that take a request back, and finds the numbers of tickets: `K7M-4Q2`."""

from __future__ import annotations

import re

from backend.confirmation_numbers import normalize_number
from backend.reading.detectors import detector

asks_to_withdraw = detector(
    r"\b(?:withdraw\w*|retract|un-?report|undo\b(?!.*\b(?:pay\w*|auto|alerts?|paper\w*|enroll\w*)\b)|"
    r"take (?:it|that|this|the \w+|my \w+) back|take back|(?:cancel|delete|remove|drop|scratch|take off) (?:my|the|"
    r"that|this) (?:\w+ ){0,2}(?:report|ticket|request|complaint|case|call ?back|call|visit|danger)|"
    r"take (?:that|it|this) off|qu[ií]t[ea]l[ao]|canc[eé]l[ea]l[ao]|ret[ií]r[ea]l[ao])\b"
)
says_never_mind = detector(r"\b(?:forget (?:about )?(?:it|that)|never ?mind)\b")
"""This ends the question and leaves the filed report as it is."""
TICKET_NUMBER = re.compile(r"\b[A-Z0-9]{3}[- ]?[A-Z0-9]{3}\b", re.IGNORECASE)


_MAYBE_NUMBER = re.compile(rf"(?=({TICKET_NUMBER.pattern}))", re.IGNORECASE)
"""Also one that begins inside another: `con K7M-4Q2` has the shape of a number in `con K7M` too."""


def find_ticket_numbers(text: str) -> set[str]:
    """Every ticket number of the text, as tickets store it."""
    found = (normalize_number(match[1]) for match in _MAYBE_NUMBER.finditer(text))
    return {number for number in found if number}


def remove_ticket_numbers(text: str) -> str:
    for said in {match[1] for match in _MAYBE_NUMBER.finditer(text) if normalize_number(match[1])}:
        text = text.replace(said, " ")
    return text


def may_name_ticket(text: str) -> bool:
    """Whether anything has the shape of a ticket number, read right or not."""
    return bool(TICKET_NUMBER.search(text))
