"""The same place in other words, and words that name no spot."""

from __future__ import annotations

import pytest

from backend.tickets.place_matching import is_specific_place, make_place_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 Oak Road, Elizabeth", "12 oak rd"),
        ("12 Oak Rd Elizabeth IL 61028", "12 OAK ROAD."),
        ("2231 County Road 12", "2231 cr 12"),
        ("Hanover, 88 River Street", "88 river st"),
        ("510 North Prairie Avenue", "510 n prairie ave"),
        ("Calle Núñez 5", "calle nunez 5"),
    ],
)
def test_the_same_place(one: str, other: str) -> None:
    assert make_place_key(one) == make_place_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("12 Oak Road", "14 Oak Road"), ("12 Oak Road", "12 Oakland Road"), ("County Road 12", "County Road 14")],
)
def test_another_place(one: str, other: str) -> None:
    assert make_place_key(one) != make_place_key(other)


def test_words_that_may_be_anywhere() -> None:
    assert is_specific_place(make_place_key("12 Oak Road"))
    assert not is_specific_place(make_place_key("by the church"))
    assert not is_specific_place(make_place_key("12"))
