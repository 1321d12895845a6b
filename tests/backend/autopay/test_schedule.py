"""When an automatic payment runs next."""

from __future__ import annotations

from datetime import date

import pytest

from backend.autopay.schedule import next_run_day, runs_after_due_date


@pytest.mark.parametrize(
    ("day", "due_on", "today", "expected"),
    [
        (None, date(2026, 12, 4), date(2026, 11, 18), date(2026, 12, 4)),
        (None, date(2026, 11, 18), date(2026, 11, 18), date(2026, 11, 18)),
        (None, date(2026, 11, 17), date(2026, 11, 18), None),
        (None, None, date(2026, 11, 18), None),
        (18, None, date(2026, 11, 18), date(2026, 11, 18)),
        (17, None, date(2026, 11, 18), date(2026, 12, 17)),
        (31, None, date(2026, 11, 18), date(2026, 11, 30)),
        (31, None, date(2026, 12, 31), date(2026, 12, 31)),
        (1, None, date(2026, 12, 31), date(2027, 1, 1)),
        (30, None, date(2027, 2, 1), date(2027, 2, 28)),
        (29, None, date(2028, 2, 1), date(2028, 2, 29)),
        (29, None, date(2027, 1, 30), date(2027, 2, 28)),
    ],
)
def test_the_next_run(day: int | None, due_on: date | None, today: date, expected: date | None) -> None:
    assert next_run_day(day, due_on, today) == expected


@pytest.mark.parametrize(
    ("day", "issued_on", "due_on", "late"),
    [
        (31, date(2026, 11, 10), date(2026, 11, 30), True),  # in time in November, a day late in December
        (30, date(2026, 11, 10), date(2026, 11, 30), False),
        (30, date(2027, 2, 8), date(2027, 2, 28), True),  # February's last day, and two days late in March
        (28, date(2027, 2, 8), date(2027, 2, 28), False),
        (5, date(2026, 11, 10), date(2026, 11, 30), True),
        (15, date(2026, 11, 10), date(2026, 11, 30), False),
        (3, date(2026, 11, 20), date(2026, 12, 5), False),
    ],
)
def test_late_day_is_late_in_any_month(day: int, issued_on: date, due_on: date, late: bool) -> None:
    assert runs_after_due_date(day, issued_on, due_on) is late
