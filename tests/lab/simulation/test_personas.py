"""Personas depend on seed and index alone, and all kinds of them occur."""

from __future__ import annotations

import pytest

from backend.demo import DEMO_PEOPLE
from backend.luhn import is_luhn_valid
from lab.channel_clients import CHANNELS
from lab.noise import KINDS
from lab.simulation import style
from lab.simulation.goals import GOALS, REFUSAL_RESPONSES, Goal
from lab.simulation.personas import KNOWLEDGE, STYLES, compose_persona
from lab.simulation.population import make_surname
from lab.simulation.response_matching import load_patterns


def test_the_same_seed_and_place_make_the_same_member() -> None:
    assert [compose_persona(7, n) for n in range(50)] == [compose_persona(7, n) for n in range(50)]
    assert compose_persona(7, 49) == compose_persona(7, 49, CHANNELS)
    assert [compose_persona(7, n) for n in range(50)] != [compose_persona(8, n) for n in range(50)]


def test_all_kinds_turn_up() -> None:
    crowd = [compose_persona(1, n) for n in range(3000)]
    assert {one.goal for one in crowd} == {goal.name for goal in GOALS}
    assert {one.style for one in crowd} == set(STYLES)
    assert {one.knowledge for one in crowd} == set(KNOWLEDGE)
    assert {one.channel for one in crowd} == set(CHANNELS)
    assert {kind for one in crowd for kind in one.noise} == set(KINDS)
    assert any(not one.noise for one in crowd)
    assert any(one.leaks for one in crowd)
    assert any(one.asks_person_at for one in crowd)


def test_only_the_channels_that_are_asked_for_where_the_goal_has_them() -> None:
    assert {compose_persona(1, n, ("sms",)).channel for n in range(300)} == {"sms"}


def test_each_is_like_a_demo_member() -> None:
    known = {f"{person.number}-{place.separator}" for person in DEMO_PEOPLE for place in person.places}
    assert {like for goal in GOALS for like in goal.demo_members} <= known


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal.name)
def test_each_goal_ends_with_an_existing_response(goal: Goal) -> None:
    names = {wording.name for wording in load_patterns(False)}
    assert any(goal.is_ended_by(name) for name in names)
    assert any(REFUSAL_RESPONSES.fullmatch(name) for name in names)


def test_no_two_surnames_are_alike() -> None:
    assert len({make_surname(count) for count in range(100_000, 140_000)}) == 40_000


def test_sent_card_number_passes_the_check_digit() -> None:
    cards = [style.make_card_number(index).replace(" ", "") for index in range(500)]
    assert len(set(cards)) == 500
    assert all(is_luhn_valid(card) for card in cards)
