"""A form alone: messages in, the names of responses and their values out, with a real backend and no engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.form import Form
from backend.app import Backend


@dataclass
class FormTalk:
    """One conversation with one form. `heard` are the responses of the last turn, by name, in order."""

    backend: Backend
    form: Form
    conversation_id: str
    channel: str = "web"
    language: str = "en"
    slots: dict[str, Any] = field(default_factory=dict)
    heard: list[dict[str, Any]] = field(default_factory=list)
    _events: list[dict[str, Any]] = field(default_factory=list)

    async def say(self, text: str, intent: str = "inform") -> list[str]:
        """The names of the responses to this message."""
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": 0.9},
            "metadata": {"language": self.language},
            "entities": [],
        }
        opened = not self._events
        self._events.append({"event": "user", "input_channel": self.channel, **message})
        if opened:
            self._events.append({"event": "active_loop", "name": self.form.form})
        tracker = Tracker(self.conversation_id, dict(self.slots), message, list(self._events), False, None, {}, None)
        dispatcher = CollectingDispatcher()
        for event in await self.form.run(dispatcher, tracker, {}):
            if event.get("event") == "slot":
                self.slots[str(event["name"])] = event["value"]
        self.heard = dispatcher.messages
        for each in self.heard:
            words = " ".join(str(value) for value in each.values() if isinstance(value, str))
            self._events.append({"event": "bot", "text": words, "metadata": {"utter_action": each["response"]}})
        return [str(each["response"]) for each in self.heard]

    @property
    def values(self) -> dict[str, Any]:
        """What the last response was given."""
        return self.heard[-1]
