"""Very many event streams, a few of each of very many sessions, all from one place, and none ever read.

`python -m tests.attacks.streams http://127.0.0.1:8080 [SESSIONS] [OF_EACH]` prints how many were held.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from tests.attacks.flood import new_session


@dataclass
class Streams:
    """How often each status was answered; what was refused, with its Retry-After."""

    statuses: Counter[int] = field(default_factory=Counter)
    retry_after: set[str] = field(default_factory=set)

    @property
    def held(self) -> int:
        return self.statuses[200]


@asynccontextmanager
async def streams(
    url: str, sessions: list[str], of_each: int, headers: dict[str, str] | None = None
) -> AsyncIterator[Streams]:
    """Open them and keep open those that are let in, as long as this is entered."""
    found = Streams()
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector, headers=headers))

        async def open_one(session: str) -> None:
            request = http.get(f"{url}/chat/events", params={"session": session})
            response = await stack.enter_async_context(request)
            found.statuses[response.status] += 1
            if response.status == 429:
                found.retry_after.add(response.headers.get("Retry-After", ""))

        await asyncio.gather(*(open_one(session) for session in sessions for _ in range(of_each)))
        yield found


async def main(url: str, sessions: int, of_each: int) -> None:
    async with aiohttp.ClientSession() as http:
        tokens = [await new_session(http, url) for _ in range(sessions)]
    async with streams(url, tokens, of_each) as found:
        print(f"{found.held} of {sessions * of_each} held, Retry-After {sorted(found.retry_after)}")


if __name__ == "__main__":
    numbers = [int(number) for number in sys.argv[2:]] or [81, 6]
    asyncio.run(main(sys.argv[1].rstrip("/"), *numbers))
