"""What was really done about an urgent report: who was told, and who has it."""

from __future__ import annotations

from actions.turn import Turn
from backend.callout.service import member_words
from backend.tickets.models import Ticket

TOLD = "told_who_was_called"


async def called(turn: Turn, ticket: Ticket, *, first: bool = False) -> str:
    """A sentence to put behind another, with the blank before it; empty for what is not urgent.

    It is said once a turn. `first`: the report was filed just now, so nobody can have answered yet.
    """
    if turn.notes.get(TOLD):
        return ""
    turn.notes[TOLD] = True
    words = await member_words(turn.session, turn.backend, ticket, first=first)
    return f" {words}" if words else ""
