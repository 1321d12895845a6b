"""Digits of a number that was read back are corrected by naming them."""

from __future__ import annotations

import pytest

from backend.reading.numbers.digit_corrections import correct_digits

NUMBER = "99999002"


@pytest.mark.parametrize(
    "words",
    [
        "not two, one",
        "not 2 1",
        "no, not a two, a one",
        "that's wrong, not two, one",
        "no not to, one",
        "it's one, not two",
        "one instead of two",
        "the two should be a one",
        "change the 2 to a 1",
        "not zero zero two, zero zero one",
        "the last one is a one",
        "the last three are 001",
        "it ends in 001",
        "no, 001",
        "no, zero zero one",
        "not two but one",
    ],
)
def test_the_digit_named_is_replaced(words: str) -> None:
    found = correct_digits(words, NUMBER)
    assert found is not None
    assert found.digits == "99999001"


def test_a_digit_that_occurs_more_than_once_is_not_guessed() -> None:
    found = correct_digits("not nine, eight", NUMBER)
    assert found is not None
    assert found.digits is None


@pytest.mark.parametrize(
    "words",
    ["no", "hello", "not three, one", "0142 not 0124", "the last four are 0142", "ends in 0142", "001", "not two"],
)
def test_other_words_correct_no_digits(words: str) -> None:
    assert correct_digits(words, NUMBER) is None
