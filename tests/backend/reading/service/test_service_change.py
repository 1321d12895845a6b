"""Whether service starts, stops or moves."""

import pytest

from backend.reading.service.service_change import extract_kind


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("my renters are moving out on the 30th, so put the power back in my name", "start"),
        ("we are moving out on the 30th", "stop"),
        ("I want it out of my name, I am moving out", "stop"),
        ("my tenants move out and it all goes back into my own name", "start"),
    ],
)
def test_kind(words: str, kind: str) -> None:
    assert extract_kind(words) == kind
