"""Redacts messages in stored events, when they turned out to contain something that must not be kept.

The app names the messages by their id, with the text that stays of each. Found here and removed: the message itself,
and its sequences of digits in everything that follows, such as a number that was read back, or a slot.
"""

import re
from collections.abc import Callable
from typing import Any

from rasa.shared.core.events import SlotSet, UserUttered

DIGIT_SEQUENCE = re.compile(r"\d(?:\W{0,4}\d){3,}")
REMOVED = "[removed]"
MIN_TEXT_LENGTH = 4
JsonObject = dict[str, Any]


def redact_events(events: list[JsonObject], state: list[JsonObject], messages: dict[str, str]) -> tuple[set[int], bool]:
    """Redact events and the snapshot's events in place.

    Returns the positions of the changed events, and whether the snapshot changed.
    """
    redactor = Redactor()
    changed: set[int] = set()
    in_turn = False
    for position, event in enumerate(events):
        if event.get("event") == UserUttered.type_name:
            message_id = str((event.get("metadata") or {}).get("message", ""))
            in_turn = message_id in messages
            if in_turn:
                redactor.add_message(str(event.get("text") or ""))
                _redact_message(event, messages[message_id])
                changed.add(position)
        elif in_turn:
            redactor.add_slot_digits(event)
    changed.update(position for position, event in enumerate(events) if redactor.redact_event(event))
    return changed, any([redactor.redact_event(event) for event in state])


class Redactor:
    """Removes texts, and numbers however their digits are separated."""

    def __init__(self) -> None:
        """Start with nothing to remove."""
        self._digits: set[str] = set()
        self._words: set[str] = set()

    def add_message(self, text: str) -> None:
        """Remove this message's text, and the numbers in it."""
        if len(text.strip()) >= MIN_TEXT_LENGTH:
            self._words.add(text.strip())
        self._add_digits(text)

    def add_slot_digits(self, event: JsonObject) -> None:
        """Remove the numbers that a slot was set to in the same turn: they may have been said in words."""
        if event.get("event") == SlotSet.type_name:
            _map_strings(event.get("value"), lambda text: self._add_digits(text) or text)

    def redact_event(self, event: JsonObject) -> bool:
        """Redact an event in place; tell whether it changed."""
        before = dict(event)
        for name, value in before.items():
            if name not in ("event", "timestamp", "name"):
                event[name] = _map_strings(value, self._redact_text)
        changed = event != before
        if event.get("event") == SlotSet.type_name and event.get("value") == REMOVED:
            event["value"] = None
        return changed

    def _add_digits(self, text: str) -> None:
        self._digits.update(re.sub(r"\D", "", found[0]) for found in DIGIT_SEQUENCE.finditer(text))

    def _redact_text(self, text: str) -> str:
        for words in self._words:
            text = text.replace(words, REMOVED) if words in text else text
        return DIGIT_SEQUENCE.sub(self._redact_number, text)

    def _redact_number(self, found: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", found[0])
        is_part = any(one in digits or (len(digits) >= 6 and digits in one) for one in self._digits)
        return REMOVED if is_part else found[0]


def _redact_message(event: JsonObject, text: str) -> None:
    """Keep only the given text of a message, and its intent."""
    event["text"] = text
    event["metadata"] = {**(event.get("metadata") or {}), "said": text}
    parsed = event.get("parse_data") or {}
    event["parse_data"] = {
        "intent": parsed.get("intent"),
        "entities": [],
        "text": text,
        "metadata": {},
        "intent_ranking": [],
    }


def _map_strings(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_map_strings(one, change) for one in value]
    if isinstance(value, dict):
        return {name: _map_strings(one, change) for name, one in value.items()}
    return value
