"""What was really done about an urgent report: who was told, and who has it."""

from __future__ import annotations

from actions.turn import Turn
from backend.callout.service import format_for_member
from backend.tickets.models import Ticket

CALLOUT_TOLD = "told_who_was_called"


async def format_callout_status(turn: Turn, ticket: Ticket, *, first: bool = False) -> str:
    """A sentence to put behind another, with the blank before it; empty for what is not urgent.

    It is said once a turn. `first`: the report was filed just now, so nobody can have answered yet.
    """
    if turn.notes.get(CALLOUT_TOLD):
        return ""
    turn.notes[CALLOUT_TOLD] = True
    words = await format_for_member(turn.session, turn.backend, ticket, first=first)
    return f" {words}" if words else ""
