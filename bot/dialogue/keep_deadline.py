"""Until when a message must be written down: its sender is then told that it was not kept, and that must be true."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")

KEEP_SECONDS = 8.0
COMMIT_SECONDS = 3.0
"""How much longer is waited for a commit that has begun. Both together stay below the 15 seconds that Twilio waits."""


class MessageNotKept(Exception):
    """A message was not written down. Unless `known`, the database has not said whether it was."""

    def __init__(self, known: bool) -> None:
        super().__init__("a message was not kept in time")
        self.known = known


class KeepDeadline:
    """One message's time to be written down.

    It is kept as a promise on both sides: who waits goes away at its end, and who writes calls `before_commit`, which
    lets no transaction through after that. Nothing is cancelled: a driver that is interrupted while the database hangs
    comes back no sooner, and may hold a lock.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self.began = time.monotonic()
        self._ends = self.began + (KEEP_SECONDS if seconds is None else seconds)
        self.committing = False
        self.kept = asyncio.Event()

    @property
    def has_expired(self) -> bool:
        """Whether it is too late, and nothing was written."""
        return not self.committing and self._seconds_left <= 0

    def check(self) -> None:
        """Raises NotKept when it is too late."""
        if self.has_expired:
            raise MessageNotKept(known=True)

    def begin_commit(self) -> None:
        """From here on it may be kept. Raises NotKept when it is too late."""
        self.check()
        self.committing = True

    async def wait_for_result(self, work: Awaitable[T]) -> T:
        """What came of `work`, which writes the message down or comes before that. Raises NotKept after too long."""
        task = asyncio.ensure_future(work)
        if not await self._finishes_in_time(task):
            task.add_done_callback(_ignore_result)
            raise MessageNotKept(known=not self.committing)
        return task.result()

    async def wait_until_kept(self, answer: asyncio.Future[Any]) -> None:
        """Wait until the message is kept, or `answer` has come. Raises NotKept when neither comes in time."""
        kept = asyncio.ensure_future(self.kept.wait())
        try:
            if not await self._finishes_in_time(answer, kept):
                raise MessageNotKept(known=not self.committing)
        finally:
            kept.cancel()

    async def _finishes_in_time(self, *futures: asyncio.Future[Any]) -> bool:
        """Whether one of them comes in time."""
        done, _ = await asyncio.wait(futures, timeout=max(0.0, self._seconds_left), return_when=asyncio.FIRST_COMPLETED)
        if not done and self.committing:
            done, _ = await asyncio.wait(futures, timeout=COMMIT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        return bool(done)

    @property
    def _seconds_left(self) -> float:
        return self._ends - time.monotonic()


async def run_with_timeout(work: Awaitable[T], seconds: float) -> T:
    """What came of `work`. Raises TimeoutError after that many seconds; the work goes on, heard by nobody."""
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        task.add_done_callback(_ignore_result)
        raise TimeoutError
    return task.result()


def _ignore_result(task: asyncio.Future[Any]) -> None:
    if not task.cancelled():
        task.exception()  # whoever waited is gone; that is not worth a warning
