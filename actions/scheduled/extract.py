"""Words about a payment that was scheduled before, and not one to be made."""

from __future__ import annotations

from actions import registry
from actions.turn import Turn
from backend.language import SPANISH
from backend.reading.money.scheduled_payment import (
    extract_existing_act,
)
from backend.reading.spanish import to_english

SCHEDULE_INTENT = "schedule_payment"


def find_meant_opener(turn: Turn, intent: str, words: str | None = None) -> str | None:
    """What a wish of this intent opens; a payment for a later day opens the form that its words are about.

    `words` are the member's own for it, those of the whole message when they are not given.
    """
    if intent != SCHEDULE_INTENT:
        return registry.find_opener(intent)
    if words is not None and turn.language == SPANISH:
        words = to_english(words)
    return "scheduled_form" if extract_existing_act(turn.text if words is None else words) else "quick_pay_form"
