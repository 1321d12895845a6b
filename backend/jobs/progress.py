"""How far a run has come, for whoever watches it, and the wish that it should end early."""

from __future__ import annotations

from contextvars import ContextVar


class JobProgress:
    """Watches the run of a job. This one does not show anything; the terminal's does."""

    def __init__(self) -> None:
        self.is_stopping = False
        """Nothing new is begun any more; what is in hand is brought to its end."""

    def begin(self, step: str, total: int) -> None:
        """The step named `step` has `total` items."""

    def advance(self) -> None:
        """One item of the step is done."""


_watching: ContextVar[JobProgress | None] = ContextVar("memberline_progress", default=None)


def watch(progress: JobProgress) -> None:
    """Show what is run from here on, in this task and those that it starts, to `progress`."""
    _watching.set(progress)


def current_progress() -> JobProgress:
    return _watching.get() or JobProgress()
