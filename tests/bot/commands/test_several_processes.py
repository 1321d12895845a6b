"""Several processes over one database and one Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.dialogue.messages import Inbound
from bot.workers.pushes import PushNotifier
from tests.bot.channels.webchat.event_stream import listening
from tests.bot.conftest import running_edge
from tests.bot.edge import MEMBER, Edge, until
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio
from tests.support.ports import free_port
from tests.support.redis_server import redis_server


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as server:
        yield server.url


@pytest.fixture
async def two(folder: Path, engine: StandInEngine, twilio: StandInTwilio, redis_url: str) -> AsyncIterator[list[Edge]]:
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(running_edge(folder, engine, twilio, REDIS_URL=redis_url)) for _ in range(2)
        ]


async def test_one_member_has_one_turn_at_a_time_over_all_processes(two: list[Edge], engine: StandInEngine) -> None:
    async def say(edge: Edge, number: int) -> None:
        await edge.services.turns.take_turn(
            Inbound("sms", "sms-1", f"id-{number}", f"message {number}", address=MEMBER)
        )

    await asyncio.gather(*(say(two[number % 2], number) for number in range(10)))
    assert engine.most_at_once["sms-1"] == 1
    assert sorted(engine.texts_of("sms-1")) == sorted(f"message {number}" for number in range(10))


async def test_a_message_delivered_to_both_is_one_turn(two: list[Edge], engine: StandInEngine) -> None:
    inbound = Inbound("sms", "sms-1", "id", "hello", address=MEMBER)
    replies = await asyncio.gather(*(edge.services.turns.take_turn(inbound) for edge in two * 2))
    assert all(reply.messages == replies[0].messages for reply in replies)
    assert replies[0].messages
    assert len(engine.turns) == 1


async def test_answer_of_one_process_reaches_a_stream_of_the_other(two: list[Edge]) -> None:
    session = await two[0].session()
    async with listening(two[1], session) as stream:
        await two[0].chat(session, "hello", id="1")
        await until(lambda: stream.messages)
    assert stream.messages[0]["reply_to"] == "1"


async def test_without_redis_another_process_is_found_by_looking(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    async with running_edge(folder, engine, twilio) as one, running_edge(folder, engine, twilio) as other:
        session = await one.session()
        async with listening(other, session) as stream:
            await one.chat(session, "hello", id="1")
            await until(lambda: stream.messages)
        assert stream.messages[0]["reply_to"] == "1"


async def test_earlier_push_wakes_a_new_listener(folder: Path, engine: StandInEngine, twilio: StandInTwilio) -> None:
    async with running_edge(folder, engine, twilio) as edge:
        late = PushNotifier(edge.services.backend)
        await edge.chat(await edge.session(), "hello", id="1")
        with late.open_listener(edge.engine.turns[0]["conversation"]) as listener:
            looking = asyncio.create_task(late.run())
            await until(listener.news.is_set)
            looking.cancel()


async def test_missing_redis_stops_nobody(folder: Path, engine: StandInEngine, twilio: StandInTwilio) -> None:
    away = f"redis://127.0.0.1:{free_port()}/0"
    async with running_edge(folder, engine, twilio, REDIS_URL=away) as edge:
        session = await edge.session()
        assert (await edge.chat(session, "hello", id="1")).json["messages"][0]["text"] == "You said: hello"
