"""No message is confirmed that was not stored, and no stored message is lost."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations import service as conversations
from backend.conversations.models import InboundMessage
from bot.channels.sms import routes as sms_routes
from bot.channels.voice import call
from bot.channels.webchat import routes as webchat_routes
from bot.dialogue import record_deadline
from bot.dialogue import turn as turn_module
from tests.bot.edge import MEMBER, Edge, message_statuses, new_sid, twiml_texts, until


async def test_database_failure_while_answering_loses_nothing(
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
    assert await message_statuses(app_server) == ["answered"]


async def test_database_that_stores_no_message_is_reported_politely(
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


async def test_nothing_is_pending_that_is_not_stored(
    app_server: Edge, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_deadline, "RECORD_SECONDS", 0.5)
    monkeypatch.setattr(sms_routes, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(webchat_routes, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(call, "RECORD_SECONDS", 0.5)
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
    monkeypatch.undo()
    await app_server.services.turns.wait_until_idle()
    assert await message_statuses(app_server) == []
    assert app_server.engine.turns == []
    assert twiml_texts(await app_server.text("what do I owe", sid=sid)) == ["You said: what do I owe"]
    assert (await app_server.chat(session, "hello", id="1")).json["messages"][0]["text"] == "You said: hello"


async def test_hanging_commit_is_not_reported_as_failed(app_server: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows whether it is kept: Twilio is given an error, and the message is answered once it turns out."""
    monkeypatch.setattr(record_deadline, "RECORD_SECONDS", 4.0)
    monkeypatch.setattr(record_deadline, "COMMIT_SECONDS", 0.2)
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


async def test_reply_stored_too_late_for_its_sender_is_sent(app_server: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
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


async def test_answer_of_a_process_that_lost_its_turn_is_not_given(
    app_server: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stood still for longer than a lease, and another process has taken the message up."""
    asked = asyncio.create_task(app_server.text("slow"))
    await until(lambda: app_server.engine.turns)
    async with app_server.services.backend.db.transaction() as session:
        await session.execute(update(InboundMessage).values(owner="another", leased_until=2**40))
    app_server.engine.gate.set()
    assert twiml_texts(await asked) == []
    assert await message_statuses(app_server) == ["received"]
