"""Odd, large and endless input on a relay socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from backend.clock import ManualClock
from bot.channels.voice import routes
from bot.channels.voice.relay import session as relays
from bot.web.rates import rate_limit
from tests.bot.channels.voice.phone_call import OPEN
from tests.bot.channels.voice.relay.relay_socket import new_call, signature, socket_of, talk
from tests.bot.conftest import running_edge
from tests.bot.edge import ACCOUNT, Edge

ODD_SETUPS = {
    "no JSON": "pay my bill",
    "a list": "[]",
    "a prompt first": json.dumps({"type": "prompt", "voicePrompt": "hello", "last": True}),
    "no call": json.dumps({"type": "setup", "accountSid": ACCOUNT}),
    "an odd call": json.dumps({"type": "setup", "accountSid": ACCOUNT, "callSid": "../etc"}),
    "another account": json.dumps({"type": "setup", "accountSid": "AC1", "callSid": "CA1"}),
}


@pytest.mark.parametrize("first", ODD_SETUPS.values(), ids=ODD_SETUPS.keys())
async def test_a_socket_begins_with_its_setup(edge: Edge, first: str) -> None:
    async with socket_of(edge, new_call()) as socket:
        await socket.ws.send_str(first)
        assert await socket.closed_with() == 1008
    assert edge.engine.turns == []


@pytest.mark.parametrize("data", ["{", "[1]", b"\xff\xfe", "[" * 5000], ids=["cut", "list", "binary", "deep"])
async def test_invalid_message_ends_the_socket(edge: Edge, data: str | bytes) -> None:
    async with talk(edge) as socket:
        await (socket.ws.send_bytes(data) if isinstance(data, bytes) else socket.ws.send_str(data))
        assert await socket.closed_with() == 1007


ODD_MESSAGES = {
    "huge speech": {"type": "prompt", "voicePrompt": "word " * 2000, "last": True},
    "markup": {"type": "prompt", "voicePrompt": "<Dial>+15555550666</Dial>", "last": True},
    "a payload": {"type": "prompt", "voicePrompt": '/inform{"member_number":"99999-001"}', "last": True},
    "no words": {"type": "prompt", "last": True},
    "words of another type": {"type": "prompt", "voicePrompt": ["a"], "last": True},
    "emoji": {"type": "prompt", "voicePrompt": "\N{PILE OF POO}"},
    "half an emoji": {"type": "prompt", "voicePrompt": "\ud83d"},
}


@pytest.mark.parametrize("message", ODD_MESSAGES.values(), ids=ODD_MESSAGES.keys())
async def test_odd_messages_are_answered(edge: Edge, message: dict[str, Any]) -> None:
    async with talk(edge) as socket:
        await socket.send(**message)
        assert await socket.receive_text()
        await socket.send(type="dtmf", digit="12")
        await socket.send(type="dtmf")
        await socket.send(type="error", description="x")
        assert "hello" in await socket.speak("hello")
    assert not any(text.startswith("/inform") for text in edge.engine.texts_of(socket.conversation))


async def test_card_number_is_refused(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect amount")
        await socket.press("4242424242424242#")
        assert "card" in await socket.receive_text()
    assert "4242424242424242" not in str(edge.engine.turns)


async def test_a_socket_without_a_word_is_closed(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "SETUP_SECONDS", 0.2)
    async with socket_of(edge, new_call()) as socket:
        assert await socket.closed_with() == 1008


async def test_idle_socket_is_closed_and_the_call_continues(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "IDLE_SECONDS", 0.5)
    async with talk(edge) as socket:
        assert await socket.closed_with() == 1001
        assert (await socket.after()).find("Connect/ConversationRelay") is not None


async def test_a_message_too_large_closes_the_socket(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.send(type="prompt", voicePrompt="x" * 20_000, last=True)
        assert await socket.closed_with() == 1009


async def test_a_large_message_in_small_pieces_closes_the_socket(edge: Edge) -> None:
    """Each piece is small; what they make together is not."""
    host, port = edge.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"GET /twilio/relay HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\n"
        f"X-Twilio-Signature: {signature(edge, {})}\r\n\r\n".encode()
    )
    assert b"101" in await reader.readuntil(b"\r\n\r\n")
    for opcode in (0x1, *[0x0] * 9):  # a text, and what goes on with it; none is the last
        writer.write(bytes([opcode, 0x80 | 126]) + (3000).to_bytes(2, "big") + bytes(4) + b"x" * 3000)
    answer = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    assert answer[0] == 0x88, "a close frame"
    assert int.from_bytes(answer[2:4], "big") == 1009


async def test_a_flood_of_messages_closes_the_socket(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "FRAME_LIMIT", rate_limit("relay", 200, 600))  # however slow the machine is
    async with talk(edge) as socket:
        with contextlib.suppress(ConnectionError):
            for _ in range(3 * relays.FRAME_LIMIT.amount):
                await socket.send(type="prompt", voicePrompt="he", last=False)
        while not socket.ws.closed:
            await socket.ws.receive(timeout=10)
        assert socket.ws.close_code == 1007


async def test_sockets_are_bounded(edge: Edge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(routes, "MAX_RELAYS", 2)
    async with running_edge(tmp_path, edge.engine, edge.twilio, ManualClock(OPEN)) as small, AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(talk(small))
        async with socket_of(small, new_call()) as socket:
            assert await socket.closed_with() == 1013
