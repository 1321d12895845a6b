"""A job on a terminal: how far it has come, how fast it goes, how long it still takes; Ctrl-C ends it cleanly."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from datetime import date
from typing import Any, TextIO

from backend.app import Backend
from backend.errors import MemberlineError
from backend.jobs.progress import JobProgress, watch
from backend.jobs.service import run_named_job

SHOW_SECONDS = 0.5
STOPPING = "Ending after what is in hand. Ctrl-C again breaks it off; run the job again to go on."


class TerminalProgress(JobProgress):
    """Writes one line that it goes on replacing, or nothing where `out` is no terminal."""

    def __init__(self, out: TextIO) -> None:
        super().__init__()
        self._out = out
        self._step, self._total, self._done = "", 0, 0
        self._begun_at = self._shown_at = 0.0

    def begin(self, step: str, total: int) -> None:
        self._end_line()
        self._step, self._total, self._done = step, total, 0
        self._begun_at = time.monotonic()

    def advance(self) -> None:
        self._done += 1
        if time.monotonic() - self._shown_at >= SHOW_SECONDS or self._done == self._total:
            self._show()

    def stop(self) -> None:
        """Begin nothing new; said on a line of its own."""
        self.is_stopping = True
        self._end_line()
        print(STOPPING, file=self._out, flush=True)

    def describe(self, seconds: float) -> str:
        """The line after so many seconds: `drafts: 1,200 of 80,000, 44 a second, 30 min left`."""
        rate = self._done / seconds if seconds > 0 else 0.0
        left = _format_span((self._total - self._done) / rate) if rate else "?"
        return (
            f"{self._step}: {self._done:,} of {self._total:,}, {rate:.{0 if rate >= 10 else 1}f} a second, {left} left"
        )

    def _show(self) -> None:
        if self._out.isatty():
            self._shown_at = time.monotonic()
            print(f"\r\033[K{self.describe(self._shown_at - self._begun_at)}", end="", file=self._out, flush=True)

    def _end_line(self) -> None:
        if self._shown_at and self._out.isatty():
            print(file=self._out, flush=True)
            self._shown_at = 0.0


def _format_span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


async def run_watched(backend: Backend, name: str, on: date) -> dict[str, Any]:
    """Run the job as run_named_job does. The result of one that was ended by Ctrl-C has `stopped`."""
    progress = TerminalProgress(sys.stderr)
    watch(progress)
    work = asyncio.create_task(run_named_job(backend, name, on))

    def interrupt() -> None:
        if progress.is_stopping:
            work.cancel()
        else:
            progress.stop()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        await asyncio.wait((work,))
    finally:
        work.cancel()
        loop.remove_signal_handler(signal.SIGINT)
        progress.begin("", 0)  # ends the line
    if work.cancelled():
        raise MemberlineError(f"the job {name!r} was broken off and can be run again")
    return {**work.result(), "stopped": True} if progress.is_stopping else work.result()
