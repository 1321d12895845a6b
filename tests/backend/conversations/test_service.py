"""Conversations and their messages, on each database."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from backend.conversations import service as conversations
from backend.conversations.models import Conversation
from tests.support.conversations import get_or_start

PHONE = "+15555550142"
MESSAGE: dict[str, Any] = {"channel": "sms", "conversation_id": "sms-1", "text": "hello", "address": PHONE}


async def record(backend: Backend, provider_id: str = "SM1", **more: Any) -> conversations.RecordedMessage:
    async with backend.db.transaction() as session:
        return await conversations.record_inbound(session, backend, provider_id=provider_id, **{**MESSAGE, **more})


async def conversation(backend: Backend, key: str = "sms-1") -> Conversation:
    async with backend.db.read_session() as session:
        return await session.get_one(Conversation, key)


async def answer(backend: Backend, recorded: conversations.RecordedMessage, text: str, **more: Any) -> bool:
    async with backend.db.transaction() as session:
        return await conversations.save_reply(session, backend, recorded.id, "sms-1", {"text": text}, **more)


async def test_a_message_is_written_once_and_a_repeat_is_found(backend: Backend) -> None:
    first = await record(backend)
    again = await record(backend, text="other words")
    assert (first.is_new, again.is_new, first.id) == (True, False, again.id)
    assert await answer(backend, first, "hi")
    assert (await record(backend)).reply == {"text": "hi"}
    assert (await record(backend, channel="web")).is_new


async def test_of_many_deliveries_at_once_one_is_fresh(backend: Backend) -> None:
    found = await asyncio.gather(*(record(backend) for _ in range(5)))
    assert sorted(one.is_new for one in found) == [False, False, False, False, True]


async def test_a_message_is_answered_once(backend: Backend) -> None:
    recorded = await record(backend)
    assert await answer(backend, recorded, "first", offered=[{"title": "A", "payload": "/a"}], expects="choice")
    assert not await answer(backend, recorded, "second", offered=[], expects="")
    again = await record(backend)
    assert (again.reply, again.state.expects) == ({"text": "first"}, "choice")
    assert again.state.offered == [{"title": "A", "payload": "/a"}]


async def test_an_answer_may_leave_the_offer_alone(backend: Backend) -> None:
    await answer(backend, await record(backend), "one", offered=[{"title": "A", "payload": "/a"}], expects="choice")
    await answer(backend, await record(backend, "SM2"), "two", offered=None)
    assert (await conversation(backend)).expects == "choice"


@pytest.mark.parametrize(("minutes", "level"), [(14.9, 2), (15, 0), (600, 0)])
async def test_silence_ends_the_identity(backend: Backend, clock: ManualClock, minutes: float, level: int) -> None:
    await record(backend)
    async with backend.db.transaction() as session:
        (await session.get_one(Conversation, "sms-1")).level = 2
    clock.advance(minutes=minutes)
    await record(backend, "SM2")
    found = await conversation(backend)
    assert found.level == level
    assert (found.verified_at, found.account_id) == (None, None)
    assert found.last_seen_at == clock.now()
    assert found.started_at < clock.now()


async def test_later_message_keeps_fields_that_it_does_not_set(backend: Backend) -> None:
    await record(backend, source="sms-key", attested=True)
    await record(backend, "SM2", address=None, source="", attested=False)
    found = await conversation(backend)
    assert (found.address, found.source, found.attested) == (PHONE, "sms-key", True)
    await record(backend, "SM3", attested=False)
    assert not (await conversation(backend)).attested


async def test_starting_twice_is_one_conversation(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        first = await get_or_start(session, backend, "web-1", channel="web", source="a")
        assert (first.level, first.offered, first.address) == (0, [], None)
        first.level = 1
        await session.flush()
        again = await get_or_start(session, backend, "web-1", channel="web")
        assert (again is first, again.level, again.source) == (True, 1, "a")


async def test_a_stream_is_replayed_from_any_event(backend: Backend) -> None:
    await record(backend)
    await record(backend, "SM2", conversation_id="sms-2")
    async with backend.db.transaction() as session:
        ids = [await conversations.push(session, backend, "sms-1", {"n": number}) for number in range(3)]
        await conversations.push(session, backend, "sms-2", {"n": 9})
    async with backend.db.read_session() as session:
        found = await conversations.events_after(session, "sms-1", ids[0])
        assert [event.data["n"] for event in found] == [1, 2]
        assert await conversations.newest_event(session) > ids[2]
        added = await conversations.conversations_with_events(session, ids[1])
    assert [name for _, name in added] == ["sms-1", "sms-2"]
