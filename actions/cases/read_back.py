"""A report as it stands, read back: the words that opened it and all that was added since."""

from __future__ import annotations

from actions.cases.kinds import format_ticket_title
from actions.turn import Turn
from backend.tickets.models import Ticket

MAX_READ_BACK_LENGTH = 700
"""Letters of it: two texts, or a minute on the phone. What was told last is left out first."""


async def send_read_back(turn: Turn, ticket: Ticket) -> None:
    """Read it back."""
    turn.utter("utter_filed_reads", number=ticket.number, told=format_read_back(turn, ticket))


def send_place(turn: Turn, ticket: Ticket) -> None:
    """Its place alone; one on file that nobody named in this talk is not told."""
    place = str(ticket.place or "")
    state = "none" if not place else "" if was_mentioned(turn, place) else "on_file"
    turn.utter("utter_filed_where_is", number=ticket.number, place=place if not state else "", state=state)


def format_read_back(turn: Turn, ticket: Ticket) -> str:
    """Its place, where this talk knows it, its words and its notes, in order."""
    place = str(ticket.place or "") if was_mentioned(turn, str(ticket.place or "")) else ""
    notes = [str(note["words"]) for note in ticket.notes]
    report_text = " / ".join([str(ticket.details.get("words") or format_ticket_title(ticket)), *notes])
    read_back = "; ".join(
        part.rstrip(" .?") for part in (place if place not in report_text else "", report_text) if part
    )
    return (
        read_back
        if len(read_back) <= MAX_READ_BACK_LENGTH
        else f"{read_back[:MAX_READ_BACK_LENGTH].rsplit(' ', 1)[0]} …"
    )


def was_mentioned(turn: Turn, place: str) -> bool:
    """Whether the member or we named this place in the talk: an address on file is not told to everybody."""
    return any(place in str(event.get("text") or "") for event in turn.tracker.events)
