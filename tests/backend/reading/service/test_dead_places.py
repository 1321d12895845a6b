"""Where the power is out, in a report that names other places too."""

from __future__ import annotations

import pytest

from backend.reading.service.dead_places import parts_without_power


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("the shop is dark, the house has power", ["the shop is dark"]),
        ("lights are out at the shed but the house is ok", ["lights are out at the shed"]),
        ("we have a house and a shop. it's the shop that's out", ["it's the shop that's out"]),
        ("something at the shop", ["something at the shop"]),
        ("the house is not ok", ["the house is not ok"]),
    ],
)
def test_the_parts_that_tell_of_an_outage(text: str, parts: list[str]) -> None:
    assert parts_without_power(text) == parts
