"""Taking back what this conversation has filed."""

from __future__ import annotations

import re

from actions.cases.kinds import title
from actions.cases.reporting import undo
from actions.turn import Turn
from backend.handover.transcript import plain_line
from backend.payments.confirmation import normalise
from backend.tickets import service as tickets
from backend.tickets.kinds import CALLBACK
from backend.tickets.models import Ticket

WITHDRAW = re.compile(
    r"\b(?:withdraw\w*|retract|un-?report|undo (?:it|that|this|the|my)|take (?:it|that|this|the \w+|"
    r"my \w+) back|take back|"
    r"(?:cancel|delete|remove|drop|scratch) (?:my|the|that|this) (?:\w+ )?(?:report|ticket|request|"
    r"complaint|case|call ?back|call))\b",
    re.IGNORECASE,
)
KINDS = {r"\b(?:move|moving)\b": "service", r"\blight\b": "light"}
"""What a thing to take back is called: `forget the move` takes back nothing else."""
A_CALL = re.compile(r"\bcall ?backs?\b|\b(?:the|my|that) call\b|\bcall me\b", re.IGNORECASE)
NUMBERED = re.compile(r"\b[A-Z0-9]{3}[- ]?[A-Z0-9]{3}\b", re.IGNORECASE)


async def take_back(turn: Turn) -> bool:
    """Withdraw the ticket whose number is named, else the newest that this conversation filed, and say so.

    False when nothing that it filed still stands: then nothing was said either.
    """
    standing = await tickets.of_conversation(turn.session, turn.conversation_id)
    meant = _meant(turn, standing)
    if meant is None:
        return False
    reason = plain_line(turn.said)
    ticket = await tickets.withdraw(turn.session, turn.backend, meant.number, turn.conversation_id, reason)
    assert ticket is not None  # it was open, and this conversation's, a moment ago in the same transaction
    others = ticket.status != tickets.WITHDRAWN
    turn.say("utter_case_withdrawn", number=ticket.number, what=title(ticket.kind), others=others)
    return True


async def tell_what_stands(turn: Turn) -> bool:
    """Name the newest ticket of this conversation and how to take it back. False when there is none."""
    standing = await tickets.of_conversation(turn.session, turn.conversation_id)
    if standing:
        turn.say("utter_case_stands", number=standing[0].number, undo=undo(turn))
    return bool(standing)


def _meant(turn: Turn, standing: list[Ticket]) -> Ticket | None:
    for words, kind in KINDS.items():
        if re.search(words, turn.text, re.IGNORECASE):
            standing = [ticket for ticket in standing if ticket.kind == kind]
    named = {normalise(match[0]) for match in NUMBERED.finditer(turn.own_words)}
    by_number = [ticket for ticket in standing if ticket.number in named]
    if not by_number and A_CALL.search(turn.text):
        standing = [ticket for ticket in standing if ticket.kind == CALLBACK]
    return next(iter(by_number or standing), None)
