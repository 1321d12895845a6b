"""The progress line: on a terminal alone, with the time left."""

from __future__ import annotations

import io

import pytest

from backend.progress import Progress, StepProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_where_nobody_looks_nothing_is_written() -> None:
    stream = io.StringIO()
    with Progress(10, "Reading", stream) as progress:
        progress.advance(10)
    assert stream.getvalue() == ""


def test_the_line_ends_with_the_work_also_by_an_error() -> None:
    stream = Terminal()

    def work() -> None:
        with Progress(10, "Reading", stream) as progress:
            progress.advance(3, "Reading bills.csv")
            raise ValueError("bad row")

    with pytest.raises(ValueError, match="bad row"):
        work()
    assert stream.getvalue().endswith("\n")
    assert "Reading bills.csv" in stream.getvalue()
    assert "30% 3 of 10" in stream.getvalue()


def test_the_time_left_follows_the_pace_so_far() -> None:
    progress = Progress(4_000, "Sending", Terminal())
    progress.reach(1_000)
    assert progress.line(elapsed=100.0).endswith("25% 1,000 of 4,000  5:00 left")
    assert progress.line(elapsed=0.5).endswith("1,000 of 4,000")  # too early for a guess
    progress.reach(4_000)
    assert progress.line(elapsed=3_725.0).endswith("100% 4,000 of 4,000  1:02:05")


def test_an_unknown_total_shows_what_is_done_and_how_long_it_takes() -> None:
    progress = Progress(None, "Training", Terminal())
    assert progress.line(elapsed=65.0) == "Training 1:05"


def test_each_step_has_a_line_of_its_own() -> None:
    stream = Terminal()
    with StepProgress(stream) as progress:
        for step, done, total in (("bills.csv", 0, 10), ("bills.csv", 5, 10), ("bills.csv: writing", 0, 0)):
            progress.show(step, done, total)
    first, second = stream.getvalue().removesuffix("\n").split("\n")
    assert "bills.csv [" in first
    assert "50% 5 of 10" in first
    assert "bills.csv: writing 0:00" in second
