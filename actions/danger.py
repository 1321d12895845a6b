"""What saves lives is said before anything else, whatever was being talked about."""

from __future__ import annotations

from actions.turn import Turn
from backend.reading.danger import crisis_in, danger_in, tree_on_wire

REPORTS = ("outage_form", "case_form")
"""These hear of danger themselves: what was told before belongs to the same event."""


def heed(turn: Turn) -> bool:
    """Answer words of danger or of a person's own crisis, with no task open. Returns whether there were any."""
    if crisis_in(turn.text):
        turn.say("utter_crisis")
        return True
    if danger_in(turn.text):
        turn.follow_with("outage_form")  # it says what to do at once, and opens the ticket
        return True
    return False


def rises(turn: Turn, form: str) -> bool:
    """Open the report of a danger that is told in the middle of a task which reports nothing."""
    if form in REPORTS or crisis_in(turn.text) or not danger_in(turn.text):
        return False
    turn.follow_with("outage_form")
    return True


def goes_first(turn: Turn, form: str) -> bool:
    """A tree on the wire beside another wish is reported first; the other is kept, and comes after it."""
    if form in REPORTS or not tree_on_wire(turn.text):
        return False
    turn.set("case_kind", "tree")
    turn.follow_with("case_form")
    return True


def warn(turn: Turn, form: str) -> bool:
    """The same in the middle of a task, which then asks on. An outage has a form of its own, which speaks of danger."""
    if crisis_in(turn.text):
        turn.say("utter_crisis")
        return True
    if form != "outage_form" and turn.intent != "report_outage" and danger_in(turn.text):
        turn.say("utter_outage_danger")
        return True
    return False
