"""Money in words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.money import format_balance, format_cents, share_of


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
def test_no_cent_is_lost(cents: int) -> None:
    plain = format_cents(cents).replace("$", "").replace(",", "").replace(".", "")
    assert int(plain) == cents


@pytest.mark.parametrize(("due", "text"), [(11240, "$112.40"), (0, "$0.00"), (-2500, "$25.00 credit")])
def test_a_balance_in_words(due: int, text: str) -> None:
    assert format_balance(due) == text


@pytest.mark.parametrize(
    ("cents", "parts", "whole", "share"),
    [
        (11241, 1, 2, 5621),
        (11240, 1, 2, 5620),
        (1, 1, 2, 1),
        (101, 1, 4, 25),
        (102, 1, 4, 26),
        (11240, 30_00, 100_00, 3372),
        (11245, 50_00, 100_00, 5623),
        (99, 1, 100, 1),
        (49, 1, 100, 0),
        (0, 1, 2, 0),
    ],
)
def test_half_a_cent_goes_up(cents: int, parts: int, whole: int, share: int) -> None:
    assert share_of(cents, parts, whole) == share


def test_half_of_an_odd_bill_is_rounded_the_same_everywhere() -> None:
    from backend.arrangement.plan import resolve_share
    from backend.programs.rules import compute_levelized
    from backend.reading.back_references import resolve_half
    from backend.reading.money.amount import parse_amount
    from backend.reading.money.amount_choice import Amount

    bills: Any = [SimpleNamespace(amount_cents=11241), SimpleNamespace(amount_cents=0)]
    assert parse_amount("half of it", 11241) == parse_amount("50%", 11241) == Amount(5621)
    assert (
        resolve_half("half of that", 11241)
        == resolve_share("1/2", 11241, 11241)
        == resolve_share("percent 5000", 11241, 0)
        == 5621
    )
    assert compute_levelized(bills) == 5621
