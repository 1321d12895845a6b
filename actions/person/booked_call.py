"""The call back that this conversation has arranged: told, moved, noted on or canceled, never arranged twice."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from actions.formatting import format_on_day, format_time
from actions.turn import Turn
from backend.conversations.masking import mask_line
from backend.language import tr
from backend.reading.contact.call_requests import asks_to_note, mentions_call
from backend.reading.contact.call_subject import content_words, shorten
from backend.reading.dates.call_time import parse_call_time, remove_past_events
from backend.tickets import service as tickets
from backend.tickets.kinds import CALLBACK
from backend.tickets.models import Ticket

MAX_TIME_ONLY_WORDS = 4
"""With so few content words beside a time, a message is about the time."""


async def find_booked_call(turn: Turn) -> Ticket | None:
    filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
    return next((ticket for ticket in filed if ticket.kind == CALLBACK), None)


def ticket_phone(ticket: Ticket) -> str:
    """The phone that the office calls."""
    return str(ticket.phone or ticket.details.get("phone") or "")


def call_values(turn: Turn, when: datetime, end: time | None, phone: str, about: str | None) -> dict[str, Any]:
    """The values of a response about a call: day, time (with `end`, a span), phone and subject."""
    about_text = tr(", about: {words}", words=shorten(about)) if about else ""
    return {
        "day": format_on_day(when.date(), turn.backend.today()),
        "at": format_time(when.time(), end),
        "last4": phone[-4:],
        "about": about_text.rstrip(" ?.!…"),
    }


async def send_booked_call(turn: Turn, ticket: Ticket | None = None) -> bool:
    """Say which call is arranged, by default that of this conversation. False when none is."""
    ticket = ticket or await find_booked_call(turn)
    if ticket is None or ticket.due_at is None:
        return False
    when = ticket.due_at.astimezone(turn.backend.coop.zone)
    until = ticket.details.get("until")
    end = time.fromisoformat(until) if until else None
    values = call_values(turn, when, end, ticket_phone(ticket), ticket.details.get("about"))
    turn.utter("utter_callback_stands", number=ticket.number, **values)
    return True


async def handle_call_move(turn: Turn) -> bool:
    """Open the call-back form for `make it Tuesday instead`. False when no arranged call is meant."""
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
    """Answer `when are they calling?`. False when no arranged call is meant."""
    coop = turn.backend.coop
    names_it = mentions_call(turn.text) or parse_call_time(turn.text, turn.backend.today(), coop.hours) is not None
    if not turn.has_act("ask") or not names_it or len(content_words(turn.text)) > MAX_TIME_ONLY_WORDS:
        return False
    return await send_booked_call(turn)


async def handle_call_note(turn: Turn, offered: str) -> bool:
    """`Put on the call that she wants it in Spanish`: noted on the ticket, after the `offered` words if any."""
    if not (mentions_call(turn.text) and asks_to_note(turn.text)):
        return False
    ticket = await find_booked_call(turn)
    if ticket is None:
        return False
    words = " / ".join(filter(None, [offered, mask_line(turn.full_text)]))
    await tickets.add_note(turn.session, turn.backend, ticket, turn.conversation_id, words)
    turn.utter("utter_callback_noted", number=ticket.number)
    return True


async def cancel_call(turn: Turn) -> bool:
    """Withdraw the calls that this conversation arranged and say so. False when none is arranged."""
    filed = await tickets.list_of_conversation(turn.session, turn.conversation_id)
    calls = [ticket for ticket in filed if ticket.kind == CALLBACK]
    for call in calls:
        reason = mask_line(turn.exact_reply)
        await tickets.withdraw(turn.session, turn.backend, call.number, turn.conversation_id, reason)
    if calls:
        turn.utter("utter_callback_withdrawn", number=calls[0].number)
    return bool(calls)
