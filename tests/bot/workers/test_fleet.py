"""Several real processes over one PostgreSQL and one Redis: order, death, hanging neighbors, and the first start."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from backend.conversations.models import InboundMessage
from backend.db import Database
from backend.members.models import Member
from tests.backend.databases import Databases
from tests.bot.edge import MEMBER, until
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio
from tests.support.fleet import Fleet, fleet_over
from tests.support.redis_server import RedisServer, redis_server

TWILIO_WAITS = 15.0


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture
def postgres(databases: Databases) -> Iterator[str]:
    url = databases.new("postgresql")
    asyncio.run(_no_demo(url))
    yield url
    databases.drop(url)


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def fleet(
    tmp_path: Path, engine: StandInEngine, twilio: StandInTwilio, postgres: str, redis: RedisServer
) -> AsyncIterator[Fleet]:
    async with fleet_over(tmp_path, engine, twilio, DATABASE_URL=postgres, REDIS_URL=redis.url) as made:
        yield made


async def _no_demo(url: str) -> None:
    """Somebody is there already, so that no process spends its start on making the demo members."""
    db = Database(url)
    async with db.transaction() as session:
        session.add(Member(number="88888-001", name="A. Nyone", kind="residential", phone="+15555550188", email=None))
    await db.close()


async def _unanswered(url: str) -> int:
    db = Database(url)
    async with db.read_session() as session:
        query = select(func.count()).select_from(InboundMessage).where(InboundMessage.status == "received")
        number = await session.scalar(query)
    await db.close()
    return number or 0


async def test_two_first_starts_on_an_empty_postgresql_both_succeed(
    tmp_path: Path, engine: StandInEngine, twilio: StandInTwilio, databases: Databases
) -> None:
    url = await asyncio.to_thread(databases.empty)
    async with fleet_over(tmp_path, engine, twilio, DATABASE_URL=url) as fleet:
        await fleet.start(2)
        db = Database(url)
        async with db.read_session() as session:
            members = list(await session.scalars(select(Member.number)))
        await db.close()
    assert members
    assert len(members) == len(set(members))


async def test_texts_of_one_person_over_two_processes_are_answered_in_order(
    fleet: Fleet, engine: StandInEngine
) -> None:
    """Each is sent when the one before is written down, while the first is still being answered: no lock that is asked
    for again and again would keep that order."""
    apps = await fleet.start(2)
    asked = [asyncio.create_task(fleet.text(apps[0], "slow 0", phone=MEMBER))]
    await until(lambda: engine.turns)
    for number in range(1, 8):
        asked.append(asyncio.create_task(fleet.text(apps[number % 2], f"message {number}", phone=MEMBER)))
        await until(lambda expected=number + 1: _written(fleet, expected))
    engine.gate.set()
    await asyncio.gather(*asked)
    await until(lambda: len(engine.turns) == 8)
    assert [turn["text"] for turn in engine.turns] == ["slow 0", *(f"message {number}" for number in range(1, 8))]
    assert set(engine.most_at_once.values()) == {1}


async def _written(fleet: Fleet, expected: int) -> bool:
    return await _unanswered(fleet.environment["DATABASE_URL"]) >= expected


async def test_killed_process_s_messages_are_taken_over_in_order(
    fleet: Fleet, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    dying, living = await fleet.start(2)
    lost = [asyncio.create_task(fleet.text(dying, "slow one", phone=MEMBER))]
    await until(lambda: engine.turns)
    lost.append(asyncio.create_task(fleet.text(dying, "two", phone=MEMBER)))
    await until(lambda: _written(fleet, 2))
    dying.kill()
    await asyncio.gather(*lost, return_exceptions=True)
    engine.turns.clear()
    engine.gate.set()
    await fleet.text(living, "three", phone=MEMBER)
    await until(lambda: len(twilio.to(MEMBER)) == 3, within=60)
    assert [turn["text"] for turn in engine.turns] == ["slow one", "two", "three"]


async def test_frozen_redis_costs_no_turn_anything(fleet: Fleet, engine: StandInEngine, redis: RedisServer) -> None:
    apps = await fleet.start(2)
    os.kill(redis.pid, signal.SIGSTOP)
    try:
        for number in range(6):
            answer = await fleet.text(apps[number % 2], f"message {number}", phone=MEMBER)
            # in the answer itself: it did not take the 2.5 seconds after which it would come later
            assert f"You said: message {number}" in answer.text
    finally:
        os.kill(redis.pid, signal.SIGCONT)
    assert [turn["text"] for turn in engine.turns] == [f"message {number}" for number in range(6)]


async def test_hanging_postgresql_keeps_nobody_waiting_and_loses_nothing(
    fleet: Fleet, engine: StandInEngine, databases: Databases
) -> None:
    (app,) = await fleet.start(1)
    await fleet.text(app, "before", phone=MEMBER)
    with databases.frozen():
        asked = time.monotonic()
        answers = await asyncio.gather(*(fleet.text(app, f"hung {number}", phone=MEMBER) for number in range(3)))
        texted = time.monotonic()
        session = await fleet.chat_session(app)
        refused = await fleet.chat(app, session, "hung too", id="1")
        assert texted - asked < TWILIO_WAITS
        assert time.monotonic() - texted < TWILIO_WAITS, "whose talk it is waits within the same time"
    for answer in answers:
        assert answer.status == 503 or "could not take your message" in answer.text
    assert (refused.status, refused.json["error"]["code"]) == (503, "unavailable")
    await until(lambda: _answered_again(fleet, app), within=60)
    assert not [turn for turn in engine.turns if "hung" in turn["text"]], "what was said not to be kept was acted on"


async def _answered_again(fleet: Fleet, app: object) -> bool:
    return "You said: after" in (await fleet.text(fleet.processes[0], "after", phone="+15555550143")).text
