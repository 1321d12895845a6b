"""The outbox on each database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.app import Backend
from backend.clock import ManualClock
from backend.outbox import claims
from backend.outbox import service as outbox
from backend.outbox.models import OutboxMessage
from backend.outbox.priorities import LANES

PHONE = "+15555550142"


async def enqueue(backend: Backend, key: str = "k", **more: str) -> OutboxMessage:
    async with backend.db.transaction() as session:
        return await outbox.enqueue(
            session, backend, **{"kind": "sms", "recipient": PHONE, "body": "Hello", "dedupe_key": key, **more}
        )


async def status_of(backend: Backend, message: OutboxMessage) -> str:
    async with backend.db.read_session() as session:
        return (await session.get_one(OutboxMessage, message.id)).status


async def claim(backend: Backend, limit: int = 50) -> list[OutboxMessage]:
    """What a process claims when it sends texts, the urgent ones first."""
    found: list[OutboxMessage] = []
    for lane in LANES:
        if lane.kind == "sms":
            async with backend.db.transaction() as session:
                found += (await claims.claim_due(session, backend, lane, limit)).messages
    return found


async def test_the_same_notice_is_written_once(backend: Backend) -> None:
    first, second = await enqueue(backend), await enqueue(backend, body="Other words")
    assert first.id == second.id
    assert second.body == "Hello"


async def test_rolled_back_message_is_not_announced(backend: Backend) -> None:
    async def fail_after_writing() -> None:
        async with backend.db.transaction() as session:
            await outbox.enqueue(session, backend, kind="sms", recipient=PHONE, body="x", dedupe_key="k")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_writing()
    assert not backend.outbox_ready.is_set()
    await enqueue(backend)
    assert backend.outbox_ready.is_set()


async def test_only_one_of_several_senders_may_send(backend: Backend) -> None:
    sent = [(await enqueue(backend, str(number), recipient=f"+155555501{number}")).id for number in range(10, 40)]
    claimed = await asyncio.gather(*(claim(backend, 9) for _ in range(4)))
    assert sorted(message.id for messages in claimed for message in messages) == sent


async def test_temporary_refusal_is_retried_with_growing_delay_then_abandoned(
    backend: Backend, clock: ManualClock
) -> None:
    message = await enqueue(backend)
    pauses = []
    for _ in range(outbox.MAX_ATTEMPTS):
        due = await claim(backend)
        assert [one.id for one in due] == [message.id]
        async with backend.db.transaction() as session:
            status = await outbox.mark_not_sent(session, backend, due[0], "503", permanent=False)
        if status == "failed":
            break
        assert await claim(backend) == []
        async with backend.db.read_session() as session:
            waits = (await session.get_one(OutboxMessage, message.id)).not_before
        assert waits is not None
        pauses.append(waits - clock.now())
        clock.advance(seconds=pauses[-1].total_seconds())
    assert pauses == sorted(pauses)
    assert pauses[0] >= timedelta(seconds=1)
    assert await status_of(backend, message) == "failed"


async def test_a_permanent_refusal_is_final(backend: Backend) -> None:
    await enqueue(backend)
    (message,) = await claim(backend)
    async with backend.db.transaction() as session:
        assert await outbox.mark_not_sent(session, backend, message, "21211", permanent=True) == "failed"


async def test_stopped_phone_gets_neither_new_nor_waiting_texts(backend: Backend) -> None:
    waiting = await enqueue(backend, "waiting")
    async with backend.db.transaction() as session:
        await outbox.opt_out(session, backend, PHONE)
    assert await status_of(backend, waiting) == "refused"
    assert (await enqueue(backend, "new")).status == "refused"
    assert (await enqueue(backend, "mail", kind="email", recipient="ruth@example.com")).status == "queued"
    async with backend.db.transaction() as session:
        await outbox.opt_in(session, backend, PHONE)
    assert (await enqueue(backend, "newer")).status == "queued"


async def test_message_claimed_by_a_dead_process_is_sent(backend: Backend, clock: ManualClock) -> None:
    message = await enqueue(backend)
    await claim(backend)
    for seconds, status in ((claims.CLAIM_SECONDS - 1, "sending"), (2, "queued")):
        clock.advance(seconds=seconds)
        async with backend.db.transaction() as session:
            assert await claims.has_abandoned(session, backend) is (status == "queued")
            await claims.release_abandoned(session, backend)
        assert await status_of(backend, message) == status


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(news=st.lists(st.sampled_from(sorted(set(outbox.RANKS) - {"queued", "refused"})), min_size=1, max_size=8))
async def test_a_status_never_goes_back(backend: Backend, news: list[str]) -> None:
    key = "-".join(news)
    message = await enqueue(backend, key)
    before = outbox.RANKS[message.status]
    for status in news:
        async with backend.db.transaction() as session:
            await outbox.apply_carrier_status(session, backend, provider_sid="SM0", key=key, status=status)
        after = outbox.RANKS[await status_of(backend, message)]
        assert after >= before
        before = after
    assert before == max(outbox.RANKS[status] for status in news)


async def test_status_of_an_unknown_message_changes_nothing(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        assert not await outbox.apply_carrier_status(session, backend, provider_sid="SM9", key=None, status="sent")


async def test_listing_shows_everything_oldest_first(backend: Backend) -> None:
    await enqueue(backend, "a")
    await enqueue(backend, "b", kind="email", recipient="ruth@example.com", subject="Hello")
    async with backend.db.read_session() as session:
        rows = await outbox.list_messages(session)
    assert [(row["kind"], row["subject"], row["status"]) for row in rows] == [
        ("sms", "", "queued"),
        ("email", "Hello", "queued"),
    ]
