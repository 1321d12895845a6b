"""With what is paid, whether the whole bill is meant, and when a saved card is only to be brought up to date."""

from __future__ import annotations

import pytest

from backend.reading.back_references import asks_about_next_payment
from backend.reading.money.payment_method import (
    asks_amount_owed,
    asks_to_update_card,
    detect_method_kind,
    extract_method_last4,
    names_method_to_pay,
    pays_whole_bill,
)
from backend.reading.numbers.phone_last4 import parse_last4


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("all of it with the card", "card"),
        ("use the card you have", "card"),
        ("40 friday, card", "card"),
        ("out of my checking", "bank"),
        ("no, better con el bank", "bank"),
        ("con la cuenta", "bank"),
        ("put it on my debit card", "card"),
    ],
)
def test_payment_method_is_recognized_at_any_time(words: str, kind: str) -> None:
    assert names_method_to_pay(words, answers=False)
    assert detect_method_kind(words) == kind


@pytest.mark.parametrize(
    "words",
    ["i want to change the bank for my bank draft", "my card expired", "the bank draft", "is a credit on it?", "60"],
)
def test_mentioning_a_card_or_bank_does_not_pay_with_it(words: str) -> None:
    assert not names_method_to_pay(words, answers=False)


def test_the_bare_word_counts_only_as_an_answer() -> None:
    assert names_method_to_pay("card i guess", answers=True)
    assert not names_method_to_pay("card i guess", answers=False)


def test_last_four_of_a_method_are_not_a_phone() -> None:
    assert extract_method_last4("the one ending 6789") == "6789"
    assert parse_last4("pay with the card ending in 9999", None) is None
    assert parse_last4("my phone ending in 9999", None) == "9999"


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("i need to pay the bill but not till the 5th", True),
        ("pay it tomorrow with card", True),
        ("pay my electric bill", True),
        ("pay half of my bill", False),
        ("i can't pay my bill", False),
        ("pay 40 on my bill", False),
        ("can i pay my bill?", False),
        ("pay some of it", False),
    ],
)
def test_a_bill_is_paid_whole_unless_a_part_is_named(words: str, whole: bool) -> None:
    assert pays_whole_bill(words) is whole


def test_how_much_it_is_asks_for_the_bill_and_not_the_fee() -> None:
    assert asks_amount_owed("how much is it")
    assert not asks_amount_owed("how much is the fee")


@pytest.mark.parametrize(
    "words", ["0069 new exp 8/30", "my card expired but i got a new one", "update the card on file"]
)
def test_new_card_date_differs_from_a_payment(words: str) -> None:
    assert asks_to_update_card(words)


@pytest.mark.parametrize("words", ["pay with my new card", "my auto pay card expired, got a new one", "pay 40 on 8/30"])
def test_other_card_requests_are_not_updates(words: str) -> None:
    assert not asks_to_update_card(words)


def test_the_next_run_is_asked_about() -> None:
    assert asks_about_next_payment("wait, will that cancel the december one too")
    assert not asks_about_next_payment("yes stop it")
