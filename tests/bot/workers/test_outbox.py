"""Sending what is in the outbox, through the stand-in of Twilio."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from backend.language import use_language
from backend.outbox import service as outbox
from backend.outbox.models import OutboxMessage
from bot.workers.outbox import OutboxSender
from tests.bot.edge import MEMBER, Edge, until
from tests.standins.twilio import Trouble


async def enqueue(edge: Edge, *keys: str, phone: str = MEMBER) -> None:
    backend = edge.services.backend
    async with backend.db.transaction() as session:
        for key in keys:
            await outbox.enqueue(session, backend, kind="sms", recipient=phone, body=key, dedupe_key=key)


async def newest(edge: Edge) -> OutboxMessage:
    async with edge.services.backend.db.read_session() as session:
        return (await outbox.list_newest(session))[0]


async def test_a_message_goes_out_soon_after_its_commit(app_server: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.workers.outbox.POLL_SECONDS", 3600)
    await enqueue(app_server, "a receipt")
    await until(lambda: app_server.twilio.messages)
    await enqueue(app_server, "the next one")  # the first may have been found by a look that was due already
    await until(lambda: len(app_server.twilio.messages) == 2)

    async def is_sent() -> bool:
        row = await newest(app_server)
        return row.status == "sent" and row.provider_sid == app_server.twilio.messages[1].sid

    await until(is_sent)


async def test_a_call_is_made_as_a_call(app_server: Edge) -> None:
    backend = app_server.services.backend
    async with backend.db.transaction() as session:
        await outbox.enqueue(
            session, backend, kind="call", recipient=MEMBER, body="Your bill is due.", dedupe_key="alert:1:call"
        )
    await until(lambda: app_server.twilio.calls)
    assert "Your bill is due." in app_server.twilio.calls[0].fields["Twiml"]
    assert app_server.twilio.messages == []


async def test_call_is_spoken_in_the_language_it_was_written_in(app_server: Edge) -> None:
    backend = app_server.services.backend
    with use_language("es"):
        async with backend.db.transaction() as session:
            await outbox.enqueue(
                session, backend, kind="call", recipient=MEMBER, body="Su factura vence hoy.", dedupe_key="alert:2:call"
            )
    await until(lambda: app_server.twilio.calls)
    assert '<Say language="es-US">Repito: Su factura vence hoy.</Say>' in app_server.twilio.calls[0].fields["Twiml"]


async def test_a_text_goes_out_in_the_alphabet_that_is_cheap(app_server: Edge) -> None:
    await enqueue(app_server, "Ya está: mañana se cobrará")
    await until(lambda: app_server.twilio.messages)
    assert app_server.twilio.to(MEMBER) == ["Ya esta: mañana se cobrara"]


async def test_a_message_waits_for_its_time(app_server: Edge) -> None:
    backend = app_server.services.backend
    async with backend.db.transaction() as session:
        for key, wait in (("in the morning", 600), ("now", -1)):
            at = backend.clock.now() + timedelta(seconds=wait)
            await outbox.enqueue(
                session, backend, kind="sms", recipient=MEMBER, body=key, dedupe_key=key, not_before=at
            )
    await until(lambda: app_server.twilio.messages)
    assert app_server.twilio.to(MEMBER) == ["now"]


async def test_messages_to_one_phone_go_out_in_order(app_server: Edge) -> None:
    keys = [f"message {number}" for number in range(10)]
    await enqueue(app_server, *keys)
    await until(lambda: len(app_server.twilio.messages) == 10)
    assert app_server.twilio.to(MEMBER) == keys


async def test_two_senders_send_nothing_twice(app_server: Edge) -> None:
    services = app_server.services
    keys = [f"message {number}" for number in range(12)]
    await enqueue(app_server, *keys)
    senders = [OutboxSender(services.backend, services.metrics) for _ in range(2)]
    await asyncio.gather(*(sender.send_due() for sender in senders))
    await until(lambda: len(app_server.twilio.messages) == 12)
    assert app_server.twilio.requests == 12


async def test_a_carrier_in_trouble_gets_the_message_when_it_is_well(app_server: Edge) -> None:
    app_server.twilio.trouble = Trouble(503, 20503, times=1)
    await enqueue(app_server, "a receipt")
    await until(lambda: app_server.twilio.messages)
    assert app_server.twilio.requests == 2


async def test_sent_but_unrecorded_message_is_not_sent_again(app_server: Edge) -> None:
    """A process is killed between the carrier's answer and our note of it."""
    await enqueue(app_server, "a receipt")
    await until(lambda: app_server.twilio.messages)

    async def is_sent() -> bool:
        return (await newest(app_server)).status == "sent"

    await until(is_sent)
    async with app_server.services.backend.db.transaction() as session:
        row = await session.get_one(OutboxMessage, (await newest(app_server)).id)
        row.status, row.provider_sid = "queued", None
    app_server.services.sender.wake()
    await until(lambda: app_server.twilio.requests == 2)
    await until(is_sent)
    assert len(app_server.twilio.messages) == 1


async def test_a_refused_message_does_not_hold_up_the_next(app_server: Edge) -> None:
    app_server.twilio.trouble = Trouble(400, 21211, times=1)
    await enqueue(app_server, "one", "two")
    await until(lambda: app_server.twilio.messages)
    assert app_server.twilio.to(MEMBER) == ["two"]


async def test_a_code_does_not_wait_for_the_alerts_on_their_way(app_server: Edge) -> None:
    backend, twilio = app_server.services.backend, app_server.twilio
    twilio.seconds = (0.2, 0.2)
    async with backend.db.transaction() as session:
        for number in range(150):
            await outbox.enqueue(
                session, backend, kind="sms", recipient=f"+15555552{number:03}", body=f"alert {number}",
                purpose="alert", dedupe_key=f"alert {number}",
            )  # fmt: skip
    await until(lambda: len(twilio.taken_at) >= 20)
    async with backend.db.transaction() as session:
        await outbox.enqueue(
            session, backend, kind="sms", recipient="+15555552000", body="a code", purpose="code", dedupe_key="code"
        )
    await until(lambda: "a code" in twilio.taken_at)
    assert len(twilio.taken_at) < 100


async def test_metrics_tell_what_waits(app_server: Edge) -> None:
    metrics = app_server.services.metrics
    await until(lambda: b'memberline_outbox_waiting{priority="code"} 0.0' in metrics.render())
    assert b'memberline_outbox_oldest_seconds{priority="alert"} 0.0' in metrics.render()
