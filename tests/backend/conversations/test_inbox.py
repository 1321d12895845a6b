"""Who answers a message: owners, leases and order, on each database."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import update

from backend.app import Backend
from backend.conversations import inbox
from backend.conversations import service as conversations
from backend.conversations.models import InboundMessage

ME, OTHER, THIRD = "me", "other", "third"


async def record(
    backend: Backend, key: str, owner: str | None, conversation: str = "sms-1", since: float | None = None
) -> conversations.RecordedMessage:
    async with backend.db.transaction() as session:
        return await conversations.record_inbound(
            session,
            backend,
            channel="sms",
            provider_id=key,
            conversation_id=conversation,
            text=key,
            address="+15555550142",
            owner=owner,
            since=since,
        )


async def queue_position(backend: Backend, message: conversations.RecordedMessage, owner: str) -> inbox.QueuePosition:
    async with backend.db.read_session() as session:
        return await inbox.queue_position(session, "sms-1", message.id, owner)


async def free(backend: Backend) -> list[inbox.FreeMessage]:
    async with backend.db.read_session() as session:
        return await inbox.list_free_messages(session)


async def take_up(backend: Backend, found: inbox.FreeMessage, owner: str) -> InboundMessage | None:
    async with backend.db.transaction() as session:
        taken = await inbox.take_message(session, found, owner)
    return taken[0] if taken else None


async def begin(backend: Backend, message: conversations.RecordedMessage, owner: str) -> bool:
    async with backend.db.transaction() as session:
        return await inbox.begin(session, "sms-1", message.id, owner)


async def answer(backend: Backend, message: conversations.RecordedMessage, owner: str | None) -> bool:
    async with backend.db.transaction() as session:
        return await conversations.save_reply(session, backend, message.id, "sms-1", {}, owner=owner)


async def die(backend: Backend, owner: str) -> None:
    """What is left of a process that was killed: leases that nobody renews, a lease's time later."""
    async with backend.db.transaction() as session:
        mine = update(InboundMessage).where(InboundMessage.owner == owner)
        await session.execute(mine.values(leased_until=InboundMessage.leased_until - inbox.LEASE_SECONDS - 1))


async def test_row_decides_who_comes_first(backend: Backend) -> None:
    first = await record(backend, "1", OTHER)
    second = await record(backend, "2", ME)
    assert (first.is_behind, second.is_behind) == (False, True)
    assert await queue_position(backend, first, OTHER) == "first"
    assert await queue_position(backend, second, ME) == "behind"
    assert await answer(backend, first, OTHER)
    assert await queue_position(backend, second, ME) == "first"
    assert not (await record(backend, "3", ME, conversation="sms-2")).is_behind


async def test_earlier_arrival_comes_first_though_stored_later(backend: Backend) -> None:
    """A busy process writes down late what reached it before another process had heard of anything."""
    begun = await record(backend, "0", OTHER)
    heard = time.monotonic()
    late = await record(backend, "2", OTHER)
    early = await record(backend, "1", ME, since=heard)
    assert not await begin(backend, early, ME)
    assert await answer(backend, begun, OTHER)
    assert await queue_position(backend, late, OTHER) == "behind"
    assert not await begin(backend, late, OTHER)
    assert await begin(backend, early, ME)


async def test_one_process_s_messages_keep_the_order_of_its_queue(backend: Backend) -> None:
    begun = await record(backend, "0", OTHER)
    first, second = await record(backend, "1", ME), await record(backend, "2", ME, since=time.monotonic() - 5)
    assert await answer(backend, begun, OTHER)
    assert await queue_position(backend, second, ME) == "behind"
    assert await begin(backend, first, ME)


async def test_started_message_is_not_overtaken(backend: Backend) -> None:
    begun = await record(backend, "1", OTHER)
    early = await record(backend, "0", ME, since=time.monotonic() - 5)
    assert await queue_position(backend, early, ME) == "behind"
    assert not await begin(backend, early, ME)
    assert await queue_position(backend, begun, OTHER) == "first"


async def test_of_many_that_want_to_begin_one_does(backend: Backend) -> None:
    messages = [await record(backend, str(number), f"process {number}") for number in range(4)]
    assert await answer(backend, messages.pop(0), "process 0")
    begun = await asyncio.gather(*(begin(backend, one, f"process {n}") for n, one in enumerate(messages, 1)))
    assert begun == [True, False, False]


async def test_turn_of_a_living_process_is_not_taken_over(backend: Backend) -> None:
    message = await record(backend, "1", OTHER)
    assert await free(backend) == []
    found = inbox.FreeMessage(message.id, "sms-1", OTHER, 0.0)
    assert await take_up(backend, found, ME) is None
    assert not await answer(backend, message, ME)
    assert await answer(backend, message, OTHER)


async def test_dead_process_s_messages_are_taken_by_one_in_order(backend: Backend) -> None:
    first, second = await record(backend, "1", OTHER), await record(backend, "2", OTHER)
    third = await record(backend, "3", ME)
    await die(backend, OTHER)
    assert await queue_position(backend, third, ME) == "stalled"
    (found,) = await free(backend)
    assert found.id == first.id
    taken = await asyncio.gather(take_up(backend, found, ME), take_up(backend, found, THIRD))
    (message,) = (one for one in taken if one)
    assert message.attempts == 1
    # whoever was only slow has lost it
    assert await queue_position(backend, first, OTHER) == "lost"
    assert not await answer(backend, first, OTHER)
    assert message.owner
    assert await answer(backend, first, message.owner)
    assert [one.id for one in await free(backend)] == [second.id]


async def test_renewal_keeps_the_lease(backend: Backend) -> None:
    mine, lost = await record(backend, "1", ME), await record(backend, "2", OTHER, conversation="sms-2")
    await die(backend, ME)
    (found,) = await free(backend)
    async with backend.db.transaction() as session:
        await inbox.renew(session, ME, [mine.id, lost.id])
    assert await free(backend) == []
    assert await take_up(backend, found, OTHER) is None
    await die(backend, OTHER)
    assert [one.id for one in await free(backend)] == [lost.id]


@pytest.mark.parametrize("failed", [True, False])
async def test_unanswered_message_is_free_for_any_process(backend: Backend, failed: bool) -> None:
    message, behind = await record(backend, "1", ME), await record(backend, "2", ME)
    async with backend.db.transaction() as session:
        assert await inbox.release(session, ME, message.id, told={"said": "wait"}, failed=failed)
        assert not await inbox.release(session, ME, message.id)
    assert await queue_position(backend, behind, ME) == "stalled"
    again = await record(backend, "1", OTHER)
    assert (again.is_new, again.status, again.owner, again.reply) == (False, "received", None, {"said": "wait"})
    (found,) = await free(backend)
    taken = await take_up(backend, found, OTHER)
    assert taken
    assert (taken.id, taken.attempts) == (message.id, int(failed))


async def test_pause_applies_to_every_process(backend: Backend) -> None:
    message = await record(backend, "1", ME)
    async with backend.db.transaction() as session:
        await inbox.release(session, ME, message.id, pause=60)
    assert await free(backend) == []


async def test_a_process_that_ends_leaves_everything_to_others(backend: Backend) -> None:
    await record(backend, "1", ME)
    async with backend.db.transaction() as session:
        await inbox.release_all(session, ME)
    assert len(await free(backend)) == 1
