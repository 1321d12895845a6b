"""Plays the dialogue engine between the rules and the actions, without Rasa."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rasa_sdk.executor import ActionExecutor

from tests.support.harness import project
from tests.support.harness.log import LISTEN, REQUESTED, Event, Log, action, loop, slot
from tests.support.harness.wording import uttered

MOST_ACTIONS = 10
"""In one turn; Rasa breaks off there in silence, so here it is a failure."""


class Engine:
    """Runs a turn's actions in Rasa's order.

    Rasa's rule policy and its forms are followed as far as data/**/rules.yml leads: an intent's rule, a form that goes
    first while it is open, its rejection when its action sets no slot but the requested one, the action after its end,
    and follow-up actions. Stories, policies with statistics, slot mappings (all of ours are custom) and the timing of
    the tracker store are not there.
    """

    def __init__(self, executor: ActionExecutor, log: Log) -> None:
        self.log = log
        self._executor = executor

    async def take_turn(self, message: Event) -> None:
        """Let everything follow that follows from a message."""
        self.log.add(message)
        for _ in range(MOST_ACTIONS):
            name = self._next()
            if name in project.domain()["forms"]:
                await self._run_form(name)
            elif name == LISTEN:
                self.log.add(action(LISTEN))
                return
            else:
                told = await self._call(name, self.log)
                self.log.add(action(name), *told)
        names = [event["name"] for event in self.log.since_the_member() if event["event"] == "action"]
        raise AssertionError(f"the turn does not come to an end: {names}")

    def _next(self) -> str:
        log = self.log
        if log.followup:
            return log.followup
        if log.active_form and not log.rejected:
            return LISTEN if log.latest_action == log.active_form else log.active_form
        if log.latest_action == LISTEN:
            intent = str((log.latest_message.get("intent") or {}).get("name"))
            assert intent in project.rules().first, f"no rule begins with {intent}: the default fallback would answer"
            return project.rules().first[intent]
        return project.rules().closes.get(str(log.latest_action)) or log.active_form or LISTEN

    async def _run_form(self, form: str) -> None:
        log, events = self.log, list[Event]()
        opening = log.active_form != form
        if opening:
            events.append(loop(form))
            events += await self._validate(form, log.with_more(loop(form)))
        if len(events) <= opening:  # a form that is open already, or one that said nothing at its opening
            checked = await self._validate(form, log)
            if not opening and log.latest_action == LISTEN and not _says_anything(checked):
                log.add({"event": "action_execution_rejected", "name": form})
                return
            events += checked
        if not _has_ended(events):
            events += self._request_what_is_missing(form, events)
        if _has_ended(events):
            events.append(loop(None))
        log.add(action(form), *events)

    def _request_what_is_missing(self, form: str, events: Sequence[Event]) -> list[Event]:
        """A validation that requests nothing lets Rasa request the first required slot that is empty."""
        if any(event["event"] == "slot" and event["name"] == REQUESTED and event["value"] for event in events):
            return []
        slots = self.log.with_more(*events).slots
        required = project.domain()["forms"][form]["required_slots"]
        return [slot(REQUESTED, next((name for name in required if slots[name] is None), None))]

    async def _validate(self, form: str, log: Log) -> list[Event]:
        requested = log.slots[REQUESTED] if log.active_form == form else None
        return await self._call(f"validate_{form}", log.with_more(slot(REQUESTED, requested), action(form)))

    async def _call(self, name: str, log: Log) -> list[Event]:
        assert name in project.domain()["actions"], f"{name} is not among the actions of domain.yml"
        told = {"next_action": name, "sender_id": log.conversation_id, "tracker": log.as_tracker()}
        # over the wire and back, as with the engine: what is no JSON fails here too
        result = await self._executor.run(json.loads(json.dumps({**told, "domain": {"slots": {}}})))
        assert result is not None
        answer: dict[str, Any] = json.loads(json.dumps(result.model_dump()))
        language = str((log.latest_message.get("metadata") or {}).get("language"))
        said = [uttered(response, log.slots, str(log.channel), language) for response in answer["responses"]]
        return [*said, *answer["events"]]


def _says_anything(events: Sequence[Event]) -> bool:
    """Whether a form took the message: it set a slot, and not only the next question."""
    return any(event["event"] == "slot" and event["name"] != REQUESTED for event in events)


def _has_ended(events: Sequence[Event]) -> bool:
    requested = [event["value"] for event in events if event["event"] == "slot" and event["name"] == REQUESTED]
    loops = [event["name"] for event in events if event["event"] == "active_loop"]
    return bool(requested and requested[-1] is None) or bool(loops and loops[-1] is None)
