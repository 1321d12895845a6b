"""Messages that an earlier process left unanswered."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from backend.app import Backend
from backend.clock import Clock, ManualClock
from backend.conversations import service as conversations
from backend.conversations.models import InboundMessage
from bot.workers.unanswered import UnansweredWorker
from tests.bot.conftest import running_edge
from tests.bot.edge import MEMBER, all_answered, message_statuses, until
from tests.bot.serving import settings_for
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio


@pytest.fixture
def surely_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease that has run out is believed at once."""
    monkeypatch.setattr("bot.workers.unanswered.LEASE_GRACE_SECONDS", 0.0)


async def _leave(folder: Path, *messages: tuple[str, str, str], clock: Clock | None = None) -> None:
    """Write (channel, provider id, text) as a process does that is killed before it answers, a while ago."""
    backend = Backend.create(settings_for(folder), clock)
    async with backend.db.transaction() as session:
        for channel, provider_id, text in messages:
            await conversations.record_inbound(
                session,
                backend,
                channel=channel,
                provider_id=provider_id,
                conversation_id=f"{channel}-1",
                text=text,
                address=MEMBER,
                attested=True,
                owner="dead",
            )
        await session.execute(update(InboundMessage).values(leased_until=0))
    await backend.close()


@pytest.mark.usefixtures("surely_dead")
async def test_messages_of_a_process_that_was_killed_are_answered_in_order(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    await _leave(folder, ("sms", "a", "one"), ("sms", "b", "two [card number removed]"))
    async with running_edge(folder, engine, twilio) as edge:
        await until(lambda: len(twilio.to(MEMBER)) == 2)
        assert await message_statuses(edge) == ["answered"] * 2
    assert engine.texts_of("sms-1") == ["one", "two"]
    assert twilio.to(MEMBER)[0] == "You said: one"
    async with running_edge(folder, engine, twilio) as edge:
        await UnansweredWorker(edge.services.turns).poll()
        await edge.services.turns.wait_until_idle()
    assert len(engine.turns) == 2


@pytest.mark.usefixtures("surely_dead")
async def test_expired_message_is_not_acted_on_but_reported(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    clock = ManualClock(datetime(2026, 11, 2, 15, tzinfo=UTC))
    await _leave(folder, ("sms", "a", "yes"), ("voice", "b", "pay"), clock=clock)
    clock.advance(minutes=11)
    async with running_edge(folder, engine, twilio, clock) as edge:
        await until(lambda: twilio.to(MEMBER))
        await until(lambda: all_answered(edge))
        assert await message_statuses(edge) == ["failed", "failed"]
    assert "Nothing was done" in twilio.to(MEMBER)[0]
    assert engine.turns == []


async def test_outage_that_outlasts_the_process_loses_nothing(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    async with running_edge(folder, engine, twilio) as edge:
        await engine.stop()
        await edge.text("one")
    async with running_edge(folder, engine, twilio) as edge:
        await engine.start()
        await until(lambda: twilio.to(MEMBER))
    assert twilio.to(MEMBER) == ["You said: one"]
