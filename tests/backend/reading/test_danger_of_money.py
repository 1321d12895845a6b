"""A bill that shocks is no danger; a shock beside a bill is one."""

from __future__ import annotations

import pytest

from backend.reading.hazards.danger_words import detect_danger


@pytest.mark.parametrize(
    "words",
    [
        "my bill shocked me this month",
        "i was shocked to see how high my bill is",
        "i was shocked at my bill",
        "this bill is such a shock",
        "sticker shock on my bill",
        "the water heater trips the breaker",
    ],
)
def test_a_bill_that_shocks_is_none(words: str) -> None:
    assert not detect_danger(words)


@pytest.mark.parametrize(
    "words",
    [
        "pay my bill, the meter is on fire",
        "pay my bill my son got shocked",
        "my son got shocked and i want to pay my bill",
        "she was shocked by the meter",
        "there is water in the basement up to the outlets",
        "shocked, how much is my bill",
        "i got shocked by the fridge and the bill",
    ],
)
def test_danger_beside_a_bill_is_heard(words: str) -> None:
    assert detect_danger(words)
