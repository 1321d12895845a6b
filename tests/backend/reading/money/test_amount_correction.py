"""A misheard amount is taken back by naming the right one; nothing else makes a new amount."""

from __future__ import annotations

import pytest

from backend.reading.money.amount_correction import correct_amount, is_plain_sum
from backend.reading.money.payment_words import is_unmarked_sum


@pytest.mark.parametrize(
    "words",
    ["not fifteen, fifty", "not fifteen fifty", "no not 15, 50", "fifty, not fifteen", "I said fifty", "no, it's 50",
     "that's wrong, I meant fifty dollars", "make it fifty", "not 15 but 50"],
)  # fmt: skip
def test_names_the_right_amount(words: str) -> None:
    assert correct_amount(words, 1500) == 5000


@pytest.mark.parametrize(
    "words", ["not fifteen", "not twenty, fifty", "it's fine", "not today, Friday", "I said fifteen"]
)
def test_other_words_name_none(words: str) -> None:
    assert correct_amount(words, 1500) is None


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("fifteen dollars", True),
        ("um, forty dollars and 25 cents please", True),
        ("fifteen, is there a fee", False),
        ("is it fifteen dollars?", False),
        ("fifteen days", False),
    ],
)
def test_a_plain_sum(words: str, plain: bool) -> None:
    assert is_plain_sum(words) == plain


@pytest.mark.parametrize(
    ("words", "unmarked"),
    [("11240", True), ("1 1 2 4 0", True), ("11,240", True), ("5025", True), ("50.25", False), ("112.40", False),
     ("$50", False), ("50", False), ("1500 dollars", False)],
)  # fmt: skip
def test_a_sum_without_its_point(words: str, unmarked: bool) -> None:
    assert bool(is_unmarked_sum(words)) == unmarked
