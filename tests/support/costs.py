"""Measures processor time, so that neither a busy machine nor the first compilation of a pattern counts."""

from __future__ import annotations

from collections.abc import Callable
from time import thread_time

TRIES = 3


def cost_of(work: Callable[[], object]) -> float:
    """Seconds of processor time of this thread: the lowest of three runs."""
    return min(_once(work) for _ in range(TRIES))


def _once(work: Callable[[], object]) -> float:
    started = thread_time()
    work()
    return thread_time() - started
