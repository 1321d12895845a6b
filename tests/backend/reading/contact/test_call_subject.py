"""What a call is about, and words that cancel it."""

from __future__ import annotations

import pytest

from backend.reading.contact.call_requests import cancels_call
from backend.reading.contact.call_subject import extract_subject


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ("have someone call me back about my deposit", "my deposit"),
        ("please call me back", None),
        ("call me tomorrow at 10 at 815-555-0123", None),
        ("i want to dispute a charge with a real person", "i want to dispute a charge with a real person"),
        ("que alguien me llame sobre mi medidor", "mi medidor"),
    ],
)
def test_call_subject(words: str, subject: str | None) -> None:
    assert extract_subject(words) == subject


@pytest.mark.parametrize(
    "words",
    ["cancel the call back", "don't call me", "i no longer need a call", "forget the call", "do not call me anymore"],
)
def test_taking_a_call_back(words: str) -> None:
    assert cancels_call(words)


@pytest.mark.parametrize("words", ["call me", "don't call me before 10", "call me back tomorrow", "i can't call"])
def test_wanting_a_call(words: str) -> None:
    assert not cancels_call(words)
