"""Every message is answered once and in order, even when the engine is away or the app restarts."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.clock import Clock, ManualClock
from backend.conversations import service as conversations
from backend.conversations.models import Conversation, InboundMessage
from bot.channels.sms import routes as sms_routes
from bot.channels.voice import call
from bot.channels.webchat import routes as webchat_routes
from bot.dialogue import engine_client, keep_deadline
from bot.dialogue import turn as turn_module
from bot.dialogue.messages import Inbound, Reply
from tests.bot.channels.webchat.test_routes import listening
from tests.bot.conftest import running_edge
from tests.bot.edge import MEMBER, Edge, new_sid, twiml_texts, until
from tests.bot.serving import settings_for
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio


async def _statuses(edge: Edge) -> list[str]:
    async with edge.services.backend.db.read_session() as session:
        return list(await session.scalars(select(InboundMessage.status).order_by(InboundMessage.id)))


async def _all_answered(edge: Edge) -> bool:
    return "received" not in await _statuses(edge)


# ------------------------------------------------------------------------------------------------ the engine is away


async def test_while_the_engine_is_away_texts_are_kept_and_answered_in_order_later(app_server: Edge) -> None:
    await app_server.engine.stop()
    first = twiml_texts(await app_server.text("one"))
    assert app_server.services.coop.office_phone_display in first[0]
    # one notice for the outage, not one for each message
    assert twiml_texts(await app_server.text("two")) == []
    assert twiml_texts(await app_server.text("three")) == []
    assert await _statuses(app_server) == ["received"] * 3
    await app_server.engine.start()
    await until(lambda: len(app_server.twilio.to(MEMBER)) == 3)
    assert app_server.twilio.to(MEMBER) == ["You said: one", "You said: two", "You said: three"]
    assert await _statuses(app_server) == ["answered"] * 3
    assert twiml_texts(await app_server.text("four")) == ["You said: four"]


async def test_each_outage_and_each_conversation_has_its_own_kind_sentence(app_server: Edge) -> None:
    for _ in range(2):
        await app_server.engine.stop()
        assert twiml_texts(await app_server.text("mine")) != []
        assert twiml_texts(await app_server.text("theirs", phone="+15555550143")) != []
        await app_server.engine.start()
        await until(lambda: _all_answered(app_server))


async def test_a_text_delivered_again_during_an_outage_is_kept_once(app_server: Edge) -> None:
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


async def test_an_engine_that_fails_a_turn_is_asked_again_and_then_given_up(app_server: Edge) -> None:
    first = twiml_texts(await app_server.text("fail"))
    assert app_server.services.coop.office_phone_display in first[0]
    assert twiml_texts(await app_server.text("hello")) == []
    await until(lambda: len(app_server.twilio.to(MEMBER)) == 2, within=20)
    gave_up, answered = app_server.twilio.to(MEMBER)
    assert "could not answer" in gave_up
    assert answered == "You said: hello"
    assert await _statuses(app_server) == ["failed", "answered"]


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
    reply = await app_server.services.turns.take_turn(call, within=10)
    assert reply.messages[0].text == "You said: pay my bill"
    assert len(app_server.engine.turns) == 1


async def test_a_caller_who_asks_for_a_person_waits_for_no_engine(app_server: Edge) -> None:
    await app_server.engine.stop()
    call = Inbound("voice", "CA1", "CA1:1", "a person", payload="/speak_to_human", address=MEMBER)
    reply = await app_server.services.turns.take_turn(call, within=5)
    assert reply.transfer
    assert "put you through" in reply.messages[-1].text
    await app_server.engine.start()
    assert await app_server.services.turns.take_turn(call) == reply
    assert app_server.engine.turns == []


async def test_silence_of_the_engine_is_not_passed_on(app_server: Edge) -> None:
    assert "person" in twiml_texts(await app_server.text("silent"))[0]


async def test_an_act_of_the_engine_is_told_to_the_channel(app_server: Edge) -> None:
    call = Inbound(channel="voice", conversation="CA1", provider_id="CA1:1", text="transfer")
    assert (await app_server.services.turns.take_turn(call)).transfer


# ---------------------------------------------------------------------------------------------------------- restart


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
        assert await _statuses(edge) == ["answered"] * 2
    assert engine.said("sms-1") == ["one", "two"]
    assert twilio.to(MEMBER)[0] == "You said: one"
    async with running_edge(folder, engine, twilio):
        await asyncio.sleep(0.1)
    assert len(engine.turns) == 2


@pytest.mark.usefixtures("surely_dead")
async def test_a_message_too_old_to_act_on_is_not_acted_on_but_told(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    clock = ManualClock(datetime(2026, 11, 2, 15, tzinfo=UTC))
    await _leave(folder, ("sms", "a", "yes"), ("voice", "b", "pay"), clock=clock)
    clock.advance(minutes=11)
    async with running_edge(folder, engine, twilio, clock) as edge:
        await until(lambda: twilio.to(MEMBER))
        await until(lambda: _all_answered(edge))
        assert await _statuses(edge) == ["failed", "failed"]
    assert "Nothing was done" in twilio.to(MEMBER)[0]
    assert engine.turns == []


async def test_an_outage_that_outlasts_the_process_loses_nothing(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    async with running_edge(folder, engine, twilio) as edge:
        await engine.stop()
        await edge.text("one")
    async with running_edge(folder, engine, twilio) as edge:
        await engine.start()
        await until(lambda: twilio.to(MEMBER))
    assert twilio.to(MEMBER) == ["You said: one"]


# ------------------------------------------------------------------------------------------------------------ order


async def test_a_burst_of_one_member_keeps_its_order(app_server: Edge) -> None:
    turns = app_server.services.turns
    said = [f"message {number}" for number in range(30)]
    await asyncio.gather(
        *(
            turns.take_turn(Inbound("sms", "sms-burst", f"id-{number}", text, address=MEMBER))
            for number, text in enumerate(said)
        )
    )
    assert app_server.engine.said("sms-burst") == said
    assert app_server.engine.most_at_once["sms-burst"] == 1
    async with app_server.services.backend.db.read_session() as session:
        assert list(await session.scalars(select(InboundMessage.text).order_by(InboundMessage.id))) == said


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
    await until(lambda: _all_answered(app_server))
    answer = await app_server.chat(session, "slow", id="1")
    assert answer.json["messages"][0]["text"] == "You said: slow"
    assert len(app_server.engine.turns) == 1


async def test_a_repeat_does_not_push_its_way_past_who_is_waiting(app_server: Edge) -> None:
    turns = app_server.services.turns

    def say(text: str, sid: str) -> Inbound:
        return Inbound("sms", "sms-1", sid, text, address=MEMBER)

    await turns.take_turn(say("zero", "0"))
    slow = asyncio.create_task(turns.take_turn(say("slow", "1")))
    await until(lambda: len(app_server.engine.turns) == 2)
    await turns.take_turn(say("zero", "0"))
    last = asyncio.create_task(turns.take_turn(say("last", "2")))
    await asyncio.sleep(0.05)
    assert len(app_server.engine.turns) == 2
    app_server.engine.gate.set()
    await asyncio.gather(slow, last)
    assert app_server.engine.said("sms-1") == ["zero", "slow", "last"]


# -------------------------------------------------------------------------------------------------- what is expected


async def test_a_text_too_long_is_told_what_was_asked_for(app_server: Edge) -> None:
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


async def test_fifteen_minutes_of_silence_end_what_was_shown(
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


async def test_a_database_that_fails_while_answering_loses_nothing(
    app_server: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = conversations.save_reply
    failures = iter([True, False])

    async def fail_once(*args: object, **more: object) -> bool:
        if next(failures, False):
            raise OperationalError("statement", {}, Exception("disk full"))
        return await real(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(conversations, "save_reply", fail_once)
    first = twiml_texts(await app_server.text("one"))
    assert app_server.services.coop.office_phone_display in first[0]
    await until(lambda: app_server.twilio.to(MEMBER))
    assert app_server.twilio.to(MEMBER) == ["You said: one"]
    assert await _statuses(app_server) == ["answered"]


async def test_a_database_that_takes_no_message_is_said_kindly(
    app_server: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_args: object, **_more: object) -> None:
        raise OperationalError("statement", {}, Exception("disk full"))

    monkeypatch.setattr(conversations, "record_inbound", fail)
    answer = twiml_texts(await app_server.text("one"))
    assert "could not take your message" in answer[0]
    session = await app_server.session()
    refused = await app_server.chat(session, "one", id="1")
    assert (refused.status, refused.json["error"]["code"]) == (503, "unavailable")
    monkeypatch.undo()
    assert (await app_server.chat(session, "one", id="1")).json["messages"][0]["text"] == "You said: one"


# ------------------------------------------------------------------------------------------------------ kept or not


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Somebody else writes to the SQLite file, and does not come to an end."""
    other = sqlite3.connect(folder / "memberline.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_nothing_is_pending_that_is_not_written_down(
    app_server: Edge, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep_deadline, "KEEP_SECONDS", 0.5)
    monkeypatch.setattr(sms_routes, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(webchat_routes, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(call, "KEEP_SECONDS", 0.5)
    session, sid = await app_server.session(), new_sid()
    with _locked(folder):
        texts = await asyncio.gather(*(app_server.text("what do I owe", sid=sid) for _ in range(3)))
        stop = await app_server.text("STOP")
        spanish = await app_server.text("quiero pagar mi factura")
        page = await app_server.chat(session, "hello", id="1")
        line = await app_server.twilio_post(
            "/twilio/voice/turn?turn=1", {"CallSid": "CA" + "1" * 32, "From": MEMBER, "SpeechResult": "pay my bill"}
        )
    for answer in (*texts, stop):
        assert "could not take your message" in twiml_texts(answer)[0]
    assert "could not" not in twiml_texts(spanish)[0]
    assert (page.status, page.json["error"]["code"]) == (503, "unavailable")
    assert "<Redirect" not in line.text, "a caller is not asked to wait for what was not kept"
    # a message reported as not stored is not acted on once the database is back
    await app_server.services.turns.wait_until_idle()
    assert await _statuses(app_server) == []
    assert app_server.engine.turns == []
    assert twiml_texts(await app_server.text("what do I owe", sid=sid)) == ["You said: what do I owe"]
    assert (await app_server.chat(session, "hello", id="1")).json["messages"][0]["text"] == "You said: hello"


async def test_a_commit_that_hangs_is_not_said_to_have_failed(
    app_server: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows whether it is kept: Twilio is given an error, and the message is answered once it turns out."""
    monkeypatch.setattr(keep_deadline, "KEEP_SECONDS", 4.0)
    monkeypatch.setattr(keep_deadline, "COMMIT_SECONDS", 0.2)
    monkeypatch.setattr(sms_routes, "ANSWER_SECONDS", 0.1)
    database, hanging = app_server.services.backend.db, asyncio.Event()
    real = database.transaction

    @asynccontextmanager
    async def slow_to_commit() -> AsyncIterator[AsyncSession]:
        async with real() as session:
            yield session
            await hanging.wait()

    monkeypatch.setattr(database, "transaction", slow_to_commit)
    assert (await app_server.text("what do I owe")).status == 503
    hanging.set()
    await until(lambda: app_server.twilio.to(MEMBER))
    assert app_server.twilio.to(MEMBER) == ["You said: what do I owe"]


async def test_a_reply_that_was_kept_too_late_for_its_sender_is_sent(
    app_server: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_module, "COMMIT_SECONDS", 0.1)
    monkeypatch.setattr(sms_routes, "ANSWER_SECONDS", 4.0)
    real, saving, hanging = conversations.save_reply, asyncio.Event(), asyncio.Event()

    async def slow(*args: object, **more: object) -> bool:
        saving.set()
        await hanging.wait()
        return await real(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(conversations, "save_reply", slow)
    assert twiml_texts(await app_server.text("hello")) == []
    assert saving.is_set()
    hanging.set()
    await until(lambda: app_server.twilio.to(MEMBER))
    assert app_server.twilio.to(MEMBER) == ["You said: hello"]


async def test_an_answer_of_a_process_that_lost_its_turn_is_not_given(
    app_server: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stood still for longer than a lease, and another process has taken the message up."""
    asked = asyncio.create_task(app_server.text("slow"))
    await until(lambda: app_server.engine.turns)
    async with app_server.services.backend.db.transaction() as session:
        await session.execute(update(InboundMessage).values(owner="another", leased_until=2**40))
    app_server.engine.gate.set()
    assert twiml_texts(await asked) == []
    assert await _statuses(app_server) == ["received"]
