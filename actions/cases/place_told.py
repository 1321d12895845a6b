"""Where a danger is, put right or told better after it was reported: it goes on the report, and the crew hears it."""

from __future__ import annotations

from actions.cases.reading_back import was_told
from actions.place import read_place
from actions.turn import REQUESTED, Turn
from backend.handover.transcript import plain_line
from backend.language import tr
from backend.reading.place import address_in
from backend.tickets import service as tickets
from backend.tickets.models import FROM_FILE, Ticket
from backend.tickets.place_correction import corrected_place
from backend.tickets.reporters import is_theirs

TAKEN = "place_taken"
"""Of the turn's notes: the place that this message put on the report."""


async def take_place(turn: Turn, ticket: Ticket) -> bool:
    """Put the place on the report and say which it has now. False when the message tells none, or it is asked for.

    A place from the file, or in no words that a crew finds, is known better by any address; another address only takes
    its place where the words put it right, since it may be of another event.
    """
    if str(turn.get(REQUESTED) or "").endswith("_place"):
        return False
    if not await is_theirs(turn.session, turn.backend, ticket, turn.conversation_id):
        return False
    place = corrected_place(turn.own_words, ticket.place)
    if place is None and is_vague(ticket):
        place = read_place(turn, asked=False)
    if place is None or place == ticket.place:
        return False
    words = plain_line(turn.whole_words)
    await tickets.put_right(turn.session, turn.backend, ticket, turn.conversation_id, place=place, words=words)
    turn.notes[TAKEN] = place
    turn.say("utter_filed_place", number=ticket.number, place=place)
    return True


def is_vague(ticket: Ticket) -> bool:
    """Whether its place was not told, or in no words that a crew finds."""
    return FROM_FILE in ticket.details or not address_in(ticket.place or "")


def place_words(turn: Turn, ticket: Ticket) -> str:
    """`, at 31 Mill Road`, where this talk knows it; an address on file is not told to everybody."""
    known = ticket.place and (turn.notes.get(TAKEN) or was_told(turn, ticket.place))
    return tr(", at {place}", place=ticket.place) if known else ""
