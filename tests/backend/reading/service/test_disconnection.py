"""Words about a disconnection notice and a shutoff."""

from __future__ import annotations

import pytest

from backend.reading.service.disconnection import detect_disconnection_topic


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
