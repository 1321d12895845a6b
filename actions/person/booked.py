"""The call back that this conversation has arranged: moved, added to or told, and never arranged a second time."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from actions.person.subject import shortened, telling
from actions.turn import Turn
from actions.words import time_words, when_words
from backend.handover.transcript import plain_line
from backend.language import tr
from backend.reading.moment import read_moment, without_past
from backend.tickets import service as tickets
from backend.tickets.kinds import CALLBACK
from backend.tickets.models import Ticket

A_CALL = re.compile(r"\b(?:call(?:ing|s)?(?: ?backs?)?|ring|phone me|llamada|llam\w+)\b", re.IGNORECASE)
ADDS = re.compile(
    r"\b(?:add|put|note|write|include|tell (?:them|her|him)|mention|let them know|agreg\w+|anot\w+|pong\w+|"
    r"d[ií]ga\w+)\b",
    re.IGNORECASE,
)
TIME_ALONE = 4
"""So few telling words beside a time are about the time."""


async def booked(turn: Turn) -> Ticket | None:
    """The call that is arranged, or None."""
    standing = await tickets.of_conversation(turn.session, turn.conversation_id)
    return next((ticket for ticket in standing if ticket.kind == CALLBACK), None)


def phone_of(ticket: Ticket) -> str:
    """Whom they call."""
    return str(ticket.phone or ticket.details.get("phone") or "")


def call_words(turn: Turn, when: datetime, end: time | None, phone: str, about: str | None) -> dict[str, Any]:
    """The values of what is said of a call: day, time, phone and subject."""
    told = tr(", about: {words}", words=shortened(about)) if about else ""
    return {
        "day": when_words(when.date(), turn.backend.today()),
        "at": time_words(when.time(), end),
        "last4": phone[-4:],
        "about": told.rstrip(" ?.!…"),
    }


async def tell_what_stands(turn: Turn) -> bool:
    """Say which call is arranged. False when none is."""
    ticket = await booked(turn)
    if ticket is None or ticket.due_at is None:
        return False
    when = ticket.due_at.astimezone(turn.backend.coop.zone)
    until = ticket.details.get("until")
    values = call_words(
        turn, when, time.fromisoformat(until) if until else None, phone_of(ticket), ticket.details.get("about")
    )
    turn.say("utter_callback_stands", number=ticket.number, **values)
    return True


async def moves_the_call(turn: Turn) -> bool:
    """`Make it Tuesday instead`, with a call arranged: it is moved, after a read-back. False when that is not meant."""
    if turn.does("ask") and not turn.does("correct", "person", "deny"):
        return False
    coop = turn.backend.coop
    said = read_moment(without_past(turn.text), turn.backend.today(), coop.hours)
    if said is None or await booked(turn) is None:
        return False
    if not A_CALL.search(turn.text) and len(telling(turn.text)) > TIME_ALONE:
        return False
    turn.follow_with("callback_form")
    return True


async def asks_about_the_call(turn: Turn) -> bool:
    """`When are they calling?`, with a call arranged: what stands is told."""
    coop = turn.backend.coop
    names_it = A_CALL.search(turn.text) or read_moment(turn.text, turn.backend.today(), coop.hours) is not None
    if not turn.does("ask") or not names_it or len(telling(turn.text)) > TIME_ALONE or await booked(turn) is None:
        return False
    return await tell_what_stands(turn)


async def adds_to_the_call(turn: Turn, offered: str) -> bool:
    """`Put on the call that she wants it in Spanish`: written into the case, where the office reads it."""
    if not (A_CALL.search(turn.text) and ADDS.search(turn.text)):
        return False
    ticket = await booked(turn)
    if ticket is None:
        return False
    words = plain_line(turn.whole_words)
    await tickets.add_note(
        turn.session, turn.backend, ticket, turn.conversation_id, " / ".join(filter(None, [offered, words]))
    )
    turn.say("utter_callback_noted", number=ticket.number)
    return True
