"""What a call back is about: the subject that the member named, else the newest words of substance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.person.agent_handoff import format_open_task
from actions.turn import Turn
from backend.agent_handoff.transcript import mask_line
from backend.reading.contact.call_subject import (
    MAX_LENGTH,
    content_words,
    extract_subject,
    shorten,
)
from backend.tickets import service as tickets
from backend.tickets.kinds import CALLBACK

MAX_EARLIER_MESSAGES = 4


def find_subject(turn: Turn) -> str | None:
    """What the talk is about: this message, else what was offered a call about, else the newest words of substance."""
    offered = turn.get("offer")
    words = str((offered.get("slots") or {}).get("callback_about") or "") if isinstance(offered, Mapping) else ""
    before = _earlier_messages(turn)
    wished = _find_opening_words(turn)
    return extract_subject(turn.focused_text) or words or wished or (before[-1] if before else None)


def _find_opening_words(turn: Turn) -> str | None:
    """The words that opened the task that is open."""
    task, words, found = turn.get("open_task"), "", None
    for event in turn.tracker.events:
        if event.get("event") == "user":
            words = mask_line(_event_text(event))
        elif event.get("event") == "active_loop" and event.get("name") == task and len(content_words(words)) > 1:
            found = words
    return found if task not in (None, "callback_form") else None


def find_offered_subject(turn: Turn) -> str | None:
    """What the call was about that was offered just before: `yes, have somebody call me` names nothing itself."""
    offer = turn.get("offer")
    known = (offer.get("slots") or {}) if isinstance(offer, dict) else {}
    about = [str(known[slot]) for slot in ("case_about", "case_words") if known.get(slot)]
    return ": ".join(about)[:MAX_LENGTH] or None


def list_earlier_messages(turn: Turn) -> str | None:
    """The first words of substance before this message and the newest ones, as they were written."""
    before = _earlier_messages(turn)
    kept = before if len(before) <= MAX_EARLIER_MESSAGES else [before[0], *before[1 - MAX_EARLIER_MESSAGES :]]
    return " / ".join(shorten(words, MAX_LENGTH // 2) for words in kept) or None


def _earlier_messages(turn: Turn) -> list[str]:
    """What the member told before this message, the oldest first."""
    messages: list[str] = []
    events = [event for event in turn.tracker.events if event.get("event") == "user"]
    for event in events[:-1]:
        words = mask_line(_event_text(event))
        if len(content_words(words)) >= 2 and words not in messages:
            messages.append(words)
    return messages


def _event_text(event: Mapping[str, Any]) -> str:
    text = str(event.get("text") or "")
    return "" if text.startswith("/") else text


def find_task_tried(turn: Turn) -> str | None:
    """The task that was open when a person was asked for; None when none was."""
    return format_open_task(turn) if turn.get("open_task") not in (None, "callback_form") else None


async def cancel_call(turn: Turn) -> bool:
    """Take back the call that this conversation arranged and say so; False when none is arranged."""
    arranged = [
        one for one in await tickets.list_of_conversation(turn.session, turn.conversation_id) if one.kind == CALLBACK
    ]
    for one in arranged:
        await tickets.withdraw(
            turn.session, turn.backend, one.number, turn.conversation_id, mask_line(turn.exact_reply)
        )
    if arranged:
        turn.utter("utter_callback_withdrawn", number=arranged[0].number)
    return bool(arranged)
