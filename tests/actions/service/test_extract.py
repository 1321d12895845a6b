"""What a message says about service: the kind of request, the name, the address."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import cast

import pytest

from actions.service.extract import extract_service_address
from actions.turn import Turn
from backend.reading.service.service_change import extract_kind, extract_name, is_moving_out, remove_place


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
def test_name_next_to_other_words(words: str, name: str | None) -> None:
    assert extract_name(words) == name


def test_of_two_addresses_the_one_they_move_to() -> None:
    words = "moving from 12 Oak Street, Hanover to 5 Elm Street, Galena on friday"
    assert extract_service_address(turn(words), asked=False, kind="move") == "5 Elm Street, Galena"
    assert "12" not in re.sub(r"\s+", " ", remove_place("on 12 Oak Street", "12 Oak Street"))
