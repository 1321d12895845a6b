"""How much one session and one address may ask of the chat, so that nobody slows the others down.

What runs at once is counted in this process; how often, over all processes.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sanic import Request

from bot.web.client_source import address_of
from bot.web.errors import Refusal
from bot.web.rates import Rates, rule

WINDOW_SECONDS = 10
# faster than anybody types; a page that sends again what was not answered stays far below
OF_A_SESSION = rule("chat-session", 30, WINDOW_SECONDS)
OF_A_SESSION_LONG = rule("chat-session-minute", 120, 60)
NEW_SESSIONS = rule("chat-new", 120, 60)
STREAMS_OPENED = rule("streams-session", 60, 60)
STREAMS_OPENED_BY_ADDRESS = rule("streams-address", 600, 60)

UNANSWERED_OF_A_SESSION = 8
UNANSWERED_OF_AN_ADDRESS = 32
STREAMS_OF_A_SESSION = 6
STREAMS_OF_AN_ADDRESS = 60
STREAMS = 800
"""Of one process: each is a connection, and a process has about a thousand file descriptors."""

HELD_BACK_SECONDS = 0.5
"""A refusal is this late: a program that does not read Retry-After then costs next to nothing."""
ALL = "all"
AGAIN_SECONDS = 5
"""For what is open too often nobody knows when there is room again."""


class Brakes:
    """The counts of one app. `per_address` is how many messages one address may send in WINDOW_SECONDS."""

    def __init__(self, rates: Rates, per_address: int) -> None:
        self._rates = rates
        self._of_an_address = rule("chat-address", per_address, WINDOW_SECONDS)
        self._unanswered: Counter[str] = Counter()
        self._streams: Counter[str] = Counter()

    async def new_session(self, request: Request) -> None:
        """Count a new session. Raises Refusal."""
        wait = await self._rates.wait((NEW_SESSIONS, address_of(request)))
        if wait:
            await refuse(wait)

    @asynccontextmanager
    async def message(self, request: Request, conversation: str) -> AsyncIterator[None]:
        """Around the answering of a message of this conversation. Raises Refusal."""
        address = address_of(request)
        # counted before anything is awaited: of many at once no two see the same room
        with _counted(self._unanswered, conversation, address):
            full = (
                self._unanswered[conversation] > UNANSWERED_OF_A_SESSION
                or self._unanswered[address] > UNANSWERED_OF_AN_ADDRESS
            )
            counts = (OF_A_SESSION, conversation), (OF_A_SESSION_LONG, conversation), (self._of_an_address, address)
            wait = 1 if full else await self._rates.wait(*counts)
            if not wait:
                yield
                return
        await refuse(wait)

    @asynccontextmanager
    async def stream(self, request: Request, conversation: str) -> AsyncIterator[None]:
        """Around an open stream of this conversation. Raises Refusal."""
        address = address_of(request)
        with _counted(self._streams, conversation, address, ALL):
            full = (
                self._streams[conversation] > STREAMS_OF_A_SESSION
                or self._streams[address] > STREAMS_OF_AN_ADDRESS
                or self._streams[ALL] > STREAMS
            )
            counts = (STREAMS_OPENED, conversation), (STREAMS_OPENED_BY_ADDRESS, address)
            wait = AGAIN_SECONDS if full else await self._rates.wait(*counts)
            if not wait:
                yield
                return
        await refuse(wait)


async def refuse(wait: int) -> None:
    """Refuse, a little late, and say how many seconds to wait. Raises Refusal."""
    await asyncio.sleep(HELD_BACK_SECONDS)
    raise Refusal(
        "too_many",
        f"That was a lot at once. Please wait {wait} seconds.",
        status=429,
        headers={"Retry-After": str(wait)},
    )


@contextmanager
def _counted(counter: Counter[str], *keys: str) -> Iterator[None]:
    counter.update(keys)
    try:
        yield
    finally:
        counter.subtract(keys)
        for key in keys:
            if not counter[key]:
                del counter[key]
