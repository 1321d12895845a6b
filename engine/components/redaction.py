"""Takes out of stored events what a message said that must not be kept after all, and what was made of it.

The app says which messages, by their id, and what stays of each. What is taken out is found here: the message itself,
and every row of digits in what followed until the next message, such as a number read back or a slot.
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
    """Change events and the snapshot in place; the places of the changed events, and whether the snapshot changed."""
    taken = Redactor()
    changed: set[int] = set()
    inside = False
    for place, event in enumerate(events):
        if event.get("event") == UserUttered.type_name:
            name = str((event.get("metadata") or {}).get("message", ""))
            inside = name in messages
            if inside:
                taken.add_message(str(event.get("text") or ""))
                _redact_message(event, messages[name])
                changed.add(place)
        elif inside:
            taken.add_slot_digits(event)
    for place, event in enumerate(events):
        if taken.redact_event(event):
            changed.add(place)
    return changed, any([taken.redact_event(event) for event in state])


class Redactor:
    """What must go: digits however they are parted, and words."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._digits: set[str] = set()
        self._words: set[str] = set()

    def add_message(self, text: str) -> None:
        """Take a message and the digits in it."""
        if len(text.strip()) >= MIN_TEXT_LENGTH:
            self._words.add(text.strip())
        self._add_digits(text)

    def add_slot_digits(self, event: JsonObject) -> None:
        """Take the digits that a slot was set to in the same turn: words may have been read as figures."""
        if event.get("event") == SlotSet.type_name:
            _map_strings(event.get("value"), lambda text: self._add_digits(text) or text)

    def redact_event(self, event: JsonObject) -> bool:
        """Take it all out of an event; whether there was any."""
        found = False

        def cleaned(text: str) -> str:
            nonlocal found
            left = self._redact_text(text)
            found = found or left != text
            return left

        for name, value in list(event.items()):
            if name not in ("event", "timestamp", "name"):
                event[name] = _map_strings(value, cleaned)
        if event.get("event") == SlotSet.type_name and event.get("value") == REMOVED:
            event["value"] = None
        return found

    def _add_digits(self, text: str) -> None:
        self._digits.update(re.sub(r"\D", "", found[0]) for found in DIGIT_SEQUENCE.finditer(text))

    def _redact_text(self, text: str) -> str:
        for words in self._words:
            text = text.replace(words, REMOVED) if words in text else text
        return DIGIT_SEQUENCE.sub(lambda found: REMOVED if self._is_redacted_number(found[0]) else found[0], text)

    def _is_redacted_number(self, written: str) -> bool:
        digits = re.sub(r"\D", "", written)
        return any(one in digits or (len(digits) >= 6 and digits in one) for one in self._digits)


def _redact_message(event: JsonObject, text: str) -> None:
    """Leave of a message what may be kept: its text, and what it was taken for."""
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
