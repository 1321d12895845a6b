"""Floods of messages and of streams slow down their sender and nobody else."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from bot.channels.webchat import rate_limits, sessions
from bot.web.rates import rate_limit
from tests.attacks.streams import streams
from tests.bot.conftest import running_edge
from tests.bot.edge import Answer, Edge
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio


@pytest.fixture(autouse=True)
def slow_machines_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows so long that no test outlives one, however slow it runs."""
    monkeypatch.setattr(rate_limits, "REFUSAL_DELAY_SECONDS", 0.0)
    monkeypatch.setattr(rate_limits, "WINDOW_SECONDS", 600)
    monkeypatch.setattr(rate_limits, "SESSION_LIMIT", rate_limit("chat-session", 30, 600))
    monkeypatch.setattr(rate_limits, "SESSION_STREAM_LIMIT", rate_limit("streams-session", 60, 600))


async def chat(edge: Edge, session: str, id: str, address: str = "") -> Answer:
    body = {"session": session, "id": id, "text": "hello"}
    return await edge.post("/chat/messages", json=body, headers={"X-Forwarded-For": address} if address else {})


def refused_well(answer: Answer) -> bool:
    return answer.json["error"]["code"] == "too_many" and 1 <= int(answer.headers["retry-after"]) <= 600


async def test_a_session_that_floods_is_slowed_down_and_another_is_not(app_server: Edge) -> None:
    """Eight connections that post without a pause."""
    flooder, member = await app_server.session(), await app_server.session()
    statuses: Counter[int] = Counter()
    over = asyncio.Event()

    async def flood(name: str) -> None:
        for number in range(50):
            answer = await chat(app_server, flooder, f"{name}-{number}")
            statuses[answer.status] += 1
            assert answer.status == 200 or refused_well(answer)

    async def talk() -> int:
        count = 0
        # no more than anybody may, however long the flood takes
        while not over.is_set() and count < rate_limits.SESSION_LIMIT.amount // 2:
            assert (await chat(app_server, member, f"m{count}")).status == 200
            count += 1
            await asyncio.sleep(0.4)
        return count

    talking = asyncio.create_task(talk())
    await asyncio.gather(*(flood(f"f{number}") for number in range(8)))
    over.set()
    assert await talking > 0
    most = 2 * rate_limits.SESSION_LIMIT.amount  # where a window ends while this runs
    assert 0 < statuses[200] <= most
    assert statuses[429] == 400 - statuses[200]


async def test_refused_message_is_accepted_later_with_the_same_id(app_server: Edge) -> None:
    session = await app_server.session()
    while (await chat(app_server, session, "again")).status == 200:
        pass
    await app_server.services.rates.reset(rate_limits.SESSION_LIMIT, _conversation(app_server, session))
    answer = await chat(app_server, session, "again")
    assert answer.json["messages"][0]["text"] == "You said: hello"
    assert len(app_server.engine.turns) == 1


def _conversation(edge: Edge, session: str) -> str:
    found = sessions.session_conversation_id(edge.services.settings, session)
    assert found is not None
    return found


async def test_of_many_at_once_only_a_few_wait_for_an_answer(app_server: Edge) -> None:
    session = await app_server.session()
    slow = [asyncio.create_task(app_server.chat(session, "slow", id=f"s{number}")) for number in range(20)]
    done: set[asyncio.Task[Answer]] = set()
    while len(done) < 20 - rate_limits.MAX_UNANSWERED_PER_SESSION:
        done, _ = await asyncio.wait(slow, return_when=asyncio.FIRST_COMPLETED)
    assert all(task.result().status == 429 and refused_well(task.result()) for task in done)
    app_server.engine.gate.set()
    assert Counter(answer.status for answer in await asyncio.gather(*slow)) == {429: 12, 200: 8}


async def test_one_address_with_many_sessions_is_slowed_down(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    async with running_edge(folder, engine, twilio, PROXIES_COUNT="1", CHAT_PER_ADDRESS="20") as edge:
        own = [await edge.session() for _ in range(10)]
        # all addresses of one /64 are one sender, and only the proxy's own entry of X-Forwarded-For counts
        addresses = [f"198.51.100.{number}, 2001:db8:7:7::{number:x}" for number in range(1, 61)]
        answers = [await chat(edge, own[place % 10], f"n{place}", address) for place, address in enumerate(addresses)]
        assert {answer.status for answer in answers} == {200, 429}
        assert 20 <= sum(answer.status == 200 for answer in answers) <= 40
        assert all(refused_well(answer) for answer in answers if answer.status == 429)
        assert (await chat(edge, own[0], "else", "2001:db8:7:8::1")).status == 200
        assert (await chat(edge, own[0], "four", "198.51.100.4")).status == 200


async def test_streams_of_a_session_and_of_an_address_are_few(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    async with running_edge(folder, engine, twilio, PROXIES_COUNT="1") as edge:
        made = [sessions.create_session_token(edge.services.settings) for _ in range(81)]
        mine = {"X-Forwarded-For": "2001:db8::1"}
        async with streams(edge.url, made[:1], 40, mine) as found:
            assert found.statuses == {
                200: rate_limits.MAX_STREAMS_PER_SESSION,
                429: 40 - rate_limits.MAX_STREAMS_PER_SESSION,
            }
            assert all(int(wait) >= 1 for wait in found.retry_after)
        async with streams(edge.url, made, 6, mine) as found:
            assert found.held <= rate_limits.MAX_STREAMS_PER_ADDRESS
            assert found.statuses.total() == 486
            async with streams(edge.url, made[:1], 1, {"X-Forwarded-For": "2001:db8:0:1::1"}) as other:
                # the session has a limit of its own, whatever the address
                assert other.statuses.total() == 1
            async with streams(edge.url, [sessions.create_session_token(edge.services.settings)], 1) as other:
                assert other.held == 1


async def test_all_streams_of_a_process_are_bounded(app_server: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "MAX_STREAMS", 3)
    made = [sessions.create_session_token(app_server.services.settings) for _ in range(5)]
    async with streams(app_server.url, made, 1) as found:
        assert found.statuses == {200: 3, 429: 2}


async def test_streams_that_are_opened_again_and_again_are_slowed_down(app_server: Edge) -> None:
    session = sessions.create_session_token(app_server.services.settings)
    statuses = []
    for _ in range(2 * rate_limits.SESSION_STREAM_LIMIT.amount + 1):
        async with streams(app_server.url, [session], 1) as found:
            statuses += list(found.statuses)
        if statuses[-1] == 429 and found.retry_after != {str(rate_limits.RETRY_AFTER_SECONDS)}:
            break
    assert statuses[-1] == 429
