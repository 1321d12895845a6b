"""What a message says about a payment, and which yes is one."""

from __future__ import annotations

import pytest

from backend.reading.acts.yes_no import YES, detect_yes_no
from backend.reading.back_references import refuses_old_method
from backend.reading.money.arrangement_talk import asks_how_it_works
from backend.reading.money.payment_words import asks_about_overpayment
from backend.reading.spanish import to_english


@pytest.mark.parametrize(
    "words", ["the first one, but not with the old card", "mejor la primera. pero que no sea con la tarjeta vieja"]
)
def test_a_choice_with_a_condition(words: str) -> None:
    assert refuses_old_method(to_english(words))


@pytest.mark.parametrize("words", ["yes, go on. i would rather be ahead for the winter.", "sí, yes please"])
def test_a_yes(words: str) -> None:
    assert detect_yes_no(words, "Shall I go on with $150.00?") == YES


@pytest.mark.parametrize("words", ["yes. i'd rather be done with it by friday", "yes, i'd rather be safe and pay 50"])
def test_yes_that_changes_something_is_not_a_yes(words: str) -> None:
    assert detect_yes_no(words, "Shall I go on with $150.00?") is None


def test_questions_about_paying() -> None:
    assert asks_about_overpayment("Where does the extra money go?")
    assert not asks_about_overpayment("pay the rest on friday")
    assert asks_how_it_works("How this plan works, please explain?")
