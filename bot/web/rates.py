"""How much may come from one sender: counted by `limits`, in Redis when there is one, else in this process.

A brake on floods. What guards secrets counts in the database (backend/members/), where a restart forgets nothing.
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
import time

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from backend.config import Settings
from bot.channels.senders import keyed_hash

logger = logging.getLogger("memberline.rates")

REDIS_TIMEOUT_SECONDS = 0.15
"""A Redis that is away or frozen may cost a request this much, and then nothing for AWAY_SECONDS."""
REDIS_RETRY_SECONDS = 10.0
REDIS_ERRORS = (RedisError, OSError, TimeoutError)


def rate_limit(name: str, most: int, seconds: int) -> RateLimitItem:
    """At most `most` in any `seconds`, counted under `name`."""
    return RateLimitItemPerSecond(most, seconds, namespace=name)


class RateLimiter:
    """Counts for every rule. No address or session stands in it readably: Redis may be shared and logged."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._pool: ConnectionPool | None = None
        self._shared: SlidingWindowCounterRateLimiter | None = None
        if settings.redis_url:
            waits = {"socket_timeout": REDIS_TIMEOUT_SECONDS, "socket_connect_timeout": REDIS_TIMEOUT_SECONDS}
            self._pool = ConnectionPool.from_url(settings.redis_url, **waits)
            self._shared = SlidingWindowCounterRateLimiter(_redis_storage(settings.redis_url, self._pool))
        self._away = False
        self._look_again = 0.0

    async def hit(self, *counts: tuple[RateLimitItem, str]) -> int:
        """Count one for each sender, in turn. Whole seconds to wait before the next try; 0: it may go on.

        Behind the first that refuses nothing is counted: what a session was refused does not burden its neighbors.
        """
        hashed = [(item, keyed_hash(self._settings, "rate", sender)) for item, sender in counts]
        if self._shared is not None and self._should_try_redis():
            try:
                async with asyncio.timeout(REDIS_TIMEOUT_SECONDS):
                    waited = await _hit_all(self._shared, hashed)
            except REDIS_ERRORS as failure:
                self._mark_redis_down(failure)
            else:
                self._away = False
                return waited
        return await _hit_all(self._own, hashed)

    async def hit_locally(self, *counts: tuple[RateLimitItem, str]) -> int:
        """As `wait`, for what this process alone can see, such as an open socket."""
        return await _hit_all(self._own, list(counts))

    async def reset(self, item: RateLimitItem, sender: str) -> None:
        """Begin anew for this sender, who turned out to be no guesser."""
        key = keyed_hash(self._settings, "rate", sender)
        await self._own.clear(item, key)
        if self._shared is not None and not self._away:
            try:
                async with asyncio.timeout(REDIS_TIMEOUT_SECONDS):
                    await self._shared.clear(item, key)
            except REDIS_ERRORS as failure:
                self._mark_redis_down(failure)

    def _should_try_redis(self) -> bool:
        """Whether to ask Redis: always while it answers; while it is away, one request now and then finds out."""
        if not self._away:
            return True
        if time.monotonic() < self._look_again:
            return False
        self._look_again = time.monotonic() + REDIS_RETRY_SECONDS
        return True

    def _mark_redis_down(self, failure: BaseException) -> None:
        self._away, self._look_again = True, time.monotonic() + REDIS_RETRY_SECONDS
        logger.warning("counting in this process alone: %s", type(failure).__name__)

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.aclose()


async def _hit_all(limiter: SlidingWindowCounterRateLimiter, counts: list[tuple[RateLimitItem, str]]) -> int:
    for item, sender in counts:
        if not await limiter.hit(item, sender):
            stats = await limiter.get_window_stats(item, sender)
            return max(1, math.ceil(stats.reset_time - time.time()))
    return 0


def _redis_storage(url: str, pool: ConnectionPool) -> RedisStorage:
    # redis-py, which the rest of the app uses; the library's default is another client
    return RedisStorage(
        "async+" + re.sub("^unix:", "redis+unix:", url),
        implementation="redispy",
        key_prefix="memberline:rate",
        connection_pool=pool,  # type: ignore[arg-type]  # documented so, but not typed
    )
