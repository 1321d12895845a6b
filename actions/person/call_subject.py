"""What a call back is about, from the conversation so far, for the office to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.offers import Offer
from actions.person.agent_handoff import format_open_task
from actions.registry import FORMS, find_opener
from actions.turn import Turn
from backend.conversations.masking import mask_line
from backend.reading.contact.call_subject import MAX_LENGTH, content_words, extract_subject, shorten

MAX_EARLIER_MESSAGES = 4


def find_subject(turn: Turn) -> str | None:
    """The subject in this message, else of the call that was offered, of the open task, or of the message before."""
    offered = str(Offer.read(turn).slots.get("callback_about") or "")
    return extract_subject(turn.focused_text) or offered or _find_opening_words(turn) or _find_words_just_before(turn)


def _find_words_just_before(turn: Turn) -> str | None:
    """The message before this one; None for a button, and for a question that was answered."""
    events = [event for event in turn.tracker.events if event.get("event") == "user"][:-1]
    if not events:
        return None
    opener = find_opener(str((events[-1].get("parse_data") or {}).get("intent", {}).get("name") or ""))
    if opener in FORMS and FORMS[opener].is_informational:
        return None
    words = mask_line(_event_text(events[-1]))
    return words if len(content_words(words)) >= 2 else None


def _find_opening_words(turn: Turn) -> str | None:
    """The message that opened the current task, if it has content."""
    task, words, found = turn.get("open_task"), "", None
    for event in turn.tracker.events:
        if event.get("event") == "user":
            words = mask_line(_event_text(event))
        elif event.get("event") == "active_loop" and event.get("name") == task and len(content_words(words)) > 1:
            found = words
    return found if task not in (None, "callback_form") else None


def find_offered_subject(turn: Turn) -> str | None:
    """The subject of the report offered just before: `yes, have somebody call me` names none itself."""
    known = Offer.read(turn).slots
    about = [str(known[slot]) for slot in ("case_about", "case_words") if known.get(slot)]
    return ": ".join(about)[:MAX_LENGTH] or None


def list_earlier_messages(turn: Turn) -> str | None:
    """The first earlier message with content and the newest ones, as written; None when there is none."""
    before = _earlier_messages(turn)
    kept = before if len(before) <= MAX_EARLIER_MESSAGES else [before[0], *before[1 - MAX_EARLIER_MESSAGES :]]
    return " / ".join(shorten(words, MAX_LENGTH // 2) for words in kept) or None


def _earlier_messages(turn: Turn) -> list[str]:
    """The member's messages with content before this one, the oldest first."""
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
