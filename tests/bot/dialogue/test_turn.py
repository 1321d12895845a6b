"""A turn: its order within a conversation, what it stores, and what it expects next."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from backend.clock import ManualClock
from backend.conversations import service as conversations
from backend.conversations.models import Conversation, InboundMessage
from bot.channels.sms import routes as sms_routes
from bot.dialogue.messages import Inbound
from tests.bot.conftest import running_edge
from tests.bot.edge import MEMBER, Edge, all_answered, twiml_texts, until
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio


async def test_act_of_the_engine_is_passed_to_the_channel(app_server: Edge) -> None:
    call = Inbound(channel="voice", conversation="CA1", provider_id="CA1:1", text="transfer")
    assert (await app_server.services.turns.take_turn(call)).transfer


async def test_burst_of_one_member_keeps_its_order(app_server: Edge) -> None:
    turns = app_server.services.turns
    texts = [f"message {number}" for number in range(30)]
    await asyncio.gather(
        *(
            turns.take_turn(Inbound("sms", "sms-burst", f"id-{number}", text, address=MEMBER))
            for number, text in enumerate(texts)
        )
    )
    assert app_server.engine.texts_of("sms-burst") == texts
    assert app_server.engine.most_at_once["sms-burst"] == 1
    async with app_server.services.backend.db.read_session() as session:
        assert list(await session.scalars(select(InboundMessage.text).order_by(InboundMessage.id))) == texts


async def test_members_do_not_wait_for_each_other(app_server: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sms_routes, "ANSWER_SECONDS", 0.2)
    assert twiml_texts(await app_server.text("slow")) == []
    assert twiml_texts(await app_server.text("hello", phone="+15555550143")) == ["You said: hello"]


async def test_a_client_that_goes_away_does_not_stop_the_turn(app_server: Edge) -> None:
    session = await app_server.session()
    request = asyncio.create_task(app_server.chat(session, "slow", id="1"))
    await until(lambda: app_server.engine.turns)
    request.cancel()
    app_server.engine.gate.set()
    await until(lambda: all_answered(app_server))
    answer = await app_server.chat(session, "slow", id="1")
    assert answer.json["messages"][0]["text"] == "You said: slow"
    assert len(app_server.engine.turns) == 1


async def _is_stored(edge: Edge, provider_id: str) -> bool:
    async with edge.services.backend.db.read_session() as session:
        stored = select(InboundMessage.id).where(InboundMessage.provider_id == provider_id)
        return await session.scalar(stored) is not None


async def test_repeat_does_not_overtake_waiting_messages(app_server: Edge) -> None:
    turns = app_server.services.turns

    def say(text: str, sid: str) -> Inbound:
        return Inbound("sms", "sms-1", sid, text, address=MEMBER)

    await turns.take_turn(say("zero", "0"))
    slow = asyncio.create_task(turns.take_turn(say("slow", "1")))
    await until(lambda: len(app_server.engine.turns) == 2)
    await turns.take_turn(say("zero", "0"))
    last = asyncio.create_task(turns.take_turn(say("last", "2")))
    await until(lambda: _is_stored(app_server, "2"))
    assert len(app_server.engine.turns) == 2
    app_server.engine.gate.set()
    await asyncio.gather(slow, last)
    assert app_server.engine.texts_of("sms-1") == ["zero", "slow", "last"]


async def test_overlong_text_repeats_the_expected_answer(app_server: Edge) -> None:
    await app_server.text("expect member_number")
    answer = twiml_texts(await app_server.text("x" * 1500))
    assert "99999-001" in answer[0]
    # the question is still open
    async with app_server.services.backend.db.read_session() as session:
        assert await session.scalar(select(Conversation.expects)) == "member_number"


async def test_a_turn_commits_twice_and_no_more(app_server: Edge) -> None:
    """The first keeps the message, the second its answer: each commit waits for the disk."""
    from sqlalchemy import event

    await app_server.text("hello")
    commits: list[int] = []
    engine = app_server.services.backend.db.engine.sync_engine

    def count(_connection: object) -> None:
        commits.append(1)

    event.listen(engine, "commit", count)
    await app_server.text("hello again")
    event.remove(engine, "commit", count)
    assert len(commits) == 2


async def test_fifteen_minutes_of_silence_end_the_identity(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    clock = ManualClock(datetime(2026, 11, 2, 15, tzinfo=UTC))
    async with running_edge(folder, engine, twilio, clock) as edge:
        await edge.text("hello")
        db = edge.services.backend.db
        async with db.transaction() as session:
            conversation = (await session.scalars(select(Conversation))).one()
            conversation.level = 1
        for minutes, level in ((14, 1), (14, 1), (15, 0)):
            clock.advance(minutes=minutes)
            await edge.text("still here")
            async with db.read_session() as session:
                assert await session.scalar(select(Conversation.level)) == level
        assert timedelta(minutes=15) == conversations.IDLE


async def test_one_conversation_and_one_row_a_message(app_server: Edge) -> None:
    for number in range(3):
        await app_server.text(f"message {number}")
    async with app_server.services.backend.db.read_session() as session:
        assert await session.scalar(select(func.count()).select_from(Conversation)) == 1
        assert await session.scalar(select(func.count()).select_from(InboundMessage)) == 3
