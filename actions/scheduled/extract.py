"""Words about a payment that was scheduled before, and not one to be made."""

from __future__ import annotations

import re

from actions import registry
from actions.free_text import VIEW_REQUEST
from actions.turn import Turn
from backend.language import SPANISH
from backend.reading.spanish import to_english

SCHEDULE_INTENT = "schedule_payment"

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
MOVE = re.compile(
    r"\b(move|change|reschedule|postpone|push|edit|different|another|later|earlier|back)\b", re.IGNORECASE
)
SHOW = re.compile(
    r"\b(show|see|list|what|which|when|do (i|we) have|upcoming|is there|are there|is (any|some)thing|tenemos|tengo)\b|"
    r"^\W*(the |my )?(scheduled|upcoming) payments?[\s,.!]*(please)?\W*$",
    re.IGNORECASE,
)


def extract_existing_act(words: str) -> str | None:
    """cancel, move or show, when the words are about a payment that was scheduled before."""
    if STOP.search(words) and re.search(r"\bpayment", words, re.IGNORECASE):
        return "cancel"
    if not EXISTING_PAYMENT.search(words) or NEW_PAYMENT.search(words):
        return None
    if VIEW_REQUEST.search(words.strip()):
        return "show"
    if MOVE.search(words):
        return "move"
    return "show" if SHOW.search(words) else None


def find_meant_opener(turn: Turn, intent: str, words: str | None = None) -> str | None:
    """What a wish of this intent opens; a payment for a later day opens the form that its words are about.

    `words` are the member's own for it, those of the whole message when they are not given.
    """
    if intent != SCHEDULE_INTENT:
        return registry.find_opener(intent)
    if words is not None and turn.language == SPANISH:
        words = to_english(words)
    return "scheduled_form" if extract_existing_act(turn.text if words is None else words) else "quick_pay_form"
