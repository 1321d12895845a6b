"""Limits of the chat by session and by address, so that nobody slows the others down.

Concurrency is counted in this process, rates over all processes.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from limits import RateLimitItem
from sanic import Request

from bot.channels.senders import client_address
from bot.web.errors import RequestRefused
from bot.web.rates import RateLimiter, rate_limit

WINDOW_SECONDS = 10
# faster than anybody types; the retries of a page stay far below
SESSION_LIMIT = rate_limit("chat-session", 30, WINDOW_SECONDS)
SESSION_MINUTE_LIMIT = rate_limit("chat-session-minute", 120, 60)
NEW_SESSION_LIMIT = rate_limit("chat-new", 120, 60)
SESSION_STREAM_LIMIT = rate_limit("streams-session", 60, 60)
ADDRESS_STREAM_LIMIT = rate_limit("streams-address", 600, 60)

MAX_UNANSWERED_PER_SESSION = 8
MAX_UNANSWERED_PER_ADDRESS = 32
MAX_STREAMS_PER_SESSION = 6
MAX_STREAMS_PER_ADDRESS = 60
MAX_STREAMS = 800
"""Per process: each is a connection, and a process has about a thousand file descriptors."""

REFUSAL_DELAY_SECONDS = 0.5
"""Refusals are delayed by this: a program that ignores Retry-After then costs next to nothing."""
ALL_STREAMS = "all"
RETRY_AFTER_SECONDS = 5
"""For too many open streams, where nobody knows when there is room again."""


class ChatRateLimits:
    """`per_address` is how many messages one address may send in WINDOW_SECONDS."""

    def __init__(self, rates: RateLimiter, per_address: int) -> None:
        self._rates = rates
        self._address_limit = rate_limit("chat-address", per_address, WINDOW_SECONDS)
        self._unanswered: Counter[str] = Counter()
        self._streams: Counter[str] = Counter()

    async def check_new_session(self, request: Request) -> None:
        """Count a new session. Raises RequestRefused."""
        wait = await self._rates.hit((NEW_SESSION_LIMIT, client_address(request)))
        if wait:
            await refuse_too_many(wait)

    def limit_message(self, request: Request, conversation: str) -> AbstractAsyncContextManager[None]:
        """Wrap the answering of a message. Entering raises RequestRefused."""
        address = client_address(request)
        most_unanswered = {conversation: MAX_UNANSWERED_PER_SESSION, address: MAX_UNANSWERED_PER_ADDRESS}
        rates = (SESSION_LIMIT, conversation), (SESSION_MINUTE_LIMIT, conversation), (self._address_limit, address)
        return self._limit(self._unanswered, most_unanswered, rates, wait_when_full=1)

    def limit_stream(self, request: Request, conversation: str) -> AbstractAsyncContextManager[None]:
        """Wrap an open stream. Entering raises RequestRefused."""
        address = client_address(request)
        most_streams = {
            conversation: MAX_STREAMS_PER_SESSION,
            address: MAX_STREAMS_PER_ADDRESS,
            ALL_STREAMS: MAX_STREAMS,
        }
        rates = (SESSION_STREAM_LIMIT, conversation), (ADDRESS_STREAM_LIMIT, address)
        return self._limit(self._streams, most_streams, rates, wait_when_full=RETRY_AFTER_SECONDS)

    @asynccontextmanager
    async def _limit(
        self,
        counter: Counter[str],
        most: dict[str, int],
        rates: Iterable[tuple[RateLimitItem, str]],
        *,
        wait_when_full: int,
    ) -> AsyncIterator[None]:
        """Count what is open under the keys of `most` while this is entered. Waits are in seconds."""
        # counted before anything is awaited, so that no two concurrent requests take the same room
        counter.update(most.keys())
        try:
            is_full = any(counter[key] > limit for key, limit in most.items())
            wait = wait_when_full if is_full else await self._rates.hit(*rates)
            if not wait:
                yield
                return
        finally:
            counter.subtract(most.keys())
            for key in most:
                if not counter[key]:
                    del counter[key]
        await refuse_too_many(wait)


async def refuse_too_many(wait: int) -> None:
    """Raise RequestRefused (429) after a delay; `wait` is in seconds."""
    await asyncio.sleep(REFUSAL_DELAY_SECONDS)
    raise RequestRefused(
        "too_many",
        f"That was a lot at once. Please wait {wait} seconds.",
        status=429,
        headers={"Retry-After": str(wait)},
    )
