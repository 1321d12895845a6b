"""A yes or a no to what was asked. What is not certainly one of them is asked again: money never moves on a guess.

The rules are in backend/reading/acts/polarity.py. A learned yes is never enough; a learned no is,
since stopping is safe.
"""

from __future__ import annotations

from actions.turn import Turn
from backend.language import SPANISH
from backend.reading.acts.polarity import NO, YES, polarity
from backend.reading.spanish import glossed

SURE_OF_A_NO = 0.6


def said_yes(turn: Turn) -> bool:
    """Whether this is certainly a yes to the open question. One that something was taken out of never is."""
    if turn.removed:
        return False
    if not turn.text:
        return turn.intent == "affirm"  # a pressed button
    if _polarity(turn) == YES:
        return True
    return any(act.kind == "affirm" and act.certain for act in turn.acts)


def said_no(turn: Turn) -> bool:
    """Whether this is a no."""
    if not turn.text:
        return turn.intent == "deny"
    found = _polarity(turn)
    if found is not None:
        return found == NO
    confidence = (turn.tracker.latest_message.get("intent") or {}).get("confidence") or 0.0
    return turn.does("deny") or (turn.intent == "deny" and float(confidence) >= SURE_OF_A_NO)


def _polarity(turn: Turn) -> str | None:
    said = turn.question.said
    return polarity(turn.text, glossed(said) if turn.language == SPANISH else said, turn.language)
