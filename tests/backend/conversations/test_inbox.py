"""Who answers a message: owners, leases and order, on each database."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from backend.app import Backend
from backend.conversations import inbox
from backend.conversations import service as conversations
from backend.conversations.models import InboundMessage

ME, OTHER, THIRD = "me", "other", "third"


async def record(backend: Backend, key: str, owner: str | None, conversation: str = "sms-1") -> conversations.Recorded:
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
        )


async def standing(backend: Backend, message: conversations.Recorded, owner: str) -> inbox.Standing:
    async with backend.db.reading() as session:
        return await inbox.standing(session, "sms-1", message.id, owner)


async def free(backend: Backend) -> list[inbox.Free]:
    async with backend.db.reading() as session:
        return await inbox.free(session)


async def take_up(backend: Backend, found: inbox.Free, owner: str) -> InboundMessage | None:
    async with backend.db.transaction() as session:
        taken = await inbox.take_up(session, found, owner)
    return taken[0] if taken else None


async def answer(backend: Backend, message: conversations.Recorded, owner: str | None) -> bool:
    async with backend.db.transaction() as session:
        return await conversations.save_reply(session, backend, message.id, "sms-1", {}, owner=owner)


async def die(backend: Backend, owner: str) -> None:
    """What is left of a process that was killed: leases that nobody renews, a lease's time later."""
    async with backend.db.transaction() as session:
        mine = update(InboundMessage).where(InboundMessage.owner == owner)
        await session.execute(mine.values(leased_until=InboundMessage.leased_until - inbox.LEASE_SECONDS - 1))


async def test_the_row_says_who_comes_first(backend: Backend) -> None:
    first = await record(backend, "1", OTHER)
    second = await record(backend, "2", ME)
    assert (first.behind, second.behind) == (False, True)
    assert await standing(backend, first, OTHER) == "first"
    assert await standing(backend, second, ME) == "behind"
    assert await answer(backend, first, OTHER)
    assert await standing(backend, second, ME) == "first"
    assert not (await record(backend, "3", ME, conversation="sms-2")).behind


async def test_a_turn_of_a_living_process_is_nobody_elses(backend: Backend) -> None:
    message = await record(backend, "1", OTHER)
    assert await free(backend) == []
    found = inbox.Free(message.id, "sms-1", OTHER, 0.0)
    assert await take_up(backend, found, ME) is None
    assert not await answer(backend, message, ME)
    assert await answer(backend, message, OTHER)


async def test_a_dead_process_s_messages_are_taken_up_by_one_in_order(backend: Backend) -> None:
    first, second = await record(backend, "1", OTHER), await record(backend, "2", OTHER)
    third = await record(backend, "3", ME)
    await die(backend, OTHER)
    assert await standing(backend, third, ME) == "stalled"
    (found,) = await free(backend)
    assert found.id == first.id
    taken = await asyncio.gather(take_up(backend, found, ME), take_up(backend, found, THIRD))
    (message,) = (one for one in taken if one)
    assert message.attempts == 1
    # whoever was only slow has lost it
    assert await standing(backend, first, OTHER) == "lost"
    assert not await answer(backend, first, OTHER)
    assert message.owner
    assert await answer(backend, first, message.owner)
    assert [one.id for one in await free(backend)] == [second.id]


async def test_a_sign_of_life_keeps_what_is_one_s_own(backend: Backend) -> None:
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
async def test_what_cannot_be_answered_now_waits_for_anybody(backend: Backend, failed: bool) -> None:
    message, behind = await record(backend, "1", ME), await record(backend, "2", ME)
    async with backend.db.transaction() as session:
        assert await inbox.release(session, ME, message.id, told={"said": "wait"}, failed=failed)
        assert not await inbox.release(session, ME, message.id)
    assert await standing(backend, behind, ME) == "stalled"
    again = await record(backend, "1", OTHER)
    assert (again.fresh, again.status, again.owner, again.reply) == (False, "received", None, {"said": "wait"})
    (found,) = await free(backend)
    taken = await take_up(backend, found, OTHER)
    assert taken
    assert (taken.id, taken.attempts) == (message.id, int(failed))


async def test_a_pause_is_kept_by_every_process(backend: Backend) -> None:
    message = await record(backend, "1", ME)
    async with backend.db.transaction() as session:
        await inbox.release(session, ME, message.id, pause=60)
    assert await free(backend) == []


async def test_a_process_that_ends_leaves_everything_to_others(backend: Backend) -> None:
    await record(backend, "1", ME)
    async with backend.db.transaction() as session:
        await inbox.release_all(session, ME)
    assert len(await free(backend)) == 1


async def test_the_unanswered_are_found_by_their_index(backend: Backend) -> None:
    """A phone's conversation goes on for years; its old messages must not be read again with each new one."""
    if not backend.db.sqlite:
        pytest.skip("PostgreSQL plans by statistics that an empty table has not")
    async with backend.db.reading() as session:
        connection = await session.connection()
        for statement in (inbox._older("sms-1", 5),):
            plan = str(statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
            rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {plan}")
            assert "ix_inbound_messages_waiting" in " ".join(row[3] for row in rows)
