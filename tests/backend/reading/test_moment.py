"""Times to call back, read and put within opening hours."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from backend.reading.danger import danger_in
from backend.reading.moment import call_time, read_moment

ZONE = ZoneInfo("America/Chicago")
HOURS = {day: (time(8), time(16, 30)) for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
SUNDAY = datetime(2026, 11, 22, 17, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("tomorrow morning", "2026-11-23 09:00"),
        ("at 10", "2026-11-23 10:00"),
        ("monday at 2", "2026-11-23 14:00"),
        ("half past two", "2026-11-23 14:30"),
        ("2:15 pm on tuesday", "2026-11-24 14:15"),
        ("tomorrow at noon", "2026-11-23 12:00"),
        ("first thing tomorrow", "2026-11-23 08:00"),
        ("as soon as possible", "2026-11-23 08:00"),
        ("saturday at 10", None),
        ("at 7 pm", None),
        ("today at 3", None),
    ],
)
def test_times(said: str, when: str | None) -> None:
    moment = read_moment(said, SUNDAY.date(), HOURS)
    assert moment is not None
    found = call_time(moment, SUNDAY, HOURS)
    assert (f"{found:%Y-%m-%d %H:%M}" if found else None) == when


def test_a_day_alone_is_no_time_yet() -> None:
    moment = read_moment("friday", SUNDAY.date(), HOURS)
    assert moment is not None
    assert (moment.at, call_time(moment, SUNDAY, HOURS)) == (None, None)
    assert read_moment("blue", SUNDAY.date(), HOURS) is None


@pytest.mark.parametrize(
    "said",
    ["a line is down in my yard", "sparks from the pole", "i smell burning", "wires are hanging low", "i got shocked"],
)
def test_danger(said: str) -> None:
    assert danger_in(said)


@pytest.mark.parametrize("said", ["the power is down", "no sparks, just dark", "is the website down", "pay my bill"])
def test_no_danger(said: str) -> None:
    assert not danger_in(said)
