"""Money in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.money import format_balance, format_cents


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (11240, "$112.40"),
        (0, "$0.00"),
        (5, "$0.05"),
        (-5, "-$0.05"),
        (-2500, "-$25.00"),
        (100_000, "$1,000.00"),
        (123_456_789, "$1,234,567.89"),
    ],
)
def test_cents_in_words(cents: int, text: str) -> None:
    assert format_cents(cents) == text


@given(st.integers(-(10**12), 10**12))
def test_no_cent_is_lost_on_the_way(cents: int) -> None:
    plain = format_cents(cents).replace("$", "").replace(",", "").replace(".", "")
    assert int(plain) == cents


@pytest.mark.parametrize(("due", "text"), [(11240, "$112.40"), (0, "$0.00"), (-2500, "$25.00 credit")])
def test_a_balance_in_words(due: int, text: str) -> None:
    assert format_balance(due) == text
