"""The number of a choice is never a sum of money, and what is not past due is not paid as if it were."""

from __future__ import annotations

import pytest

from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk

CHOICES = [
    "1",
    "press 1",
    "#1",
    "one please",
    "option 2",
    "yes one",
    "for yes press one",
    "2.",
    "number 3",
    "the first one",
    "reply 1",
    "just 1",
]
EN_ESPANOL = ["1", "oprima 1", "opción 2", "uno por favor", "para sí oprima 1"]


@pytest.mark.parametrize("words", [words for words in CHOICES if words != "yes one"])
async def test_at_the_read_back_it_changes_no_amount(talk: Talk, words: str) -> None:
    await talk.user_input("pay 40 with the visa", intent="quick_pay", acts={"start"})
    talk.assert_message(r"pay \$40\.00 today, with Visa")
    await talk.user_input(words, acts={"answer"})
    assert talk.slots["pay_amount"] == 4000
    talk.assert_no_message(r"\$[123]\.00")


@pytest.mark.parametrize("words", EN_ESPANOL)
async def test_nor_does_it_in_spanish(begin: Begin, words: str) -> None:
    talk = await begin(language="es")
    await talk.user_input("pagar 40 con la visa", intent="quick_pay", acts={"start"})
    assert talk.slots["pay_amount"] == 4000
    await talk.user_input(words, acts={"answer"})
    assert talk.slots["pay_amount"] == 4000


@pytest.mark.parametrize("words", CHOICES)
async def test_where_a_sum_is_asked_for_it_is_asked_again(talk: Talk, words: str) -> None:
    await talk.user_input("I want to pay", intent="quick_pay", acts={"start"})
    await talk.user_input(words, acts={"answer"})
    talk.assert_response("utter_question_pay_amount_unclear")
    assert talk.slots.get("pay_amount") is None
    await talk.user_input("$1", acts={"answer"})
    assert talk.slots["pay_amount"] == 100


@pytest.mark.parametrize("words", ["past due", "just what is past due", "the past due amount please"])
async def test_without_past_due_the_whole_bill_is_not_taken(talk: Talk, words: str) -> None:
    await talk.user_input("I want to pay", intent="quick_pay", acts={"start"})
    await talk.user_input(words, acts={"answer"})
    talk.assert_response("utter_question_pay_amount_not_past_due")
    assert talk.slots.get("pay_amount") is None
    await talk.user_input("all of it", acts={"answer"})
    assert talk.slots["pay_amount"] == 11240


async def test_nor_from_the_first_words(talk: Talk) -> None:
    await talk.user_input("pay the past due amount with my visa", intent="quick_pay", acts={"start"})
    talk.assert_response("utter_question_pay_amount_not_past_due")
    talk.assert_no_message(r"pay \$112\.40")
