"""One line on a terminal that tells how far a long command is, and how long it will still take."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TextIO

INTERVAL = 0.2
"""Seconds between two writes."""
WIDTH = 78


class ProgressLine:
    """Overwrites itself. Shows nothing where the stream is no terminal."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty()
        self._step, self._began, self._wrote = "", 0.0, 0.0

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown and self._step:
            self._write("")

    def show(self, step: str, done: int, of: int) -> None:
        """`done` of `of` in any unit; 0 of 0 where nobody can tell."""
        if not self._shown:
            return
        now = time.monotonic()
        if step != self._step:
            self._step, self._began, self._wrote = step, now, 0.0
        if now - self._wrote >= INTERVAL:
            self._wrote = now
            self._write(format_progress(step, done, of, now - self._began))

    def _write(self, text: str) -> None:
        self._stream.write(f"\r{text[:WIDTH]:<{WIDTH}}\r{text[:WIDTH]}")
        self._stream.flush()


def format_progress(step: str, done: int, of: int, seconds: float) -> str:
    """`bills.csv 40%, 12 s left`. `seconds` since the step began."""
    if of <= 0:
        return f"{step} ..."
    share = min(done / of, 1.0)
    if share <= 0 or seconds < 1:
        return f"{step} {share:.0%}"
    left = round(seconds / share * (1 - share))
    said = f"{left // 60} min {left % 60:02d} s" if left >= 60 else f"{left} s"
    return f"{step} {share:.0%}, {said} left"
