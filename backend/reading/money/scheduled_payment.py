"""Reads what a message wants done with a payment that was scheduled before."""

from __future__ import annotations

import re

from backend.reading.acts.task_control import begins_as_view_request
from backend.reading.detectors import detector

# a payment that is there already, and not one to be made
EXISTING_PAYMENT = re.compile(
    r"\b(scheduled payments?|upcoming payments?|reschedule|i scheduled|have a payment set|payment (set )?for \w+|"
    r"(payment|one|it) (that )?i('ve| have)? (set|scheduled|made|put)|payment date change|move (my|the) payment|"
    r"that payment|(any|some)thing (else )?(scheduled|coming up)|payments? (is|are|do (i|we) have) scheduled|"
    r"(do (i|we) have|is there|are there) .{0,20}(scheduled|programad[oa]s?)|"
    r"payments? ((tenemos|tengo|hay|que hay) )?programados)\b",
    re.IGNORECASE,
)
# "set up a payment for later" is one to be made; "i set up a payment for friday" is there already
NEW_PAYMENT = re.compile(r"(?<!\bi )(?<!'ve )\b(set ?up|schedule|make|arrange) (a|another) payment\b", re.IGNORECASE)
STOP = re.compile(r"\b(cancel|stop|delete|remove|don'?t (take|want)|call off|drop)\b", re.IGNORECASE)
PAYMENT_WORD = re.compile(r"\bpayment", re.IGNORECASE)
asks_to_move_payment = detector(r"\b(move|change|reschedule|postpone|push|edit|different|another|later|earlier|back)\b")
moves_something = detector(r"\b(move|change|reschedule|postpone|push|switch)\b")
names_autopay = detector(r"\bauto\w*[ -]?(?:pay\w*|draft\w*)?\b|\brecurring\b|\bevery month\b|\beach month\b")
SHOW = re.compile(
    r"\b(show|see|list|what|which|when|do (i|we) have|upcoming|is there|are there|is (any|some)thing|tenemos|tengo)\b|"
    r"^\W*(the |my )?(scheduled|upcoming) payments?[\s,.!]*(please)?\W*$",
    re.IGNORECASE,
)
asks_to_end_it = detector(r"\b(?:cancel|stop|delete|remove|turn it off|call it off)\b")


def extract_existing_act(words: str) -> str | None:
    """cancel, move or show, when the words are about a payment that was scheduled before."""
    if STOP.search(words) and PAYMENT_WORD.search(words):
        return "cancel"
    if not EXISTING_PAYMENT.search(words) or NEW_PAYMENT.search(words):
        return None
    if begins_as_view_request(words.strip()):
        return "show"
    if asks_to_move_payment(words):
        return "move"
    return "show" if SHOW.search(words) else None


def split_move(words: str) -> tuple[str, str]:
    """The words that name what is moved, and those behind the last "to", where it goes: empty if there are none."""
    named, found, to = words.rpartition(" to ")
    return (named, to) if found else (words, "")
