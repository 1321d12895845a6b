"""The tickets of a conversation: whose they are, notes on them, and how they are described to the member."""

from __future__ import annotations

from actions.cases.kinds import format_ticket_title
from actions.cases.report_notes import report_notes
from actions.turn import Turn
from backend.callout.service import format_for_member
from backend.conversations.masking import mask_line
from backend.language import tr
from backend.tickets import escalation
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from backend.tickets.reporters import is_own_ticket

MAX_READ_BACK_LENGTH = 700
"""Characters: two texts, or a minute on the phone. What was added last is cut."""


async def is_own(turn: Turn, ticket: Ticket) -> bool:
    """Whether this conversation may know the ticket's number and change it; others only add notes."""
    return await is_own_ticket(turn.session, turn.backend, ticket, turn.conversation_id)


async def open_danger_ticket(turn: Turn) -> Ticket | None:
    """The open callout that this conversation filed or added to in the last 12 hours."""
    ticket = await escalation.find_escalatable(turn.session, turn.backend, turn.conversation_id)
    return ticket if ticket is not None and tickets.is_callout(ticket) else None


async def add_ticket_note(turn: Turn, ticket: Ticket, words: str | None = None) -> None:
    """Note `words`, by default the whole message, on the ticket; the same words only once."""
    note = mask_line(turn.full_text) if words is None else words
    await tickets.add_note(turn.session, turn.backend, ticket, turn.conversation_id, note)


async def format_callout_status(turn: Turn, ticket: Ticket, *, first: bool = False) -> str:
    """Who was notified of an urgent ticket and who has it, with a leading space; empty for other tickets.

    Only the first call in a turn returns words. `first`: filed just now, so nobody can have answered yet.
    """
    if report_notes(turn).is_callout_told:
        return ""
    report_notes(turn).is_callout_told = True
    words = await format_for_member(turn.session, turn.backend, ticket, first=first)
    return f" {words}" if words else ""


def was_mentioned(turn: Turn, place: str) -> bool:
    """Whether the member or the assistant named this place before. An address on file is not told to everybody."""
    return any(place in str(event.get("text") or "") for event in turn.tracker.events)


def format_place(turn: Turn, ticket: Ticket) -> str:
    """`, at 31 Mill Road`; empty where this conversation does not know the place."""
    known = ticket.place and (report_notes(turn).place_saved or was_mentioned(turn, ticket.place))
    return tr(", at {place}", place=ticket.place) if known else ""


def send_place(turn: Turn, ticket: Ticket) -> None:
    """Say the ticket's place; of an address on file that nobody has named, only that it is on file."""
    place = str(ticket.place or "")
    state = "none" if not place else "" if was_mentioned(turn, place) else "on_file"
    turn.utter("utter_filed_where_is", number=ticket.number, place=place if not state else "", state=state)


def format_read_back(turn: Turn, ticket: Ticket) -> str:
    """The ticket's place (where this conversation knows it), its words and its notes, in order."""
    place = str(ticket.place or "") if was_mentioned(turn, str(ticket.place or "")) else ""
    notes = [str(note["words"]) for note in ticket.notes]
    report = " / ".join([str(ticket.details.get("words") or format_ticket_title(ticket)), *notes])
    parts = [report] if place in report else [place, report]
    read_back = "; ".join(part.rstrip(" .?") for part in parts if part)
    if len(read_back) <= MAX_READ_BACK_LENGTH:
        return read_back
    return f"{read_back[:MAX_READ_BACK_LENGTH].rsplit(' ', 1)[0]} …"


def format_withdraw_hint(turn: Turn, ticket: Ticket) -> str:
    """How to withdraw the ticket; a callout is only noted, since the crew or the office must close it."""
    if tickets.is_callout(ticket):
        if turn.channel == "voice":
            return tr("If it was a mistake, say: withdraw it. I note it for the crew, and they or our office close it.")
        return tr("If it was a mistake, send WITHDRAW IT. I note it for the crew, and they or our office close it.")
    if turn.channel == "voice":
        return tr("To take it back, say: withdraw it.")
    return tr("To take it back, send WITHDRAW IT.")
