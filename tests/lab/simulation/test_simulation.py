"""Simulated members talk with the real assistant, and nothing that must hold is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.messages import Message, Reply
from lab import records
from lab.simulation import telling
from lab.simulation.composing import CHANNELS
from lab.simulation.conversation import same_answers
from lab.simulation.goals import BY_NAME
from lab.simulation.running import characters, simulate
from tests.support.served import Served

pytestmark = pytest.mark.engine
COUNT, SEED = 21, 11


def test_a_crowd_on_all_channels(served: Served, tmp_path: Path) -> None:
    crowd = characters(SEED, COUNT)
    assert {one.channel for one in crowd} == set(CHANNELS)
    simulation = simulate(served, crowd, workers=2)
    told = telling.result(simulation)
    assert simulation.sound, telling.table(told)
    assert told["conversations"] == COUNT
    assert {row["ending"] for row in told["rows"]} <= {"done", "refused", "person"}
    telling.write(told, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"report.json", "report.txt", "report.png", "talks"}
    assert len(list((tmp_path / "talks").iterdir())) == COUNT


def test_one_conversation_can_be_held_again_alone(served: Served) -> None:
    place = next(one.index for one in characters(SEED, 200) if BY_NAME[one.goal].name == "pay_part" and not one.noise)
    first, again = (simulate(served, characters(SEED, 1, only=place), workers=1).held[0] for _ in range(2))
    assert first.character == again.character
    assert len(first.turns) == len(again.turns)
    assert first.names == again.names


def test_the_same_answer_to_two_things_is_found() -> None:
    assert same_answers([("pay my bill", "How much?"), ("banana", "How much?")])
    assert not same_answers([("pay my bill", "How much?"), ("say that again", "How much?")])
    assert not same_answers([("pay my bill", "How much?"), ("banana", "How much, please?")])


def test_a_question_in_the_same_words_is_found() -> None:
    asked = Reply((Message("How much?", hints={"expect": "amount"}),))
    turns = [records.Turn(text, None, "answered", asked) for text in ("pay", "banana", "repeat that")]
    assert records.repeated_questions(turns) == ["How much?"]
