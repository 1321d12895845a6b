"""What a conversation has been so far: Rasa's tracker, as far as actions and rules look at it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from tests.support.harness import project

LISTEN = "action_listen"
REQUESTED = "requested_slot"
REPORTED_EVENTS = 30
"""An action is told of no more; the engine does the same (engine/patches.py)."""

Event = dict[str, Any]


class Log:
    """Events, and what follows from them: the slots, the open form and the action that is to come next."""

    def __init__(self, conversation_id: str) -> None:
        self.conversation_id = conversation_id
        self.events: list[Event] = []
        self.slots: dict[str, Any] = {
            name: deepcopy(slot.get("initial_value")) for name, slot in project.domain()["slots"].items()
        }
        self.slots[REQUESTED] = None
        self.active_form: str | None = None
        self.rejected = False  # the open form has said that the message is not for it
        self.followup: str | None = None
        self.latest_action: str | None = None
        self.latest_message: dict[str, Any] = {}
        self.channel: str | None = None

    def add(self, *events: Event) -> None:
        """Take events in, in their order."""
        for event in events:
            self.events.append(event)
            self._apply(event)

    def _apply(self, event: Event) -> None:
        kind, name = event["event"], event.get("name")
        if kind == "user":
            self.latest_message, self.channel = event["parse_data"], event["input_channel"]
            self.followup = None
        elif kind == "action":
            self.latest_action, self.followup = name, None
            self.rejected = self.rejected and name != self.active_form
        elif kind == "action_execution_rejected":
            self.rejected = name == self.active_form
        elif kind == "slot":
            assert name in self.slots, f"{name} is no slot of domain.yml: Rasa would forget it"
            self.slots[name] = event["value"]
        elif kind == "active_loop":
            self.active_form, self.rejected = name, False
        elif kind == "followup":
            self.followup = name

    def with_more(self, *events: Event) -> Log:
        """A copy in which more has happened, for an action that is asked before it has."""
        other = Log(self.conversation_id)
        other.__dict__.update(self.__dict__ | {"events": list(self.events), "slots": dict(self.slots)})
        other.add(*events)
        return other

    def as_tracker(self) -> dict[str, Any]:
        """The state in the words in which the engine tells it to an action."""
        return {
            "sender_id": self.conversation_id,
            "slots": self.slots,
            "latest_message": self.latest_message,
            "latest_input_channel": self.channel,
            "latest_action_name": self.latest_action,
            "followup_action": self.followup,
            "paused": False,
            "active_loop": {"name": self.active_form} if self.active_form else {},
            "events": self.events[-REPORTED_EVENTS:],
        }

    def since_the_member(self) -> Sequence[Event]:
        """What has happened since the member's last message."""
        places = (place for place in range(len(self.events) - 1, -1, -1) if self.events[place]["event"] == "user")
        return self.events[next(places, -1) + 1 :]


def slot(name: str, value: Any) -> Event:
    return {"event": "slot", "name": name, "value": value}


def action(name: str) -> Event:
    return {"event": "action", "name": name}


def loop(form: str | None) -> Event:
    return {"event": "active_loop", "name": form}
