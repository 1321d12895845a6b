"""The office's hours and times in the language of the talk."""

from __future__ import annotations

from datetime import time

import pytest

from backend.config import ROOT
from backend.coop import format_at_clock, load_coop
from backend.language import use_language


@pytest.mark.parametrize(
    ("language", "hours"),
    [("en", "Monday to Friday 8:00 AM to 4:30 PM"), ("es", "de lunes a viernes de 8:00 AM a 4:30 PM")],
)
def test_the_hours(language: str, hours: str) -> None:
    with use_language(language):
        assert load_coop(ROOT / "coop.toml").hours_text == hours


@pytest.mark.parametrize(
    ("language", "at", "expected"),
    [
        ("en", time(13), "at 1:00 PM"),
        ("es", time(13), "a la 1:00 PM"),
        ("es", time(10, 30), "a las 10:30 AM"),
    ],
)
def test_a_time(language: str, at: time, expected: str) -> None:
    with use_language(language):
        assert format_at_clock(at) == expected
