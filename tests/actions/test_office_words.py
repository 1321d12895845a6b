"""What words about service, a call back and a disconnection are heard as."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import cast

import pytest

from actions.arrangement.extract import extract_payment_position
from actions.person.call_subject import CANCELS_CALL, extract_subject
from actions.service.extract import extract_kind, extract_name, extract_service_address, is_moving_out, remove_place
from actions.turn import Turn
from backend.reading.service.disconnection import detect_disconnection_topic


def turn(words: str, **more: object) -> Turn:
    made = SimpleNamespace(text=words, focused_text=words, intent="", notes={}, get=lambda slot: None, **more)
    return cast(Turn, made)


@pytest.mark.parametrize(
    ("words", "kind", "moving"),
    [
        ("i want to start service at a new address", "start", False),
        ("stop my service", "stop", False),
        ("i am moving and want to stop my electric service", "stop", True),
        ("i'm moving out on december 1", "stop", True),
        ("we are moving in on friday and need power", "start", True),
        ("i need to move to 5 elm street", "move", True),
        ("i am moving, stop it here and start it at my new house", "move", True),
        ("hello", None, False),
    ],
)
def test_kinds_of_service(words: str, kind: str | None, moving: bool) -> None:
    assert (extract_kind(words), is_moving_out(words)) == (kind, moving)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("start service on friday under Ann Miller, phone 815-555-0123", "Ann Miller"),
        ("my name is ann miller", "ann miller"),
        ("ponlo a nombre de Ana Núñez", "Ana Núñez"),
        ("Hi, I'm Ann Miller and I need power", "Ann Miller"),
        ("i'm moving to galena", None),
        ("under the new owner", None),
    ],
)
def test_a_name_beside_other_things(words: str, name: str | None) -> None:
    assert extract_name(words) == name


def test_of_two_addresses_the_one_they_move_to() -> None:
    words = "moving from 12 Oak Street, Hanover to 5 Elm Street, Galena on friday"
    assert extract_service_address(turn(words), asked=False, kind="move") == "5 Elm Street, Galena"
    assert "12" not in re.sub(r"\s+", " ", remove_place("on 12 Oak Street", "12 Oak Street"))


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ("have someone call me back about my deposit", "my deposit"),
        ("please call me back", None),
        ("call me tomorrow at 10 at 815-555-0123", None),
        ("i want to dispute a charge with a real person", "i want to dispute a charge with a real person"),
        ("que alguien me llame sobre mi medidor", "mi medidor"),
    ],
)
def test_what_a_call_is_about(words: str, subject: str | None) -> None:
    assert extract_subject(words) == subject


@pytest.mark.parametrize(
    "words",
    ["cancel the call back", "don't call me", "i no longer need a call", "forget the call", "do not call me anymore"],
)
def test_taking_a_call_back(words: str) -> None:
    assert CANCELS_CALL.search(words)


@pytest.mark.parametrize("words", ["call me", "don't call me before 10", "call me back tomorrow", "i can't call"])
def test_wanting_a_call(words: str) -> None:
    assert not CANCELS_CALL.search(words)


@pytest.mark.parametrize(
    ("words", "spoken_of"),
    [
        ("i got a disconnect notice", "notice"),
        ("there is a door tag", "notice"),
        ("i got a letter that says you will cut me off", "notice"),
        ("please don't shut my power off", "shutoff"),
        ("¿Pero se la van a cortar hoy?", "shutoff"),
        ("viene a desconectarme hoy", "shutoff"),
        ("is a man coming to cut my power", "shutoff"),
        ("van a cortar las ramas", None),
        ("are you going to cut the tree", None),
        ("i am behind on my bill", None),
        ("i got a past due notice", None),
    ],
)
def test_a_disconnection(words: str, spoken_of: str | None) -> None:
    assert detect_disconnection_topic(words) == spoken_of


@pytest.mark.parametrize(
    ("words", "place"), [("make the second payment 60", 1), ("the last one on friday", 2), ("make it 60", None)]
)
def test_which_payment(words: str, place: int | None) -> None:
    assert extract_payment_position(words, 3)[0] == place
