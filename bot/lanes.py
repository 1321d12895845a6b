"""One lane a conversation: messages of one person never overtake each other."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import RedisError

logger = logging.getLogger("memberline.lanes")

LOCK_SECONDS = 60
"""After this long a lock of a process that died is free again. A turn takes 8 seconds at most."""

MOST_LANES = 20_000


class Ticket:
    """A place in a lane. It is drawn at once, without waiting, so that the order is the order of arrival."""

    def __init__(self, before: asyncio.Event | None) -> None:
        self._before = before
        self.done = asyncio.Event()

    @property
    def must_wait(self) -> bool:
        return self._before is not None and not self._before.is_set()

    async def came(self) -> None:
        """Wait for everyone ahead."""
        if self._before is not None:
            await self._before.wait()


class Lane:
    """The queue of one conversation, and its messages that wait for the engine to come back."""

    def __init__(self) -> None:
        self.recording = asyncio.Lock()
        self.stalled: deque[Any] = deque()
        self.told = False  # whether the member knows that answers are late
        self.last_text = ""  # said last by the edge itself, so that it is not said twice
        self._last: asyncio.Event | None = None
        self._places = 0

    def draw(self) -> Ticket:
        ticket = Ticket(self._last)
        self._last = ticket.done
        self._places += 1
        return ticket

    def leave(self, ticket: Ticket) -> None:
        ticket.done.set()
        self._places -= 1

    @property
    def idle(self) -> bool:
        return self._places == 0 and not self.stalled


class Lanes:
    """All lanes of this process. With Redis a lane's turn is also exclusive over all processes."""

    def __init__(self, redis_url: str | None) -> None:
        self._lanes: dict[str, Lane] = {}
        self._redis = Redis.from_url(redis_url) if redis_url else None

    def of(self, conversation: str) -> Lane:
        lane = self._lanes.pop(conversation, None) or Lane()
        self._lanes[conversation] = lane  # behind all others: the first ones are those not used for longest
        return lane

    def sweep(self) -> None:
        """Forget lanes in which nobody has stood for long, when there are too many."""
        if len(self._lanes) <= MOST_LANES:
            return
        idle = [conversation for conversation, lane in self._lanes.items() if lane.idle]
        for conversation in idle[: MOST_LANES // 2]:
            del self._lanes[conversation]

    def stalled(self) -> list[str]:
        """The conversations with messages that wait for the engine."""
        return [conversation for conversation, lane in self._lanes.items() if lane.stalled]

    @asynccontextmanager
    async def hold(self, conversation: str) -> AsyncIterator[None]:
        """Exclusive over all processes while it is entered. If Redis is away, over this process alone."""
        lock = await self._lock(conversation)
        try:
            yield
        finally:
            if lock is not None:
                await _release(lock)

    async def _lock(self, conversation: str) -> Lock | None:
        if self._redis is None:
            return None
        lock = self._redis.lock(f"memberline:turn:{conversation}", timeout=LOCK_SECONDS, sleep=0.02)
        try:
            await lock.acquire()
        except (RedisError, OSError) as failure:
            # answering out of order is better than not answering; nothing is done twice, the database sees to that
            logger.warning("no lock over all processes: %s", type(failure).__name__)
            return None
        return lock

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.aclose()


async def _release(lock: Lock) -> None:
    try:
        await lock.release()
    except (RedisError, OSError) as failure:
        logger.warning("a lock was not released and runs out: %s", type(failure).__name__)
