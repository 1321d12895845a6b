"""A hold stops automatic debits until somebody releases it; everything else runs on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.app import Backend
from backend.audit.service import verify
from backend.errors import MemberlineError
from backend.jobs import holds
from backend.jobs.service import run_named_job
from backend.outbox import claims
from backend.outbox.priorities import LANES, PURPOSES
from backend.outbox.service import enqueue, list_messages
from backend.posting.run import send_now
from tests.backend.alerts.alert_settings import DUE, on, sent_alerts
from tests.backend.household import Household

HOLD = holds.AUTOMATIC_PAYMENTS


async def place(backend: Backend, name: str = HOLD) -> None:
    async with backend.db.transaction() as session:
        await holds.place(session, backend, name, "restored")


async def queue(backend: Backend, *purposes: str) -> None:
    async with backend.db.transaction() as session:
        for place, purpose in enumerate(purposes):  # one phone each: nothing waits for another to the same
            await enqueue(
                session,
                backend,
                kind="sms",
                recipient=f"+155555501{place:02}",
                body="x",
                purpose=purpose,
                dedupe_key=purpose,
            )


async def claim_all(backend: Backend) -> list[str]:
    """The purposes that a sender would send now, of texts."""
    async with backend.db.read_session() as session:
        lanes = await claims.find_waiting(session, backend)
    async with backend.db.transaction() as session:
        found = [await claims.claim_due(session, backend, lane, 50) for lane in LANES if lane in lanes]
    return [message.purpose for each in found for message in each.messages]


async def test_a_hold_stops_automatic_debits_and_nothing_else(backend: Backend) -> None:
    await place(backend)
    for job in ("autopay", "scheduled-payments"):
        with pytest.raises(holds.OnHold, match="restored"):
            await run_named_job(backend, job, backend.today())
    await run_named_job(backend, "recover", backend.today())
    async with backend.db.transaction() as session:
        await holds.release(session, backend, HOLD, "compared with the bank")
    await run_named_job(backend, "autopay", backend.today())
    async with backend.db.read_session() as session:
        assert await verify(session) is None


async def test_a_hold_on_postings_lets_nothing_reach_the_billing_system(backend: Backend) -> None:
    await place(backend, holds.POSTING)
    for job in ("posting", "posting-file"):
        with pytest.raises(holds.OnHold, match="hold release posting"):
            await run_named_job(backend, job, backend.today())
    with pytest.raises(holds.OnHold):
        await send_now(backend)
    await run_named_job(backend, "autopay", backend.today())


async def test_a_hold_on_messages_stops_alerts_and_lets_the_rest_go(backend: Backend) -> None:
    await place(backend, holds.MESSAGES)
    await queue(backend, *PURPOSES)
    sent = await claim_all(backend)
    assert set(PURPOSES) - set(sent) == {"alert", "reminder", "campaign"}
    assert {"code", "callout", "receipt", "notice", "outage", "outage-notice", "outage-restored"} <= set(sent)
    async with backend.db.read_session() as session:
        # nothing is due, so that no process looks again and again for what it may not send
        assert await claims.find_waiting(session, backend) == set()
        assert await holds.count_held(session) == 3
    async with backend.db.transaction() as session:
        await holds.release(session, backend, holds.MESSAGES, "looked at them")
    assert await claim_all(backend) == ["alert", "reminder", "campaign"]


async def test_alerts_are_made_after_the_hold_with_what_is_true_then(backend: Backend, home: Household) -> None:
    await on(backend, home, {"bill_due": 3}, "text")
    await place(backend, holds.MESSAGES)
    with pytest.raises(holds.OnHold, match="hold release messages"):
        await run_named_job(backend, "alerts", DUE - timedelta(days=3))
    assert await sent_alerts(backend) == []
    await run_named_job(backend, "autopay", backend.today())
    async with backend.db.transaction() as session:
        await holds.release(session, backend, holds.MESSAGES, "looked at them")
    await run_named_job(backend, "alerts", DUE - timedelta(days=1))
    [message] = await sent_alerts(backend)
    assert "tomorrow" in message.body


async def test_what_waited_can_be_discarded(backend: Backend) -> None:
    await queue(backend, "alert", "notice")
    await place(backend, holds.MESSAGES)
    async with backend.db.transaction() as session:
        await holds.release(session, backend, holds.MESSAGES, "the bills were wrong")
        assert await holds.discard_held(session, backend) == 1
    assert await claim_all(backend) == ["notice"]
    async with backend.db.read_session() as session:
        assert [row["status"] for row in await list_messages(session)] == ["expired", "sending"]
        assert await verify(session) is None


async def test_a_second_hold_keeps_the_first_reason(backend: Backend) -> None:
    await place(backend)
    async with backend.db.transaction() as session:
        await holds.place(session, backend, HOLD, "something else")
    async with backend.db.read_session() as session:
        assert [row.reason for row in await holds.list_holds(session)] == ["restored"]


async def test_what_is_not_held_cannot_be_released(backend: Backend) -> None:
    with pytest.raises(MemberlineError, match="nothing is held"):
        async with backend.db.transaction() as session:
            await holds.release(session, backend, HOLD, "why not")
    with pytest.raises(MemberlineError, match="no hold named 'alerts'"):
        async with backend.db.transaction() as session:
            await holds.place(session, backend, "alerts", "why not")
