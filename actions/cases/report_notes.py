"""What the steps of one turn leave for the next about a report; forgotten with the turn."""

from __future__ import annotations

from dataclasses import dataclass

from actions.turn import Turn


@dataclass
class ReportNotes:
    """What this message did, and what was said in answer to it so far."""

    agreed: bool = False  # the read-back was accepted: the report is filed
    keeps_words: bool = False  # the words go into the description
    added_details: bool = False  # the reply to the read-back added details: the report is read back again
    has_details_for_place: bool = False  # details came instead of the place: they are kept, and it is asked for again
    has_phone: bool = False
    has_other_phone: bool = False  # another phone than the one read back is meant: its whole number is asked for
    lacks_number: bool = False  # there is no usable member number: an address is asked for
    is_danger_update: bool = False  # the message is about a danger filed before, and reports no new one
    is_danger_denied: bool = False  # the member says that there is no danger: a form that reports it ends
    are_report_questions_reached: bool = False  # past those about identity
    is_outage_unknown: bool = False  # a status question, with no outage known or reported there: a report is offered
    phone_saved: str | None = None  # the phone that this message put on the ticket
    place_saved: str | None = None  # the place that this message put on the ticket
    is_callout_told: bool = False  # the callout's status was said in this turn, and is not said twice


def report_notes(turn: Turn) -> ReportNotes:
    notes: ReportNotes = turn.notes.setdefault("report", ReportNotes())
    return notes
