"""A payment that the member did not make: a case for the office, and never the beginning of a payment."""

from __future__ import annotations

from actions.turn import Turn
from backend.reading.money.payment_words import denies_payment

CASE_FORM = "case_form"


def open_dispute(turn: Turn, form: str = "") -> bool:
    """Open the case for `I did not make the payment of the 3rd`, whatever task the words resemble. False where nothing
    of the kind is said, or the case is open already (`form`)."""
    if form == CASE_FORM or not turn.full_text or not (denies_payment(turn.text) or denies_payment(turn.full_text)):
        return False
    turn.set("case_kind", "dispute")
    turn.set("case_words", turn.full_text)
    turn.add_followup_action(CASE_FORM)
    return True
