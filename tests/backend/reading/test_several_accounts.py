"""Words for all of a member's accounts, and for all but one."""

from __future__ import annotations

import pytest

from backend.reading.acts.task_control import asks_what_is_left
from backend.reading.money.account_shares import is_everyone
from backend.reading.money.due_questions import split_due_questions
from backend.reading.numbers.account_separator import names_the_others
from backend.reading.spanish import to_english


@pytest.mark.parametrize(
    "words",
    [
        "no i ment all three 615.61",
        "no! the 3 accounts together",
        "pay all 3 today",
        "pay the two bills",
        "all four of them",
    ],
)
def test_all_accounts(words: str) -> None:
    assert is_everyone(words)


@pytest.mark.parametrize("words", ["pagar las tres cuentas", "no, las tres juntas", "mis 3 cuentas", "todas las tres"])
def test_all_accounts_in_spanish(words: str) -> None:
    assert is_everyone(to_english(words))


@pytest.mark.parametrize("words", ["all three payments", "all 3 months", "in three parts", "call me at 3", "all 3.50"])
def test_no_accounts(words: str) -> None:
    assert not is_everyone(words)


@pytest.mark.parametrize("words", ["whats left on the other 2", "what's still open on my other accounts"])
def test_a_question_about_the_others_is_about_what_is_owed(words: str) -> None:
    assert names_the_others(words)
    assert split_due_questions(words)[0]
    assert not asks_what_is_left(words)
