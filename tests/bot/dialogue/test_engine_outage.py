"""Messages while the engine is away or fails: stored, and answered in order later."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.agent_handoff import service as agent_handoff
from backend.clock import ManualClock
from backend.conversations import service as conversations
from bot.channels.sms.routes import sms_conversation_id
from bot.dialogue import engine_client
from bot.dialogue.messages import Inbound, Reply
from bot.workers import unanswered
from tests.bot.channels.webchat.event_stream import listening
from tests.bot.conftest import running_edge
from tests.bot.edge import MEMBER, Edge, all_answered, message_statuses, new_sid, twiml_texts, until
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

OPEN = datetime(2026, 11, 18, 16, 0, tzinfo=UTC)  # a Wednesday, ten in the morning in Chicago


async def test_texts_during_an_engine_outage_are_stored_and_answered_in_order(app_server: Edge) -> None:
    await app_server.engine.stop()
    first = twiml_texts(await app_server.text("one"))
    assert app_server.services.coop.office_phone_display in first[0]
    # one notice for the outage, not one for each message
    assert twiml_texts(await app_server.text("two")) == []
    assert twiml_texts(await app_server.text("three")) == []
    assert await message_statuses(app_server) == ["received"] * 3
    await app_server.engine.start()
    await until(lambda: len(app_server.twilio.to(MEMBER)) == 3)
    assert app_server.twilio.to(MEMBER) == ["You said: one", "You said: two", "You said: three"]
    assert await message_statuses(app_server) == ["answered"] * 3
    assert twiml_texts(await app_server.text("four")) == ["You said: four"]


async def test_what_was_written_before_a_handoff_waits_for_the_person_too(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    async with running_edge(folder, engine, twilio, ManualClock(OPEN)) as edge:
        backend = edge.services.backend

        async def hand_off(conversation: str) -> None:
            async with backend.db.transaction() as session:
                await agent_handoff.request_handoff(session, backend, conversation, tried="nothing")

        engine.acts["expect person"] = hand_off
        await engine.stop()
        for words in ("asdf", "expect person", "qwer", "zxcv"):
            await edge.text(words)
        await engine.start()
        await until(lambda: all_answered(edge))
        assert twilio.to(MEMBER) == ["You said: asdf", "Well?"]
        assert twiml_texts(await edge.text("I want to pay my bill")) == [], "the assistant is not back"
    assert engine.texts_of(sms_conversation_id(edge.services.settings, MEMBER)) == ["asdf", "expect person"]


async def test_an_old_message_to_a_person_stays_with_the_person(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    clock = ManualClock(OPEN)
    async with running_edge(folder, engine, twilio, clock) as edge:
        backend = edge.services.backend

        async def hand_off(conversation: str) -> None:
            async with backend.db.transaction() as session:
                await agent_handoff.request_handoff(session, backend, conversation, tried="nothing")

        engine.acts["expect person"] = hand_off
        await edge.text("expect person")
        conversation = sms_conversation_id(edge.services.settings, MEMBER)
        async with backend.db.transaction() as session:
            old = await conversations.record_inbound(
                session, backend, channel="sms", provider_id="late:1", conversation_id=conversation, text="at my barn",
                address=MEMBER,
            )  # fmt: skip
            clock.advance(seconds=unanswered.MAX_AGE.total_seconds() + 60)
        assert old.is_new
        await until(lambda: all_answered(edge))
        assert twilio.to(MEMBER) == [], "the person answers it"
        assert twiml_texts(await edge.text("are you there?")) == [], "the assistant is not back"
        async with backend.db.read_session() as session:
            assert await agent_handoff.find_open_handoff(session, conversation) is not None


async def test_each_outage_and_each_conversation_has_its_own_kind_sentence(app_server: Edge) -> None:
    for _ in range(2):
        await app_server.engine.stop()
        assert twiml_texts(await app_server.text("mine")) != []
        assert twiml_texts(await app_server.text("theirs", phone="+15555550143")) != []
        await app_server.engine.start()
        await until(lambda: all_answered(app_server))


async def test_text_repeated_during_an_outage_is_stored_once(app_server: Edge) -> None:
    await app_server.engine.stop()
    sid = new_sid()
    answers = [await app_server.text("one", sid=sid) for _ in range(3)]
    assert {answer.text for answer in answers} == {answers[0].text}
    await app_server.engine.start()
    await until(lambda: app_server.twilio.to(MEMBER))
    assert twiml_texts(await app_server.text("one", sid=sid)) == []
    assert len(app_server.engine.turns) == 1


async def test_on_the_web_the_answer_comes_by_the_stream(app_server: Edge) -> None:
    session = await app_server.session()
    async with listening(app_server, session) as stream:
        await app_server.engine.stop()
        answer = (await app_server.chat(session, "one", id="1")).json
        assert answer["pending"] is True
        assert app_server.services.coop.office_phone_display in answer["messages"][0]["text"]
        assert (await app_server.chat(session, "one", id="1")).json == answer
        assert (await app_server.chat(session, "two", id="2")).json == {"messages": [], "pending": True}
        await app_server.engine.start()
        await until(lambda: len(stream.messages) == 2)
    assert [message["reply_to"] for message in stream.messages] == ["1", "2"]
    assert stream.messages[0]["messages"][0]["text"] == "You said: one"


async def test_turn_that_fails_the_engine_is_retried_then_abandoned(app_server: Edge) -> None:
    first = twiml_texts(await app_server.text("fail"))
    assert app_server.services.coop.office_phone_display in first[0]
    assert twiml_texts(await app_server.text("hello")) == []
    await until(lambda: len(app_server.twilio.to(MEMBER)) == 2, within=20)
    gave_up, answered = app_server.twilio.to(MEMBER)
    assert "could not answer" in gave_up
    assert answered == "You said: hello"
    assert await message_statuses(app_server) == ["failed", "answered"]


async def test_an_engine_that_hangs_is_not_waited_for(app_server: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_client, "TURN_SECONDS", 0.3)
    answer = twiml_texts(await app_server.text("slow"))
    assert app_server.services.coop.office_phone_display in answer[0]
    app_server.engine.gate.set()
    await until(lambda: app_server.twilio.to(MEMBER))
    assert app_server.twilio.to(MEMBER) == ["You said: slow"]


async def test_a_caller_waits_for_the_answer_of_an_engine_that_was_away(app_server: Edge) -> None:
    await app_server.engine.stop()
    call = Inbound(channel="voice", conversation="CA1", provider_id="CA1:1", text="pay my bill", address=MEMBER)
    assert await app_server.services.turns.take_turn(call, within=0.1) == Reply(pending=True)
    await app_server.engine.start()
    reply = await app_server.services.turns.take_turn(call, within=30)
    assert reply.messages[0].text == "You said: pay my bill"
    assert len(app_server.engine.turns) == 1


async def test_caller_asking_for_a_person_does_not_wait_for_the_engine(app_server: Edge) -> None:
    await app_server.engine.stop()
    call = Inbound("voice", "CA1", "CA1:1", "a person", payload="/speak_to_human", address=MEMBER)
    reply = await app_server.services.turns.take_turn(call, within=30)
    assert reply.transfer
    assert "put you through" in reply.messages[-1].text
    await app_server.engine.start()
    assert await app_server.services.turns.take_turn(call) == reply
    assert app_server.engine.turns == []


async def test_silence_of_the_engine_is_not_passed_on(app_server: Edge) -> None:
    assert "person" in twiml_texts(await app_server.text("silent"))[0]
