"""How far a long command has come, and the time left, on standard error: only where that is a terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TextIO

BAR_WIDTH = 24  # characters
REDRAW_SECONDS = 0.2
TOO_EARLY_SECONDS = 1.0
"""Before that a guess of the time left would jump."""


class Progress:
    """Counts steps toward `total` and draws one line; `total` None: it is not known how many there will be.

    Use it in a `with` statement, so that the line ends when the work does, also by an error.
    """

    def __init__(self, total: int | None, label: str, stream: TextIO | None = None) -> None:
        self.total = total
        self.label = label
        self.done = 0
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty()
        self._began = time.monotonic()
        self._drawn_at = 0.0

    def __enter__(self) -> Progress:
        self._draw()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()

    def advance(self, steps: int = 1, label: str | None = None) -> None:
        """Count `steps` more as done, and name what is being done now."""
        self.done += steps
        self._redraw(label)

    def reach(self, done: int, label: str | None = None) -> None:
        """As `advance`, for who knows how many are done in all."""
        self.done = done
        self._redraw(label)

    def close(self) -> None:
        """Draw the end state and end the line; more calls do nothing."""
        if self._shown:
            self._draw()
            self._stream.write("\n")
            self._stream.flush()
            self._shown = False

    def _redraw(self, label: str | None) -> None:
        renamed = label is not None and label != self.label
        self.label = label if label is not None else self.label
        if self._shown and (renamed or time.monotonic() - self._drawn_at >= REDRAW_SECONDS):
            self._draw()

    def _draw(self) -> None:
        if self._shown:
            self._drawn_at = time.monotonic()
            # ESC [ K clears what a longer line left behind
            self._stream.write(f"\r{self.line(self._drawn_at - self._began)}\x1b[K")
            self._stream.flush()

    def line(self, elapsed: float) -> str:
        """What is drawn after `elapsed` seconds."""
        if not self.total:
            return f"{self.label} {self.done:,}  {_clock(elapsed)}" if self.done else f"{self.label} {_clock(elapsed)}"
        share = min(1.0, self.done / self.total)
        bar = "#" * round(share * BAR_WIDTH)
        text = f"{self.label} [{bar:<{BAR_WIDTH}}] {share:4.0%} {self.done:,} of {self.total:,}"
        if share >= 1.0:
            return f"{text}  {_clock(elapsed)}"
        if elapsed < TOO_EARLY_SECONDS or not self.done:
            return text
        return f"{text}  {_clock(elapsed / share - elapsed)} left"


class StepProgress:
    """A line of its own for each step of a work that tells its step, what is done of it, and of how much."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._line: Progress | None = None

    def __enter__(self) -> StepProgress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._close()

    def show(self, step: str, done: int, total: int) -> None:
        """`done` of `total` in any unit; 0 of 0 where nobody can tell."""
        if self._line is None or step != self._line.label:
            self._close()
            self._line = Progress(total or None, step, self._stream).__enter__()
        self._line.reach(done)

    def _close(self) -> None:
        if self._line:
            self._line.close()


def _clock(seconds: float) -> str:
    """`0:07`, `12:30`, `1:02:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
