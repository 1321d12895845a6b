"""A message is understood once, however often it is delivered and whenever either side dies."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.engine.actions_standin import ActionStandIn, Answer, says
from tests.engine.running import TOKEN, Engine, conversation


def deliver(engine: Engine, member: str, text: str, message: str, **more: Any) -> list[str]:
    """Take a turn as the app does, and return the texts."""
    metadata = {"message": message, **more}
    body = {"conversation": member, "channel": "web", "text": text, "metadata": metadata}
    status, answer = engine.call("turn", body)
    assert status == 200, answer
    return [one["text"] for one in answer["messages"]]


def understood(engine: Engine, member: str) -> list[str]:
    """The messages that the tracker has, in order."""
    query = "SELECT data FROM tracker_events WHERE sender_id = ? AND type_name = 'user' ORDER BY id"
    with closing(sqlite3.connect(engine.database.removeprefix("sqlite:///"))) as database:
        return [json.loads(data)["metadata"]["message"] for (data,) in database.execute(query, [member])]


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_a_message_delivered_again_gets_the_same_answer_and_is_not_understood_again(
    engine: Engine, actions: ActionStandIn
) -> None:
    actions.answers["action_quick"] = lambda _: says({"text": f"call {len(actions.calls)}", "buttons": []})
    member = conversation()
    deliver(engine, member, "/run_start", "1")
    first = deliver(engine, member, "99999-001", "2")
    assert first == ["The last four?"]
    assert deliver(engine, member, "99999-001", "2") == first
    assert deliver(engine, member, "4242", "3") == ["Thank you, 99999-001 and 4242."]
    assert deliver(engine, member, "99999-001", "2") == first  # an older one too
    assert deliver(engine, member, "/run_quick", "4") == deliver(engine, member, "/run_quick", "4") == ["call 1"]
    assert understood(engine, member) == ["1", "2", "3", "4"]


def test_ids_are_each_conversations_own_and_words_without_one_are_always_new(engine: Engine) -> None:
    one, other = conversation(), conversation()
    assert deliver(engine, one, "/run_start", "1") == deliver(engine, other, "/run_start", "1") == ["Your number?"]
    assert engine.texts(one, "99999-001") == ["The last four?"]
    assert engine.texts(one, "4242") == ["Thank you, 99999-001 and 4242."]


def test_an_app_that_dies_before_it_has_the_answer_gets_it_later(engine: Engine, actions: ActionStandIn) -> None:
    """The turn goes on to its end; it is not broken off in the middle of what it does."""
    begun, release = threading.Event(), threading.Event()

    def slow(_: object) -> Answer:
        begun.set()
        assert release.wait(30)
        return says({"text": "paid"})

    actions.answers["action_slow"] = slow
    member = conversation()
    body = {"conversation": member, "channel": "web", "text": "/run_slow", "metadata": {"message": "1"}}
    request = urllib.request.Request(
        f"http://127.0.0.1:{engine.port}/webhooks/edge/turn",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {TOKEN}"},
    )
    with pytest.raises(OSError, match="timed out"):
        urllib.request.urlopen(request, timeout=0.5)
    assert begun.wait(30)
    with ThreadPoolExecutor(1) as app:
        again = app.submit(deliver, engine, member, "/run_slow", "1")
        release.set()
        assert again.result(30) == ["paid"]
    assert len(actions.calls) == 1
    assert understood(engine, member) == ["1"]


def test_engine_killed_after_its_commit_gives_the_same_answer_after_restart(
    model: Path, tmp_path: Path, actions: ActionStandIn
) -> None:
    member = conversation()
    with Engine(model, tmp_path, actions.url) as engine:
        deliver(engine, member, "/run_start", "1")
        first = deliver(engine, member, "99999-001", "2")
        engine.kill_starter()
        engine.start()
        assert deliver(engine, member, "99999-001", "2") == first == ["The last four?"]
        assert understood(engine, member) == ["1", "2"]
        assert deliver(engine, member, "4242", "3") == ["Thank you, 99999-001 and 4242."]


def test_an_engine_killed_in_an_action_understands_the_message_once_more_from_where_it_was(
    model: Path, tmp_path: Path, actions: ActionStandIn
) -> None:
    """The same calls come again, with the same events behind the message: by these the app knows what it did."""
    member = conversation()
    begun, release = threading.Event(), threading.Event()

    def slow(_: object) -> Answer:
        begun.set()
        assert release.wait(30)
        return says({"text": "done"})

    actions.answers["action_slow"] = slow
    with Engine(model, tmp_path, actions.url) as engine, ThreadPoolExecutor(1) as app:
        deliver(engine, member, "/run_start", "1")
        lost = app.submit(deliver, engine, member, "/run_slow", "2")
        assert begun.wait(30)
        engine.kill_starter()
        release.set()
        with pytest.raises(OSError, match=r"."):
            lost.result(30)
        engine.start()
        assert deliver(engine, member, "/run_slow", "2")[0] == "done"
        assert understood(engine, member) == ["1", "2"]
    first, second = (_behind_the_message(call) for call in actions.calls)
    assert first == second


def test_an_engine_killed_at_any_instant_understands_each_message_once(
    model: Path, tmp_path: Path, actions: ActionStandIn
) -> None:
    member = conversation()
    with Engine(model, tmp_path, actions.url) as engine:
        began = time.monotonic()
        deliver(engine, member, "/balance", "0")
        usual = time.monotonic() - began
        for number in (1, 2):  # each start takes seconds; what was committed and what was not have tests of their own
            killer = threading.Timer(usual * number / 3, engine.kill_starter)
            killer.start()
            with suppress(OSError, AssertionError):  # its answer is lost: the app delivers the message again
                deliver(engine, member, "/balance", str(number))
            killer.join()
            engine.start()
            assert deliver(engine, member, "/balance", str(number))[0] in {"You owe nothing.", "Nothing is owed."}
        assert understood(engine, member) == ["0", "1", "2"]


def test_restarted_conversation_asks_nothing_of_before(engine: Engine) -> None:
    member = conversation()
    deliver(engine, member, "/run_start", "1")
    deliver(engine, member, "99999-001", "2")
    assert deliver(engine, member, "/run_start", "3", anew=True) == ["Your number?"]
    deliver(engine, member, "99999-001", "4")
    assert deliver(engine, member, "4242", "5") == ["Thank you, 99999-001 and 4242."]


def _behind_the_message(call: dict[str, Any]) -> list[str]:
    events = [(event["event"], event.get("name")) for event in call["tracker"]["events"]]
    last = max(place for place, (kind, _) in enumerate(events) if kind == "user")
    return [f"{kind} {name}" for kind, name in events[last:]]
