"""The call back that this conversation has arranged: moved, added to or told, and never arranged a second time."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from actions.formatting import format_on_day, format_time
from actions.turn import Turn
from backend.agent_handoff.transcript import mask_line
from backend.language import tr
from backend.reading.contact.call_requests import asks_to_note, mentions_call
from backend.reading.contact.call_subject import content_words, shorten
from backend.reading.dates.call_time import parse_call_time, remove_past_events
from backend.tickets import service as tickets
from backend.tickets.kinds import CALLBACK
from backend.tickets.models import Ticket

MAX_TIME_ONLY_WORDS = 4
"""So few telling words beside a time are about the time."""


async def find_booked_call(turn: Turn) -> Ticket | None:
    """The call that is arranged, or None."""
    filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
    return next((ticket for ticket in filed if ticket.kind == CALLBACK), None)


def ticket_phone(ticket: Ticket) -> str:
    """Whom they call."""
    return str(ticket.phone or ticket.details.get("phone") or "")


def call_values(turn: Turn, when: datetime, end: time | None, phone: str, about: str | None) -> dict[str, Any]:
    """The values of what is said of a call: day, time, phone and subject."""
    about_text = tr(", about: {words}", words=shorten(about)) if about else ""
    return {
        "day": format_on_day(when.date(), turn.backend.today()),
        "at": format_time(when.time(), end),
        "last4": phone[-4:],
        "about": about_text.rstrip(" ?.!…"),
    }


async def send_booked_call(turn: Turn) -> bool:
    """Say which call is arranged. False when none is."""
    ticket = await find_booked_call(turn)
    if ticket is None or ticket.due_at is None:
        return False
    when = ticket.due_at.astimezone(turn.backend.coop.zone)
    until = ticket.details.get("until")
    values = call_values(
        turn, when, time.fromisoformat(until) if until else None, ticket_phone(ticket), ticket.details.get("about")
    )
    turn.utter("utter_callback_stands", number=ticket.number, **values)
    return True


async def handle_call_move(turn: Turn) -> bool:
    """`Make it Tuesday instead`, with a call arranged: it is moved, after a read-back. False when that is not meant."""
    if turn.has_act("ask") and not turn.has_act("correct", "person", "deny"):
        return False
    coop = turn.backend.coop
    requested = parse_call_time(remove_past_events(turn.text), turn.backend.today(), coop.hours)
    if requested is None or await find_booked_call(turn) is None:
        return False
    if not mentions_call(turn.text) and len(content_words(turn.text)) > MAX_TIME_ONLY_WORDS:
        return False
    turn.add_followup_action("callback_form")
    return True


async def answer_about_call(turn: Turn) -> bool:
    """`When are they calling?`, with a call arranged: what stands is told."""
    coop = turn.backend.coop
    names_it = mentions_call(turn.text) or parse_call_time(turn.text, turn.backend.today(), coop.hours) is not None
    if (
        not turn.has_act("ask")
        or not names_it
        or len(content_words(turn.text)) > MAX_TIME_ONLY_WORDS
        or await find_booked_call(turn) is None
    ):
        return False
    return await send_booked_call(turn)


async def handle_call_note(turn: Turn, offered: str) -> bool:
    """`Put on the call that she wants it in Spanish`: written into the case, where the office reads it."""
    if not (mentions_call(turn.text) and asks_to_note(turn.text)):
        return False
    ticket = await find_booked_call(turn)
    if ticket is None:
        return False
    words = mask_line(turn.full_text)
    await tickets.add_note(
        turn.session, turn.backend, ticket, turn.conversation_id, " / ".join(filter(None, [offered, words]))
    )
    turn.utter("utter_callback_noted", number=ticket.number)
    return True
