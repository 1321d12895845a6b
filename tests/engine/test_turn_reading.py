"""What the engine tells the app of a turn, for the office's review."""

from __future__ import annotations

from typing import Any

from tests.engine.actions_standin import ActionStandIn, Answer
from tests.engine.running import Engine, conversation


def read(engine: Engine, member: str, text: str, message: str) -> dict[str, Any]:
    body = {"conversation": member, "channel": "web", "text": text, "metadata": {"message": message}}
    status, answer = engine.call("turn", body)
    assert status == 200
    return dict(answer["reading"])


def set_misses(count: int) -> Answer:
    return 200, {"events": [{"event": "slot", "name": "misses", "value": count, "timestamp": None}], "responses": []}


def test_a_turn_tells_its_intent_and_the_form_at_work(engine: Engine, actions: ActionStandIn) -> None:
    member = conversation()
    opened = read(engine, member, "/run_start", "1")
    assert (opened["intent"], opened["confidence"], opened["task"]) == ("run_start", 1.0, "long_form")
    answered = read(engine, member, "99999-001", "2")
    assert (answered["task"], answered["missed"]) == ("long_form", False)
    assert all(0 <= sure <= 1 for _, sure in answered["acts"])
    assert "99999" not in str(answered)


def test_a_turn_is_missed_when_the_misses_rise(engine: Engine, actions: ActionStandIn) -> None:
    member = conversation()
    for message, (count, missed) in enumerate(((0, False), (1, True), (1, False), (2, True), (0, False))):
        actions.answers["action_quick"] = lambda _, count=count: set_misses(count)  # type: ignore[misc]
        found = read(engine, member, "/run_quick", str(message))
        assert (found["missed"], found["task"]) == (missed, "action_quick")
