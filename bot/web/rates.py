"""Rate limits per sender: counted by `limits`, in Redis when there is one, else in this process.

They only slow down floods. Guesses at secrets are counted in the database (backend/members/), which survives a restart.
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
"""The most that a Redis that is down or frozen delays a request; then none is delayed for REDIS_RETRY_SECONDS."""
REDIS_RETRY_SECONDS = 10.0
REDIS_ERRORS = (RedisError, OSError, TimeoutError)


def rate_limit(name: str, most: int, seconds: int) -> RateLimitItem:
    """At most `most` requests in `seconds`, counted under `name`."""
    return RateLimitItemPerSecond(most, seconds, namespace=name)


class RateLimiter:
    """Counts requests. Keys are keyed hashes of addresses and sessions: Redis may be shared and logged."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._pool: ConnectionPool | None = None
        self._shared: SlidingWindowCounterRateLimiter | None = None
        if settings.redis_url:
            timeouts = {"socket_timeout": REDIS_TIMEOUT_SECONDS, "socket_connect_timeout": REDIS_TIMEOUT_SECONDS}
            self._pool = ConnectionPool.from_url(settings.redis_url, **timeouts)
            storage = RedisStorage(
                "async+" + re.sub("^unix:", "redis+unix:", settings.redis_url),
                implementation="redispy",  # as in the rest of the app; by default `limits` uses the client coredis
                key_prefix="memberline:rate",
                connection_pool=self._pool,  # type: ignore[arg-type]  # documented so, but not typed
            )
            self._shared = SlidingWindowCounterRateLimiter(storage)
        self._is_redis_down = False
        self._retry_at = 0.0  # of the monotonic clock

    async def hit(self, *counts: tuple[RateLimitItem, str]) -> int:
        """Count a request under each rule and sender, in order. Returns the whole seconds to wait; 0 means go on.

        Counting stops at the first rule that refuses: what one session was refused must not use up the limit of others
        at its address.
        """
        hashed = [(item, keyed_hash(self._settings, "rate", sender)) for item, sender in counts]
        if self._shared is not None and self._should_try_redis():
            try:
                async with asyncio.timeout(REDIS_TIMEOUT_SECONDS):
                    waited = await _hit_all(self._shared, hashed)
            except REDIS_ERRORS as failure:
                self._mark_redis_down(failure)
            else:
                self._is_redis_down = False
                return waited
        return await _hit_all(self._own, hashed)

    async def hit_locally(self, *counts: tuple[RateLimitItem, str]) -> int:
        """As `hit`, for what only this process sees, such as an open socket."""
        return await _hit_all(self._own, list(counts))

    async def reset(self, item: RateLimitItem, sender: str) -> None:
        """Start from zero for this sender, who turned out not to be guessing."""
        key = keyed_hash(self._settings, "rate", sender)
        await self._own.clear(item, key)
        if self._shared is not None and not self._is_redis_down:
            try:
                async with asyncio.timeout(REDIS_TIMEOUT_SECONDS):
                    await self._shared.clear(item, key)
            except REDIS_ERRORS as failure:
                self._mark_redis_down(failure)

    def _should_try_redis(self) -> bool:
        """Always while Redis answers; when it is down, one request every REDIS_RETRY_SECONDS tries it."""
        if not self._is_redis_down:
            return True
        if time.monotonic() < self._retry_at:
            return False
        self._retry_at = time.monotonic() + REDIS_RETRY_SECONDS
        return True

    def _mark_redis_down(self, failure: BaseException) -> None:
        self._is_redis_down, self._retry_at = True, time.monotonic() + REDIS_RETRY_SECONDS
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
