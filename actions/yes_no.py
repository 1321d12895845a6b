"""A yes or a no to the open question. Anything less certain is asked again: money never moves on a guess.

The rules are in backend/reading/acts/yes_no.py. A yes that only the classifier finds is never enough; such a no is,
since stopping is safe.
"""

from __future__ import annotations

from actions.turn import Turn
from backend.reading.acts.yes_no import NO, YES, detect_yes_no
from backend.reading.money.autopay_words import says_agree
from backend.reading.spanish import english_form

MIN_NO_CONFIDENCE = 0.6


def is_yes(turn: Turn) -> bool:
    """Whether this is certainly a yes. A message that had a card number removed never is."""
    if turn.was_redacted:
        return False
    if not turn.text:
        return turn.intent == "affirm"  # a pressed button
    return _read_polarity(turn) == YES or any(act.kind == "affirm" and act.is_certain for act in turn.acts)


def is_no(turn: Turn) -> bool:
    if not turn.text:
        return turn.intent == "deny"
    found = _read_polarity(turn)
    if found is not None:
        return found == NO
    if any(act.kind == "unclear" and act.is_certain for act in turn.acts):
        return False  # "no, wait. well, yes" is asked again
    confidence = (turn.tracker.latest_message.get("intent") or {}).get("confidence") or 0.0
    return turn.has_act("deny") or (turn.intent == "deny" and float(confidence) >= MIN_NO_CONFIDENCE)


def note_agreement(turn: Turn) -> bool:
    """Note a yes or a no as `turn.notes["yes"]`, also a yes in the words of a consent ("agree").

    False when it is neither.
    """
    yes = says_agree(turn.text.strip()) or is_yes(turn)
    if yes or is_no(turn):
        turn.notes["yes"] = yes
    return "yes" in turn.notes


def _read_polarity(turn: Turn) -> str | None:
    return detect_yes_no(turn.text, english_form(turn.open_question.text, turn.language), turn.language)
