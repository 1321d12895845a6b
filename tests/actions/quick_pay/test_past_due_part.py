"""The part of a bill that is past due, in a caller's own words, at the question how much."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.app import Backend
from backend.payments.balances import get_balance
from tests.actions.conftest import Begin
from tests.backend.household import TODAY, Household, add_bill


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("the past due one", "en"),
        ("just the late part please", "en"),
        ("the fifty dollars", "en"),
        ("la atrasada", "es"),
        ("solo la parte atrasada", "es"),
    ],
)
async def test_it_is_what_is_paid(begin: Begin, backend: Backend, home: Household, words: str, language: str) -> None:
    await add_bill(backend, home.account_id, 5000, TODAY - timedelta(days=10))
    talk = await begin(channel="voice", language=language)
    await talk.user_input("I want to pay", intent="quick_pay", acts={"start"})
    await talk.user_input(words, acts={"answer"})
    talk.assert_response("utter_question_pay_method")
    assert talk.slots["pay_amount"] == 5000


async def test_an_amount_that_was_misheard_is_mended_in_bare_words(begin: Begin) -> None:
    talk = await begin()
    await talk.user_input("pay one dollar with my visa", intent="quick_pay", acts={"start"})
    await talk.user_input("one dollar? no. the ninety two seventy six", acts={"deny", "answer"})
    assert talk.slots["pay_amount"] == 9276
    talk.assert_message(r"\$92\.76")


@pytest.mark.parametrize(("more", "is_taken"), [(0, True), (1, False)])
async def test_figures_without_a_point_are_the_amount_due_or_asked_about(
    begin: Begin, backend: Backend, home: Household, more: int, is_taken: bool
) -> None:
    async with backend.db.read_session() as session:
        due = (await get_balance(session, backend, home.account_id)).amount_due_cents
    talk = await begin(channel="voice")
    await talk.user_input("I want to pay", intent="quick_pay", acts={"start"})
    await talk.user_input(str(due + more), acts={"answer"})
    assert talk.slots["pay_amount"] == (due if is_taken else None)
