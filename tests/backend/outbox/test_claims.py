"""Which messages are claimed, in which order, and how many a second, on each database."""

from __future__ import annotations

import ast
import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from backend.config import ROOT
from backend.members.codes import LIFETIME
from backend.outbox import claims
from backend.outbox import service as outbox
from backend.outbox.models import OutboxMessage, SendRate
from backend.outbox.priorities import LANES, LIFETIMES, PURPOSES, Lane, Priority, priority_of

URGENT, BULK = LANES[0], LANES[1]
PHONE = "+15555550142"


async def enqueue(backend: Backend, key: str, purpose: str = "alert", phone: str = PHONE, body: str = "Hello") -> None:
    async with backend.db.transaction() as session:
        await outbox.enqueue(session, backend, kind="sms", recipient=phone, body=body, purpose=purpose, dedupe_key=key)


async def claim(backend: Backend, lane: Lane = BULK, limit: int = 50) -> claims.Claim:
    async with backend.db.transaction() as session:
        return await claims.claim_due(session, backend, lane, limit)


def keys(claim: claims.Claim) -> list[str]:
    return [message.dedupe_key for message in claim.messages]


async def status_of(backend: Backend, key: str) -> str:
    async with backend.db.read_session() as session:
        return next(each["status"] for each in await outbox.list_messages(session) if each["body"] == key)


async def test_the_more_urgent_goes_first_and_equals_in_their_order(backend: Backend, clock: ManualClock) -> None:
    for key, purpose in (("a1", "alert"), ("r1", "receipt"), ("c", "campaign"), ("a2", "alert"), ("r2", "notice")):
        await enqueue(backend, key, purpose)
        clock.advance(seconds=1)
    assert keys(await claim(backend, limit=2)) == ["r1", "r2"]
    assert keys(await claim(backend)) == ["a1", "a2", "c"]


async def test_a_code_is_claimed_while_an_alert_to_the_same_phone_is_on_its_way(backend: Backend) -> None:
    await enqueue(backend, "alert")
    assert keys(await claim(backend)) == ["alert"]
    await enqueue(backend, "code", "code")
    assert keys(await claim(backend, URGENT)) == ["code"]


async def test_message_waits_for_an_earlier_one_of_its_priority_to_the_same_phone(
    backend: Backend, clock: ManualClock
) -> None:
    await enqueue(backend, "first")
    (first,) = (await claim(backend)).messages
    await enqueue(backend, "second")
    await enqueue(backend, "other", phone="+15555550143")
    assert keys(await claim(backend)) == ["other"]
    async with backend.db.transaction() as session:
        await outbox.mark_sent(session, backend, {first.id: "SM1"})
    assert keys(await claim(backend)) == ["second"]


async def test_a_dead_process_holds_up_later_messages_for_half_a_minute(backend: Backend, clock: ManualClock) -> None:
    await enqueue(backend, "first", "code")
    await claim(backend, URGENT)
    await enqueue(backend, "second", "code")
    assert keys(await claim(backend, URGENT)) == []
    clock.advance(seconds=claims.IN_FLIGHT_SECONDS + 1)
    assert keys(await claim(backend, URGENT)) == ["second"]


async def test_a_dead_code_is_not_sent(backend: Backend, clock: ManualClock) -> None:
    await enqueue(backend, "old", "code", body="old")
    await enqueue(backend, "link", "link", body="link")
    clock.advance(seconds=LIFETIME.total_seconds() - 1)
    await enqueue(backend, "new", "code", body="new")
    clock.advance(seconds=2)
    claimed = await claim(backend, URGENT)
    assert keys(claimed) == ["new", "link"]
    assert [message.dedupe_key for message in claimed.expired] == ["old"]
    assert await status_of(backend, "old") == "expired"


def test_a_code_lives_as_long_in_the_outbox_as_where_it_is_checked() -> None:
    assert LIFETIMES["code"] == LIFETIME


async def test_a_sender_sends_no_faster_than_its_rate(backend: Backend) -> None:
    backend.settings = backend.settings.with_values(texts_per_second=1.25)
    for number in range(30):
        await enqueue(backend, str(number), phone=f"+155555501{number + 10}")
    first = await claim(backend)
    assert 12 <= len(first.messages) <= 13  # what ten seconds of its rate give
    assert 0 < first.pause <= 1 / 1.25
    assert (await claim(backend)).messages == []
    await let_pass(backend, timedelta(seconds=4))
    assert 5 <= len((await claim(backend)).messages) <= 6


