"""What saves lives is said before anything else, whatever was being talked about."""

from __future__ import annotations

from actions.turn import Turn
from backend.language import SPANISH
from backend.reading.danger import crisis_in, tree_on_wire
from backend.reading.hazard import hazard_of, signs_in

REPORTS = ("outage_form", "case_form")
"""These hear of danger themselves: what was told before belongs to the same event."""


def signs_told(turn: Turn, *, reported: bool) -> frozenset[str]:
    """The signs of danger in this message. `reported`: something dangerous stands in this talk already."""
    if not turn.own_words:
        return frozenset()
    return signs_in(turn.own_words, turn.text if turn.language == SPANISH else "", reported=reported)


def alarmed(turn: Turn) -> bool:
    """Whether this message, by itself, tells that somebody may be in danger."""
    return bool(signs_told(turn, reported=False))


def say_what_to_do(turn: Turn, signs: frozenset[str]) -> None:
    """What saves lives with such signs."""
    turn.say("utter_outage_danger", hazard=hazard_of(signs))


def heed(turn: Turn) -> bool:
    """Answer words of danger or of a person's own crisis, with no task open. Returns whether there were any."""
    if crisis_in(turn.text):
        turn.say("utter_crisis")
        return True
    if alarmed(turn):
        turn.follow_with("outage_form")  # it says what to do at once, and opens the ticket
        return True
    return False


def rises(turn: Turn, form: str) -> bool:
    """Open the report of a danger that is told in the middle of a task which reports nothing."""
    if form in REPORTS or crisis_in(turn.text) or not alarmed(turn):
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
    if form != "outage_form" and turn.intent != "report_outage" and (signs := signs_told(turn, reported=False)):
        say_what_to_do(turn, signs)
        return True
    return False
