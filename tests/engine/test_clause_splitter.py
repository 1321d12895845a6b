"""Where a message is split into clauses, and where not."""

from __future__ import annotations

import pytest

from engine.components.clause_splitter import split_clauses


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("pay my bill", ["pay my bill"]),
        ("Yes. I checked it twice.", ["Yes.", "I checked it twice."]),
        ("pay my bill, and is there a fee", ["pay my bill", "and is there a fee"]),
        ("my power is out and also i need to pay", ["my power is out", "and also i need to pay"]),
        ("yes please; what are your hours", ["yes please", "what are your hours"]),
        ("no, but can i pay friday", ["no", "but can i pay friday"]),
        (
            "pague mi recibo, y también quiero cambiar mi correo",
            ["pague mi recibo", "y también quiero cambiar mi correo"],
        ),
        ("se fue la luz. cuando regresa?", ["se fue la luz.", "cuando regresa?"]),
        # numbers, amounts, dates and addresses
        ("$1,200.50", ["$1,200.50"]),
        ("84.20 please", ["84.20 please"]),
        ("41005-001. 4417.", ["41005-001. 4417."]),
        ("two hundred and fifty dollars", ["two hundred and fifty dollars"]),
        ("July 4, 2026", ["July 4, 2026"]),
        ("412 Oak St. Apt 5", ["412 Oak St. Apt 5"]),
        ("i live at 9 Mill Rd. Springfield", ["i live at 9 Mill Rd. Springfield"]),
        ("at 5 p.m. on friday", ["at 5 p.m. on friday"]),
        ("Dr. Smith called", ["Dr. Smith called"]),
        ("the house, the barn, and 003", ["the house, the barn, and 003"]),
        ("friday, then", ["friday, then"]),
        ("", []),
    ],
)
def test_message_is_split_where_people_start_again(text: str, parts: list[str]) -> None:
    assert split_clauses(text) == parts


def test_a_long_story_has_few_clauses() -> None:
    assert len(split_clauses("i was home. " * 40)) == 6


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("how much do i owe and are you open saturday", ["how much do i owe", "and are you open saturday"]),
        ("abren el sabado y cuando vence mi factura", ["abren el sabado", "y cuando vence mi factura"]),
        ("pay the house and the barn", ["pay the house and the barn"]),
    ],
)
def test_a_wish_behind_a_bare_and_is_a_clause(text: str, clauses: list[str]) -> None:
    assert split_clauses(text) == clauses
