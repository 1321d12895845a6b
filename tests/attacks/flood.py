"""One session that posts as fast as it can over some connections, beside an ordinary one.

`python -m tests.attacks.flood http://127.0.0.1:8080 [SECONDS]` prints how the ordinary one fared, without and with it.
"""

from __future__ import annotations

import asyncio
import collections
import itertools
import statistics
import sys
import time
from dataclasses import dataclass, field

import aiohttp

CONNECTIONS = 8
PAUSE_SECONDS = 0.5
ORDINARY_WORDS = ("what are your hours", "how do I reset my password", "where do I find my member number")


@dataclass
class Flood:
    """What the flooder was answered: how often each status, and the Retry-After of the refusals."""

    statuses: collections.Counter[int] = field(default_factory=collections.Counter)
    retry_after: set[str] = field(default_factory=set)

    @property
    def sent(self) -> int:
        return self.statuses.total()


async def new_session(http: aiohttp.ClientSession, url: str) -> str:
    """A chat session of its own."""
    async with http.post(f"{url}/chat/sessions", json={}) as answer:
        return str((await answer.json())["session"])


async def say(http: aiohttp.ClientSession, url: str, session: str, id: str, text: str) -> tuple[int, str]:
    """Post a message; its status and Retry-After."""
    async with http.post(f"{url}/chat/messages", json={"session": session, "id": id, "text": text}) as answer:
        await answer.read()
        return answer.status, answer.headers.get("Retry-After", "")


async def flood(url: str, seconds: float, connections: int = CONNECTIONS) -> Flood:
    """Post for so long, without a pause, from one session."""
    found, numbers, until = Flood(), itertools.count(1), time.monotonic() + seconds
    async with aiohttp.ClientSession() as http:
        session = await new_session(http, url)

        async def post() -> None:
            while time.monotonic() < until:
                status, wait = await say(http, url, session, f"f{next(numbers)}", "what are your hours")
                found.statuses[status] += 1
                if status == 429:
                    found.retry_after.add(wait)

        await asyncio.gather(*(post() for _ in range(connections)))
    return found


async def ordinary(url: str, seconds: float) -> list[float]:
    """One member's messages, one after the other with a pause: the seconds each took. Raises when one is refused."""
    took, until = [], time.monotonic() + seconds
    async with aiohttp.ClientSession() as http:
        session = await new_session(http, url)
        for number, words in enumerate(itertools.cycle(ORDINARY_WORDS)):
            if time.monotonic() > until:
                return took
            began = time.perf_counter()
            status, _ = await say(http, url, session, f"o{number}", words)
            if status != 200:
                raise AssertionError(f"an ordinary message was answered with {status}")
            took.append(time.perf_counter() - began)
            await asyncio.sleep(PAUSE_SECONDS)
    return took


def format_times(took: list[float]) -> str:
    """p50 and p95 in milliseconds."""
    twentieths = statistics.quantiles(took, n=20)
    return f"p50 {statistics.median(took) * 1000:.0f} ms, p95 {twentieths[-1] * 1000:.0f} ms ({len(took)} messages)"


async def measure(url: str, seconds: float) -> None:
    print("alone:          ", format_times(await ordinary(url, seconds)))
    found, took = await asyncio.gather(flood(url, seconds), ordinary(url, seconds))
    print("beside a flood: ", format_times(took))
    print("the flood:      ", found.sent, "messages,", dict(found.statuses), "Retry-After", sorted(found.retry_after))


if __name__ == "__main__":
    asyncio.run(measure(sys.argv[1].rstrip("/"), float(sys.argv[2]) if len(sys.argv) > 2 else 25.0))
