"""What the engine reads in a message against the open question, and who gets the reading."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.engine.actions_standin import ActionStandIn
from tests.engine.running import PROJECT, Engine, code, conversation, script

AMOUNT = {"task": "quick_pay", "asked": "amount", "options": []}
READ_BACK = {"task": "quick_pay", "asked": "yes_no", "options": []}


def reading(engine: Engine, text: str, **metadata: Any) -> Any:
    """What the engine reads in a text."""
    status, answer = engine.call("parse", {"channel": "web", "text": text, "metadata": metadata})
    assert status == 200, answer
    return answer["reading"]


def likeliest(acts: dict[str, float]) -> str:
    """The act with the greatest probability."""
    return max(acts, key=lambda name: acts[name])


@pytest.mark.parametrize(
    ("asked", "text", "act"),
    [
        (AMOUNT, "60", "answer"),
        (AMOUNT, "is there a fee for that", "ask"),
        (READ_BACK, "yes", "affirm"),
        (READ_BACK, "no thank you", "deny"),
        (READ_BACK, "make it 40 instead", "correct"),
        (None, "i want to pay my bill", "start"),
    ],
)
def test_reply_is_read_against_its_question(engine: Engine, asked: dict[str, Any] | None, text: str, act: str) -> None:
    assert likeliest(reading(engine, text, question=asked)["acts"]) == act


def test_acts_are_rounded_probabilities_without_the_unlikely(engine: Engine) -> None:
    for p in reading(engine, "yes", question=READ_BACK)["acts"].values():
        assert 0.01 <= p <= 1
        assert round(p, 3) == p


def test_clauses_have_their_own_intents_and_acts(engine: Engine) -> None:
    parts = reading(engine, "what is my balance, and also pay my bill")["clauses"]
    assert [part["text"] for part in parts] == ["what is my balance", "and also pay my bill"]
    assert [part["intent"]["name"] for part in parts] == ["balance", "pay"]
    assert all(part["acts"] for part in parts)
    assert reading(engine, "pay my bill")["clauses"] == []


@pytest.mark.parametrize(
    ("text", "language", "subject"),
    [
        ("do i get a late fee", "en", "late_fee"),
        ("when do you open", "en", "office_hours"),
        ("cobran recargo si pago tarde", "es", "late_fee"),
    ],
)
def test_the_nearest_subject_of_the_knowledge_comes_first(
    engine: Engine, text: str, language: str, subject: str
) -> None:
    found = reading(engine, text, language=language)["knowledge"]
    assert found[0]["subject"] == subject
    assert 0 < found[0]["score"] <= 1
    assert len(found) <= 3


def test_a_payload_is_not_read(engine: Engine) -> None:
    assert reading(engine, '/choose{"amount":"5"}') == []


def test_action_gets_the_reading_and_the_event_stores_nothing_else(engine: Engine, actions: ActionStandIn) -> None:
    member = conversation()
    actions.answers["action_quick"] = lambda _: (
        200,
        {"events": [{"event": "slot", "name": "question", "value": AMOUNT}], "responses": [{"text": "How much?"}]},
    )
    engine.turn(member, "/run_quick")
    engine.turn(member, "60")
    engine.turn(member, "/run_quick")
    with closing(sqlite3.connect(engine.database.removeprefix("sqlite:///"))) as database:
        stored = "SELECT data FROM tracker_events WHERE sender_id = ? AND type_name = 'user' ORDER BY id"
        events = [json.loads(data) for (data,) in database.execute(stored, [member])]
    read = events[1]["parse_data"].pop("reading")
    assert likeliest(read["acts"]) == "answer"  # behind the question that the action left open
    assert "reading" not in events[0]["parse_data"]
    assert set(events[1]["parse_data"]) == set(events[0]["parse_data"])
    assert "How much?" not in json.dumps(events[1])
    messages = [event for event in actions.calls[1]["tracker"]["events"] if event["event"] == "user"]
    assert messages[1]["parse_data"]["reading"] == read


def test_an_action_called_for_a_message_has_its_reading(engine: Engine, actions: ActionStandIn) -> None:
    engine.turn(conversation(), "do it quickly")
    for call in actions.calls:
        assert call["tracker"]["latest_message"]["reading"]["acts"]


OPEN = """
import json
from engine import bootstrap
bootstrap.prepare()
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from engine.open_question import build_open_question
slot = AnySlot("question", mappings=[{}], influence_conversation=False)
events = [UserUttered("hi", {"name": "greet"}), BotUttered("Hello."), UserUttered("pay", {"name": "pay"}),
          SlotSet("question", {"task": "quick_pay", "asked": "amount", "options": None}),
          BotUttered("You owe $5."), BotUttered("x" * 400 + " How much?")]
print(json.dumps([build_open_question(DialogueStateTracker.from_events("a", events, [slot])),
                  build_open_question(DialogueStateTracker.from_events("b", events[:2], [slot])),
                  build_open_question(DialogueStateTracker.from_events("c", [], []))]))
"""


def test_open_question_is_the_slot_and_the_last_words() -> None:
    done = code(OPEN)
    asked, greeted, nothing = json.loads(done.stdout.splitlines()[-1])
    assert (asked["task"], asked["asked"], asked["options"]) == ("quick_pay", "amount", [])
    assert asked["said"].endswith("x How much?")
    assert len(asked["said"]) == 300
    assert greeted == {"task": "none", "asked": "nothing", "options": [], "said": "Hello.", "told": ""}
    assert nothing == {"task": "none", "asked": "nothing", "options": [], "said": "", "told": ""}


def test_offline_parsing_reads_in_context(model: Path, tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    row = {
        "channel": "sms",
        "lang": "en",
        "task": "quick_pay",
        "asked": "amount",
        "question": "How much?",
        "text": "60",
    }
    file.write_text(json.dumps(row) + "\n" + json.dumps({**row, "text": "do i get a late fee"}) + "\n")
    env = {"KNOWLEDGE_FOLDER": str(PROJECT / "knowledge"), "KNOWLEDGE_CACHE": str(tmp_path / "knowledge.npz")}
    done = script("parse.py", file, "--model", model, env=env)
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert likeliest(first["reading"]["acts"]) == "answer"
    assert second["reading"]["knowledge"][0]["subject"] == "late_fee"
    assert (tmp_path / "knowledge.npz").is_file()


def test_the_offices_changed_subjects_are_searched_without_training(engine: Engine) -> None:
    text = "# Balloon rides\ngroup: office\n\n## en\n? do you sell tickets for balloon rides\nThe rides are not ours.\n"
    asked = "who sells the hot air balloon ride tickets"
    try:
        changed = {"balloon_rides": text, "late_fee": None}
        assert engine.call("knowledge", {"version": "one", "changed": changed}) == (200, {"version": "one"})
        assert engine.call("knowledge", None) == (200, {"version": "one"})
        assert reading(engine, asked)["knowledge"][0]["subject"] == "balloon_rides"
        assert reading(engine, "Do you sell tickets for balloon rides?")["listed"] == "balloon_rides"
        named = {one["subject"] for one in reading(engine, "do i get a late fee")["knowledge"]}
        assert "late_fee" not in named
    finally:
        assert engine.call("knowledge", {"version": "", "changed": {}})[0] == 200
    assert reading(engine, "do i get a late fee")["knowledge"][0]["subject"] == "late_fee"
    assert engine.call("knowledge", {"version": "two", "changed": {"late_fee": 5}})[0] == 400
    assert engine.call("knowledge", None, token=None)[0] == 401
