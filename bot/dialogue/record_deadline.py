"""The deadline for recording a message. After it the sender is told that it was not recorded, and that must be true."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")

RECORD_SECONDS = 8.0
COMMIT_SECONDS = 3.0
"""Extra time for a commit that has begun. Both together stay below the 15 seconds that Twilio waits."""


class MessageNotRecorded(Exception):
    """A message was not recorded in time. Unless `known`, it may have been recorded all the same."""

    def __init__(self, known: bool) -> None:
        super().__init__("a message was not recorded in time")
        self.known = known


class RecordDeadline:
    """The time in which one message must be recorded, observed by both sides.

    Whoever waits stops waiting at its end, and whoever records calls `begin_commit`, which lets no transaction commit
    after it. Nothing is canceled: a database driver that is interrupted while the database hangs returns no sooner, and
    may hold a lock.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self.began = time.monotonic()
        self._ends = self.began + (RECORD_SECONDS if seconds is None else seconds)
        self.committing = False
        self.recorded = asyncio.Event()

    @property
    def has_expired(self) -> bool:
        """Whether it is too late and nothing was recorded."""
        return not self.committing and self._seconds_left <= 0

    def check(self) -> None:
        """Raise MessageNotRecorded if it is too late."""
        if self.has_expired:
            raise MessageNotRecorded(known=True)

    def begin_commit(self) -> None:
        """Note that from now on it may be recorded. Raises MessageNotRecorded when it is too late."""
        self.check()
        self.committing = True

    async def wait_for_result(self, work: Awaitable[T]) -> T:
        """The result of `work`, which commits at its end or before. Raises MessageNotRecorded at the deadline."""
        task = asyncio.ensure_future(work)
        if not await self._finishes_in_time(task):
            task.add_done_callback(_ignore_result)
            raise MessageNotRecorded(known=not self.committing)
        return task.result()

    async def wait_until_recorded(self, answer: asyncio.Future[Any]) -> None:
        """Wait until the message is recorded or `answer` is done. Raises MessageNotRecorded if neither is in time."""
        recorded = asyncio.ensure_future(self.recorded.wait())
        try:
            if not await self._finishes_in_time(answer, recorded):
                raise MessageNotRecorded(known=not self.committing)
        finally:
            recorded.cancel()

    async def _finishes_in_time(self, *futures: asyncio.Future[Any]) -> bool:
        done, _ = await asyncio.wait(futures, timeout=max(0.0, self._seconds_left), return_when=asyncio.FIRST_COMPLETED)
        if not done and self.committing:
            done, _ = await asyncio.wait(futures, timeout=COMMIT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        return bool(done)

    @property
    def _seconds_left(self) -> float:
        return self._ends - time.monotonic()


async def run_with_timeout(work: Awaitable[T], seconds: float) -> T:
    """The result of `work`. Raises TimeoutError after that many seconds; the work goes on and its result is dropped."""
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        task.add_done_callback(_ignore_result)
        raise TimeoutError
    return task.result()


def _ignore_result(task: asyncio.Future[Any]) -> None:
    if not task.cancelled():
        task.exception()  # marks it as read: asyncio warns of a failure that nobody reads
