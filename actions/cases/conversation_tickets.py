"""The tickets of a conversation: whose they are, notes on them, and how they are described to the member."""

from __future__ import annotations

from actions.cases.kinds import format_ticket_title
from actions.cases.report_notes import report_notes
from actions.turn import Turn
from backend.callout.status import format_for_member
from backend.conversations.masking import mask_line
from backend.language import tr
from backend.tickets import escalation
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from backend.tickets.reporters import is_own_ticket

MAX_CONTENT_LENGTH = 700
"""Characters: two texts, or a minute on the phone. What is longer is cut at the end."""


async def is_own(turn: Turn, ticket: Ticket) -> bool:
    """Whether this conversation may know the ticket's number and change it; others only add notes."""
    return await is_own_ticket(turn.session, turn.backend, ticket, turn.conversation_id)


async def open_danger_ticket(turn: Turn) -> Ticket | None:
    """The open ticket with a callout that this conversation filed or added to in the last 12 hours."""
    ticket = await escalation.find_escalatable(turn.session, turn.backend, turn.conversation_id)
    return ticket if ticket is not None and tickets.has_callout(ticket) else None


async def add_ticket_note(turn: Turn, ticket: Ticket, words: str | None = None) -> None:
    """Note `words`, by default the whole message, on the ticket; the same words only once."""
    note = mask_line(turn.full_text) if words is None else words
    await tickets.add_note(turn.session, turn.backend, ticket, turn.conversation_id, note)


async def format_callout_status(turn: Turn, ticket: Ticket, *, just_filed: bool = False) -> str:
    """Who was notified of an urgent ticket and who has it, with a leading space; empty for other tickets.

    Only the first call in a turn returns words. `just_filed`: nobody can have answered yet.
    """
    if report_notes(turn).is_callout_told:
        return ""
    report_notes(turn).is_callout_told = True
    words = await format_for_member(turn.session, turn.backend, ticket, just_filed=just_filed)
    return f" {words}" if words else ""


def was_mentioned(turn: Turn, place: str) -> bool:
    """Whether the member or the assistant named this place before. An address on file is not told to everybody."""
    return any(place in str(event.get("text") or "") for event in turn.tracker.events)


def known_place(turn: Turn, ticket: Ticket) -> str:
    """The ticket's place; empty where this conversation does not know it."""
    place = str(ticket.place or "")
    return place if report_notes(turn).place_saved or was_mentioned(turn, place) else ""


def format_place(turn: Turn, ticket: Ticket) -> str:
    """`, at 31 Mill Road`; empty where this conversation does not know the place."""
    place = known_place(turn, ticket)
    return tr(", at {place}", place=place) if place else ""


def send_place(turn: Turn, ticket: Ticket) -> None:
    """Say the ticket's place; of an address on file that nobody has named, only that it is on file."""
    place = known_place(turn, ticket)
    state = ""
    if not place:
        state = "on_file" if ticket.place else "none"
    turn.utter("utter_filed_where_is", number=ticket.number, place=place, state=state)


def format_ticket_content(turn: Turn, ticket: Ticket) -> str:
    """The ticket's place (where this conversation knows it), its words and its notes, in order."""
    place = known_place(turn, ticket)
    notes = [str(note["words"]) for note in ticket.notes if not note.get("office")]
    report = " / ".join([str(ticket.details.get("words") or format_ticket_title(ticket)), *notes])
    parts = [report] if place in report else [place, report]
    content = "; ".join(part.rstrip(" .?") for part in parts if part)
    if len(content) <= MAX_CONTENT_LENGTH:
        return content
    return f"{content[:MAX_CONTENT_LENGTH].rsplit(' ', 1)[0]} …"


def format_withdraw_hint(turn: Turn, ticket: Ticket) -> str:
    """How to withdraw the ticket. One with a callout only gets a note, since the crew or the office must close it."""
    if tickets.has_callout(ticket):
        if turn.channel == "voice":
            return tr("If it was a mistake, say: withdraw it. I note it for the crew, and they or our office close it.")
        return tr("If it was a mistake, send WITHDRAW IT. I note it for the crew, and they or our office close it.")
    if turn.channel == "voice":
        return tr("To take it back, say: withdraw it.")
    return tr("To take it back, send WITHDRAW IT.")
