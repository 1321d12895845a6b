"""What follows a failed try, by its code."""

from __future__ import annotations

from datetime import date

import pytest

from backend.autopay.rules import FailureAction, decide_failure_action

ON = date(2026, 12, 8)


@pytest.mark.parametrize(
    ("code", "attempts", "first_on", "expected"),
    [
        ("R01", 1, ON, FailureAction("retry", date(2026, 12, 11))),
        ("R09", 2, ON, FailureAction("retry", date(2026, 12, 15))),
        ("R01", 3, ON, FailureAction("give_up")),
        ("R01", 1, date(2026, 6, 14), FailureAction("retry", date(2026, 12, 11))),
        ("R01", 1, date(2026, 6, 13), FailureAction("give_up")),
        ("R07", 1, ON, FailureAction("end")),
        ("R10", 1, ON, FailureAction("end")),
        ("R02", 1, ON, FailureAction("end")),
        ("R08", 1, ON, FailureAction("give_up")),
        ("insufficient_funds", 1, ON, FailureAction("retry", date(2026, 12, 11))),
        ("insufficient_funds", 3, ON, FailureAction("give_up")),
        ("lost_card", 1, ON, FailureAction("give_up")),
        (None, 1, ON, FailureAction("give_up")),
    ],
)
def test_the_sequel(code: str | None, attempts: int, first_on: date, expected: FailureAction) -> None:
    assert decide_failure_action(code, attempts=attempts, first_on=first_on, tried_on=ON) == expected
