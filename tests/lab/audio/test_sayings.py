"""How callers say their numbers."""

from __future__ import annotations

import pytest

from lab.audio import sayings


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("groups", "two zero four, one seven, zero zero one"),
        ("run", "two zero four one seven zero zero one"),
        ("dash", "two zero four one seven dash zero zero one"),
        ("oh", "two oh four, one seven, oh oh one"),
        ("lead", "it's two zero four, one seven, zero zero one"),
    ],
)
def test_forms_of_a_member_number(form: str, words: str) -> None:
    assert sayings.say_member_number("20417-001", form) == words


@pytest.mark.parametrize(
    ("digits", "form", "words"),
    [
        ("4242", "pairs", "forty two, forty two"),
        ("0519", "pairs", "oh five, nineteen"),
        ("2030", "pairs", "twenty, thirty"),
        ("0142", "oh", "oh one four two"),
        ("0142", "run", "zero one four two"),
        ("0142", "lead", "it's zero one four two"),
    ],
)
def test_forms_of_the_last_four(digits: str, form: str, words: str) -> None:
    assert sayings.say_last4(digits, form) == words
