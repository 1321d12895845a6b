"""The last four digits of the phone on file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.reading.numbers.phone_last4 import parse_last4


@pytest.mark.parametrize(
    "text",
    ["0142", " 0 1 4 2 ", "oh one four two", "zero one forty two", "oh one forty-two", "the last four is 0142",
     "last 4 0142", "last four oh one four two", "it ends in 0142", "ending 0142", "0142 is the last four of my phone",
     "555-555-0142", "(555) 555-0142", "+1 555 555 0142", "5555550142", "15555550142", "my phone is 555.555.0142",
     "five five five, five five five, oh one four two", "4576 no wait 0142", "last four is 0124, sorry, 0142",
     "not 0124, 0142", "it's 0142 and I want to pay $50", "99999-001 and 0142", "0142, and pay 1500 dollars",
     "my member number is 99999-001 and the last four is 0142", "the phone ends with 0142 thanks"],
)  # fmt: skip
def test_the_last_four_in_many_forms(text):
    assert parse_last4(text) == "0142"


@pytest.mark.parametrize(
    "text", ["", "hello", "142", "one four two", "99999-001", "99999", "$5000", "84.50", "fifty bucks", "12345678"]
)
def test_not_the_last_four(text):
    assert parse_last4(text) is None


@pytest.mark.parametrize(
    ("text", "digits"),
    [("0142", None), ("1500", None), ("last four is 0142", "0142"), ("my phone is 555-555-0142", "0142"),
     ("pay 1500 to 99999-001", None)],
)  # fmt: skip
def test_unasked_it_must_be_named(text, digits):
    assert parse_last4(text, asked="amount") == digits


@pytest.mark.parametrize(
    "text",
    ["I have a new Visa card which replaces the one ending 4242", "change my autopay card ending in 4242",
     "99999-001, card ending 4242", "the last four of my card is 4242", "my new card ends in 8817",
     "checking, the one that ends in 6789"],
)  # fmt: skip
@pytest.mark.parametrize("asked", ["last4", None])
def test_a_cards_or_bank_accounts_last_four_are_nobodys_phone(text, asked):
    assert parse_last4(text, asked) is None


@pytest.mark.parametrize(
    "text", ["my card expired, the last four are 0142", "not the card ending 4242: the phone ending 0142"]
)
def test_phone_next_to_a_card(text):
    assert parse_last4(text, None) == "0142"


@given(st.text("0123456789", min_size=4, max_size=4), st.text("23456789", min_size=3, max_size=3))
def test_the_end_of_a_whole_phone_number(last4, area):
    for text in (f"{area}-555-{last4}", f"({area}) 555-{last4}", f"+1{area}555{last4}", f"{area}555{last4}"):
        assert parse_last4(text) == last4


@given(st.text(max_size=300))
def test_any_text_is_read_without_errors(text):
    digits = parse_last4(text)
    assert digits is None or (len(digits) == 4 and digits.isdigit())
