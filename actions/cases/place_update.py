"""Where a danger is, put right or told better after it was reported: it goes on the report, and the crew hears it."""

from __future__ import annotations

from actions.cases.read_back import was_mentioned
from actions.free_text import extract_place
from actions.turn import REQUESTED_SLOT, Turn
from backend.agent_handoff.transcript import mask_line
from backend.language import tr
from backend.reading.contact.location import extract_address_or_road
from backend.tickets import service as tickets
from backend.tickets.models import PLACE_SOURCE_LABEL, Ticket
from backend.tickets.place_correction import extract_corrected_place
from backend.tickets.reporters import is_own_ticket

PLACE_SAVED = "place_taken"
"""Of the turn's notes: the place that this message put on the report."""


async def save_place(turn: Turn, ticket: Ticket) -> bool:
    """Put the place on the report and say which it has now. False when the message tells none, or it is asked for.

    A place from the file, or in no words that a crew finds, is known better by any address; another address only takes
    its place where the words put it right, since it may be of another event.
    """
    if str(turn.get(REQUESTED_SLOT) or "").endswith("_place"):
        return False
    if not await is_own_ticket(turn.session, turn.backend, ticket, turn.conversation_id):
        return False
    place = extract_corrected_place(turn.focused_text, ticket.place)
    if place is None and has_vague_place(ticket):
        place = extract_place(turn, asked=False)
    if place is None or place == ticket.place:
        return False
    words = mask_line(turn.full_text)
    await tickets.correct_place(turn.session, turn.backend, ticket, turn.conversation_id, place=place, words=words)
    turn.notes[PLACE_SAVED] = place
    turn.utter("utter_filed_place", number=ticket.number, place=place)
    return True


def has_vague_place(ticket: Ticket) -> bool:
    """Whether its place was not told, or in no words that a crew finds."""
    return PLACE_SOURCE_LABEL in ticket.details or not extract_address_or_road(ticket.place or "")


def format_place(turn: Turn, ticket: Ticket) -> str:
    """`, at 31 Mill Road`, where this talk knows it; an address on file is not told to everybody."""
    known = ticket.place and (turn.notes.get(PLACE_SAVED) or was_mentioned(turn, ticket.place))
    return tr(", at {place}", place=ticket.place) if known else ""