async def test_a_long_text_uses_up_as_much_as_it_has_parts(backend: Backend) -> None:
    backend.settings = backend.settings.with_values(texts_per_second=1.0)
    for number in range(9):
        await enqueue(backend, str(number), phone=f"+155555501{number + 10}", body="x" * 400)
    assert len((await claim(backend)).messages) == 4  # ten parts: three of three, and one on credit


async def test_a_code_does_not_wait_for_the_rate_and_alerts_pay_for_it(backend: Backend) -> None:
    backend.settings = backend.settings.with_values(texts_per_second=1.0)
    for number in range(30):
        await enqueue(backend, f"alert {number}", phone=f"+155555501{number + 10}")
    await claim(backend)
    for number in range(5):
        await enqueue(backend, f"code {number}", "code", phone=f"+155555502{number + 10}")
    assert len((await claim(backend, URGENT)).messages) == 5
    await let_pass(backend, timedelta(seconds=4))
    assert (await claim(backend)).messages == []
    await let_pass(backend, timedelta(seconds=3))
    assert len((await claim(backend)).messages) == 2


async def let_pass(backend: Backend, time: timedelta) -> None:
    """Move what was noted of the carrier's real time back: a test does not wait for it."""
    async with backend.db.transaction() as session:
        row = await session.get_one(SendRate, "sms")
        row.at -= time


async def test_processes_that_claim_together_share_one_rate(backend: Backend) -> None:
    backend.settings = backend.settings.with_values(texts_per_second=1.0)
    for number in range(30):
        await enqueue(backend, str(number), phone=f"+155555501{number + 10}")
    claimed = await asyncio.gather(*(claim(backend, limit=8) for _ in range(3)))
    found = [key for each in claimed for key in keys(each)]
    assert len(found) == len(set(found))
    assert 10 <= len(found) <= 11


async def test_what_waits_is_counted_by_priority(backend: Backend, clock: ManualClock) -> None:
    await enqueue(backend, "1")
    clock.advance(seconds=90)
    await enqueue(backend, "2")
    await enqueue(backend, "3", "code")
    async with backend.db.read_session() as session:
        found = await claims.count_waiting(session, backend)
        assert await claims.find_waiting(session, backend) == {URGENT, BULK}
    assert found[Priority.ALERT] == (2, pytest.approx(90))
    assert found[Priority.CODE] == (1, pytest.approx(0))
    assert found[Priority.CAMPAIGN] == (0, 0)


def test_every_purpose_in_the_code_has_a_priority() -> None:
    """A new purpose needs a line in PURPOSES: else its messages go out as alerts do."""
    found = {purpose for folder in ("backend", "bot", "actions") for path in (ROOT / folder).rglob("*.py")
             for purpose in purposes_in(path)}  # fmt: skip
    assert {"code", "link", "reply", "alert", "notice", "callout", "ticket"} <= found
    assert found <= set(PURPOSES)


def purposes_in(path: Path) -> set[str]:
    """The purposes that this file gives to `enqueue`: literally, or by a constant PURPOSE."""
    text = path.read_text()
    if "outbox" not in text:
        return set()
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.keyword) and node.arg == "purpose" and isinstance(node.value, ast.Constant):
            found.add(str(node.value.value))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            found |= {str(node.value.value) for target in node.targets if getattr(target, "id", "") == "PURPOSE"}
    return found


def test_priorities_by_purpose() -> None:
    ranked = ("code", "link", "receipt", "alert", "campaign")
    assert [priority_of(purpose) for purpose in ranked] == sorted(Priority)
    assert priority_of("something new") is Priority.ALERT


async def test_a_caller_may_choose_another_priority(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        message: OutboxMessage = await outbox.enqueue(
            session, backend, kind="sms", recipient=PHONE, body="x", purpose="alert", dedupe_key="k",
            priority=Priority.CAMPAIGN,
        )  # fmt: skip
    assert message.priority == Priority.CAMPAIGN
