"""Which of several payments a message speaks of."""

from __future__ import annotations

import pytest

from backend.reading.money.arrangement_talk import extract_payment_position


@pytest.mark.parametrize(
    ("words", "place"), [("make the second payment 60", 1), ("the last one on friday", 2), ("make it 60", None)]
)
def test_which_payment(words: str, place: int | None) -> None:
    assert extract_payment_position(words, 3)[0] == place
