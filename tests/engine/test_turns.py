"""What a turn does, with its actions, its failures and its order."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.engine.actions_standin import NOTHING, ActionStandIn, Answer, says
from tests.engine.running import Engine, conversation


def test_an_action_is_called_with_the_token_few_events_and_no_domain(engine: Engine, actions: ActionStandIn) -> None:
    member = conversation()
    for _ in range(12):
        engine.turn(member, "hello")
    engine.turn(member, "/run_quick")
    (call,) = actions.calls
    assert (call["next_action"], call["sender_id"]) == ("action_quick", member)
    assert len(call["tracker"]["events"]) == 30
    assert "domain" not in call
    assert actions.refused == 0


def test_connection_to_the_actions_is_reused(engine: Engine, actions: ActionStandIn) -> None:
    engine.turn(conversation(), "/run_quick")
    before = actions.connections
    for _ in range(5):
        engine.turn(conversation(), "/run_quick")
    assert (len(actions.calls), actions.connections) == (6, before)


def test_a_failed_action_fails_the_turn_and_leaves_the_conversation_as_it_was(
    engine: Engine, actions: ActionStandIn
) -> None:
    member = conversation()
    engine.turn(member, "/run_start")
    engine.turn(member, "99999-001")
    actions.answers["action_fail"] = lambda _: (500, {"error": "broken"})
    failed = {"conversation": member, "channel": "web", "text": "/run_fail"}
    assert engine.call("turn", failed) == (500, {"error": "turn failed"})
    actions.answers["action_fail"] = lambda _: says({"text": "mended"})
    assert engine.texts(member, "4242") == ["Thank you, 99999-001 and 4242."]
    assert engine.texts(member, "/run_fail") == ["mended"]
    assert all(event.get("text") != "/run_fail" for event in actions.calls[-1]["tracker"]["events"][:-4])


def test_actions_out_of_reach_fail_the_turn_but_not_the_engine(model: Path, tmp_path: Path) -> None:
    gone = ActionStandIn("unused")
    gone.close()
    with Engine(model, tmp_path, gone.url) as engine:
        member = conversation()
        body = {"conversation": member, "channel": "web", "text": "/run_quick"}
        assert engine.call("turn", body) == (500, {"error": "turn failed"})
        assert engine.texts(member, "hello")


def test_invalid_action_answer_fails_the_turn(engine: Engine, actions: ActionStandIn) -> None:
    actions.answers["action_quick"] = lambda _: (200, {"events": "none", "responses": []})
    body = {"conversation": conversation(), "channel": "web", "text": "/run_quick"}
    assert engine.call("turn", body)[0] == 500


def test_messages_of_a_conversation_are_handled_in_order_and_others_do_not_wait(
    engine: Engine, actions: ActionStandIn
) -> None:
    begun, release = threading.Event(), threading.Event()

    def slow(_: object) -> Answer:
        begun.set()
        assert release.wait(30)
        return NOTHING

    actions.answers["action_slow"] = slow
    member = conversation()
    with ThreadPoolExecutor(2) as members:
        first = members.submit(engine.turn, member, "/run_slow")
        assert begun.wait(30)
        second = members.submit(engine.turn, member, "/run_quick")
        assert engine.texts(conversation(), "hello")
        assert not second.done()
        release.set()
        first.result(30), second.result(30)
    assert [call["next_action"] for call in actions.calls] == ["action_slow", "action_quick"]
    latest = [event["name"] for event in actions.calls[1]["tracker"]["events"] if event["event"] == "action"]
    assert "action_slow" in latest  # the second began from where the first ended


def test_a_members_words_are_never_in_the_log(engine: Engine, actions: ActionStandIn) -> None:
    actions.answers["action_fail"] = lambda _: (500, {"error": "xylophone"})
    member = conversation()
    for text in ("xylophone", "/xylophone", '/choose{"xylophone":"1"}', "/ xylophone {", "/choose{xylophone"):
        engine.call("turn", {"conversation": member, "channel": "web", "text": text})
    engine.call("turn", {"conversation": member, "channel": "web", "text": "/run_fail"})
    assert "xylophone" not in engine.log.read_text()
