"""Times to call back, read and put within opening hours."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from backend.reading.dates.call_time import find_call_start, parse_call_time
from backend.reading.hazards.danger_words import detect_danger

ZONE = ZoneInfo("America/Chicago")
HOURS = {day: (time(8), time(16, 30)) for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}


def span_on(day: date) -> tuple[time, time] | None:
    """Closed on a holiday, the Thursday of that week."""
    return None if day == date(2026, 11, 26) else HOURS.get(f"{day:%A}".lower())


SUNDAY = datetime(2026, 11, 22, 17, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("message", "when"),
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
        ("right now", "2026-11-23 08:00"),
        ("tomorrow before noon", "2026-11-23 08:00"),
        ("tomorrow between 2 and 4", "2026-11-23 14:00"),
        ("tomorrow evening", None),
        ("monday at ten, it concerns the night rate", "2026-11-23 10:00"),
        ("tomorrow night", None),
        ("tonight", None),
        ("in an hour", None),
        ("at 12 am", None),
        ("thursday at 10", None),
        ("friday at 10", "2026-11-27 10:00"),
        ("tomorrow, but make it eleven, I see the dentist first", "2026-11-23 11:00"),
        ("tuesday and 2:30 instead please", "2026-11-24 14:30"),
    ],
)
def test_times(message: str, when: str | None) -> None:
    moment = parse_call_time(message, SUNDAY.date(), HOURS)
    assert moment is not None
    found = find_call_start(moment, SUNDAY, span_on)
    assert (f"{found:%Y-%m-%d %H:%M}" if found else None) == when


@pytest.mark.parametrize(
    ("message", "when"),
    [
        ("in an hour", "2026-11-23 11:30"),
        ("in half an hour", "2026-11-23 11:00"),
        ("in 20 minutes", "2026-11-23 10:50"),
        ("in two hours", "2026-11-23 12:30"),
        ("as soon as you can", "2026-11-23 10:30"),
        ("today at 9", None),
        ("at 9", "2026-11-24 09:00"),
        ("first thing", "2026-11-24 08:00"),
        ("first thing tomorrow", "2026-11-24 08:00"),
        ("this afternoon", "2026-11-23 13:00"),
    ],
)
def test_times_in_the_middle_of_a_working_day(message: str, when: str | None) -> None:
    now = datetime(2026, 11, 23, 10, 30, 20, tzinfo=ZONE)
    moment = parse_call_time(message, now.date(), HOURS)
    assert moment is not None
    found = find_call_start(moment, now, span_on)
    assert (f"{found:%Y-%m-%d %H:%M}" if found else None) == when


def test_over_midnight_and_the_holiday() -> None:
    late = datetime(2026, 11, 25, 23, 59, tzinfo=ZONE)
    moment = parse_call_time("as soon as possible", late.date(), HOURS)
    assert moment is not None
    assert f"{find_call_start(moment, late, span_on):%Y-%m-%d %H:%M}" == "2026-11-27 08:00"


@pytest.mark.parametrize(
    ("message", "vague"),
    [("tomorrow at 10", False), ("tomorrow morning", True), ("asap", True), ("between 2 and 4", True)],
)
def test_whose_hour_it_is(message: str, vague: bool) -> None:
    moment = parse_call_time(message, SUNDAY.date(), HOURS)
    assert moment is not None
    assert moment.is_vague == vague


def test_day_alone_is_not_a_time() -> None:
    moment = parse_call_time("friday", SUNDAY.date(), HOURS)
    assert moment is not None
    assert (moment.time_of_day, find_call_start(moment, SUNDAY, span_on)) == (None, None)
    assert parse_call_time("blue", SUNDAY.date(), HOURS) is None


@pytest.mark.parametrize(
    "message",
    [
        "a line is down in my yard",
        "sparks from the pole",
        "i smell burning",
        "wires are hanging low",
        "i got shocked",
        "the meter is hanging off the wall",
        "the meter is on fire",
        "the light pole is down",
        "my house is on fire call the fire department",
        "i need help the line is down",
        "the pole is burning out here",
    ],
)
def test_danger(message: str) -> None:
    assert detect_danger(message)


@pytest.mark.parametrize(
    "message",
    [
        "the power is down",
        "no sparks, just dark",
        "is the website down",
        "pay my bill",
        "my meter is broken",
        "the yard light is burnt out",
        "my bulbs keep burning out",
        "the pole light is broken",
        "my fire number is 4471",
        "the tree service needs the line down wednesday",
    ],
)
def test_no_danger(message: str) -> None:
    assert not detect_danger(message)
