"""The line that tells how far a long command is."""

from __future__ import annotations

import pytest

from bot.commands.progress import format_progress


@pytest.mark.parametrize(
    ("done", "of", "seconds", "said"),
    [
        (0, 0, 5.0, "bills.csv ..."),
        (1, 4, 0.5, "bills.csv 25%"),
        (1, 4, 10.0, "bills.csv 25%, 30 s left"),
        (1, 10, 30.0, "bills.csv 10%, 4 min 30 s left"),
        (5, 4, 30.0, "bills.csv 100%, 0 s left"),
    ],
)
def test_the_time_left_is_told(done: int, of: int, seconds: float, said: str) -> None:
    assert format_progress("bills.csv", done, of, seconds) == said
