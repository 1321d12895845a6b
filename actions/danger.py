"""What saves lives is said before anything else, whatever was being talked about."""

from __future__ import annotations

from actions.turn import Turn
from backend.reading.danger import crisis_in, danger_in


def heed(turn: Turn) -> bool:
    """Answer words of danger or of a person's own crisis, with no task open. Returns whether there were any."""
    if crisis_in(turn.text):
        turn.say("utter_crisis")
        return True
    if danger_in(turn.text):
        turn.follow_with("outage_form")  # it says what to do at once, and opens the ticket
        return True
    return False


def warn(turn: Turn, form: str) -> bool:
    """The same in the middle of a task, which then asks on. An outage has a form of its own, which speaks of danger."""
    if crisis_in(turn.text):
        turn.say("utter_crisis")
        return True
    if form != "outage_form" and turn.intent != "report_outage" and danger_in(turn.text):
        turn.say("utter_outage_danger")
        return True
    return False
