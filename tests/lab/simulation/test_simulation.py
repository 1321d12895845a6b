"""Simulated members talk with the running assistant without breaking an invariant."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.messages import Message, Reply
from lab import records
from lab.channel_clients import CHANNELS
from lab.simulation import results
from lab.simulation.conversation import find_same_answers
from lab.simulation.goals import GOALS_BY_NAME
from lab.simulation.runner import compose_personas, simulate
from tests.support.served import ServedSystem

pytestmark = pytest.mark.engine
COUNT, SEED = 21, 11


def test_a_crowd_on_all_channels(served: ServedSystem, tmp_path: Path) -> None:
    crowd = compose_personas(SEED, COUNT)
    assert {one.channel for one in crowd} == set(CHANNELS)
    simulation = simulate(served, crowd, workers=2)
    result = results.build_result(simulation)
    assert simulation.is_sound, results.format_table(result)
    assert result["conversations"] == COUNT
    assert {row["ending"] for row in result["rows"]} <= {"done", "refused", "person"}
    results.write_report(result, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"report.json", "report.txt", "report.png", "talks"}
    assert len(list((tmp_path / "talks").iterdir())) == COUNT


def test_one_conversation_can_be_held_again_alone(served: ServedSystem) -> None:
    place = next(
        one.index for one in compose_personas(SEED, 200) if GOALS_BY_NAME[one.goal].name == "pay_part" and not one.noise
    )
    first, again = (
        simulate(served, compose_personas(SEED, 1, only=place), workers=1).conversations[0] for _ in range(2)
    )
    assert first.persona == again.persona
    assert len(first.turns) == len(again.turns)
    assert first.response_names == again.response_names


def test_the_same_answer_to_two_things_is_found() -> None:
    assert find_same_answers([("pay my bill", "How much?"), ("banana", "How much?")])
    assert not find_same_answers([("pay my bill", "How much?"), ("say that again", "How much?")])
    assert not find_same_answers([("pay my bill", "How much?"), ("banana", "How much, please?")])


def test_a_question_in_the_same_words_is_found() -> None:
    asked = Reply((Message("How much?", hints={"expect": "amount"}),))
    turns = [records.RecordedTurn(text, None, "answered", asked) for text in ("pay", "banana", "repeat that")]
    assert records.find_repeated_questions(turns) == ["How much?"]
