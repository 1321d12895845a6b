"""Counting what comes from one sender: over all processes, with Redis away, and by the address that sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from backend.config import Settings
from bot.web import rates as rating
from bot.web.rates import RateLimiter, rate_limit
from tests.bot.serving import free_port
from tests.support.redis_server import redis_server

FEW = rate_limit("few", 5, 3600)
OTHER = rate_limit("other", 5, 3600)


def rates(**environment: str) -> RateLimiter:
    return RateLimiter(Settings(secret_key="a key for tests alone", **environment))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as server:
        yield server.url


async def test_one_too_many_waits_and_others_do_not() -> None:
    counted = rates()
    answers = [await counted.hit((FEW, "a")) for _ in range(20)]
    # at the end of a window one more may pass: the counts of two windows are weighed
    assert 5 <= answers.count(0) <= 6
    assert all(1 <= wait <= 3600 for wait in answers if wait)
    assert await counted.hit((FEW, "b")) == 0
    await counted.reset(FEW, "a")
    assert await counted.hit((FEW, "a")) == 0


async def test_count_refused_first_does_not_burden_the_second() -> None:
    counted = rates()
    for _ in range(50):
        await counted.hit((FEW, "a session"), (OTHER, "its address"))
    again = [await counted.hit((FEW, "another session"), (OTHER, "its address")) for _ in range(3)]
    assert again.count(0) <= 1, "the address has used up what its first session was allowed"
    fresh = rates()
    for _ in range(50):
        await fresh.hit((rate_limit("one", 1, 3600), "a session"), (OTHER, "its address"))
    assert await fresh.hit((FEW, "another session"), (OTHER, "its address")) == 0


async def test_processes_count_together(redis_url: str) -> None:
    both = [rates(redis_url=redis_url) for _ in range(2)]
    answers = [await both[number % 2].hit((FEW, "shared")) for number in range(20)]
    assert 5 <= answers.count(0) <= 6
    await both[0].reset(FEW, "shared")
    assert await both[1].hit((FEW, "shared")) == 0
    for one in both:
        await one.close()


async def test_redis_holds_no_address(redis_url: str) -> None:
    counted = rates(redis_url=redis_url)
    await counted.hit((FEW, "203.0.113.7"))
    await counted.close()
    client = Redis.from_url(redis_url)
    keys = b" ".join(await client.keys("*"))
    await client.aclose()
    assert b"few" in keys
    assert b"203.0.113.7" not in keys


@asynccontextmanager
async def frozen() -> AsyncIterator[tuple[str, list[int]]]:
    """A Redis that takes connections and never says a word; how many it has taken."""
    taken: list[int] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(1)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0", taken
    finally:
        server.close()


async def test_frozen_redis_is_asked_once_and_then_left_alone() -> None:
    assert rating.REDIS_TIMEOUT_SECONDS < 0.2
    async with frozen() as (url, taken):
        counted = rates(redis_url=url)
        answers = [await counted.hit((FEW, "a")) for _ in range(20)]
        assert 5 <= answers.count(0) <= 6, "it is counted in this process"
        await counted.reset(FEW, "a")
        assert len(taken) == 1
        await counted.close()


async def test_a_redis_that_comes_back_is_found(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rating, "REDIS_RETRY_SECONDS", 0.0)
    counted = rates(redis_url=redis_url)
    counted._mark_redis_down(TimeoutError())
    for _ in range(20):
        await counted.hit((FEW, "back"))
    other = rates(redis_url=redis_url)
    assert await other.hit((FEW, "back")) > 0, "it was counted in Redis again"
    for one in (counted, other):
        await one.close()


async def test_missing_redis_stops_nobody(tmp_path: Path) -> None:
    for url in (f"redis://127.0.0.1:{free_port()}/0", f"unix://{tmp_path}/none.sock"):
        counted = rates(redis_url=url)
        assert await counted.hit((FEW, "a")) == 0
        await counted.close()
