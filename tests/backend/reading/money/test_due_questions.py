"""Questions about what is owed, and what stands beside them."""

from __future__ import annotations

import pytest

from backend.reading.money.due_questions import only_states_account, split_due_questions
from backend.reading.spanish import english_form


@pytest.mark.parametrize(
    ("text", "asked", "rest"),
    [
        ("when is the shop due", ["when is the shop due"], ""),
        ("pay the shop and when's the house due?", ["when's the house due"], "pay the shop"),
        ("that's the shop. how much is the well", ["how much is the well"], "that's the shop"),
        ("the well, when is it due", ["the well, when is it due"], ""),
        ("visa. what do i owe on 003", ["what do i owe on 003"], "visa"),
        ("do i still owe on the house", ["do i still owe on the house"], ""),
    ],
)
def test_the_question_is_parted_from_what_is_told(text: str, asked: list[str], rest: str) -> None:
    assert split_due_questions(text) == (asked, rest)


@pytest.mark.parametrize(
    "text",
    [
        "pay the shop when it's due",
        "pay what i owe on the shop",
        "all of what is due on the shop",
        "text me when the shop is due",
        "i'll pay the house when the shop is due",
        "how much power did the shop use",
        "what fee is due for the shop",
        "how much can i pay on the shop",
    ],
)
def test_a_request_is_no_question_of_what_is_due(text: str) -> None:
    assert split_due_questions(text) == ([], text)


@pytest.mark.parametrize("text", ["cuándo vence el taller", "¿cuánto debo de la casa?", "¿cuál es el saldo del 002?"])
def test_spanish_questions(text: str) -> None:
    asked, rest = split_due_questions(english_form(text, "es"))
    assert asked
    assert not rest


def test_a_statement_beside_a_question_changes_nothing() -> None:
    assert only_states_account("no that's the house")
    assert not only_states_account("it's for the house")
    assert not only_states_account("pay the house")
