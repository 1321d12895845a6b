"""Days before the due date in members' words, and reminders at one moment."""

from __future__ import annotations

import pytest

from backend.alerts.reminder_days import find_reminder_days, wants_single_reminder


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("two weeks before and three days before", [14, 3]),
        ("nine days, not two", [9]),
        ("4 days before the day it's due", [4]),
        ("the day it is due", [0]),
        ("2 days and the same day", [2, 0]),
        ("text me", []),
    ],
)
def test_days(text: str, days: list[int]) -> None:
    assert find_reminder_days(text) == days


@pytest.mark.parametrize(
    "text", ["text. tmrw at 8 am", "just once, on monday", "a reminder tomorrow that I have to pay"]
)
def test_one_moment(text: str) -> None:
    assert wants_single_reminder(text, is_about_reminders=True)


@pytest.mark.parametrize(
    "text",
    [
        "yes turn it on today",
        "no, pay it tomorrow",
        "my bill is due tomorrow",
        "remind me before friday",
        "text me when my bill is due",
        "text",
    ],
)
def test_no_single_moment(text: str) -> None:
    assert not wants_single_reminder(text, is_about_reminders=True)
