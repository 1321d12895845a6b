"""A socket that drops within a call: the call goes on at the same place, by the relay."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.channels.voice.relay import session as relays
from bot.channels.voice.relay.keypad import Keypad
from tests.bot.channels.voice.phone_call import spoken_text
from tests.bot.channels.voice.relay.relay_socket import Socket, socket_after, socket_of, talk
from tests.bot.edge import Edge, until


async def test_a_relay_that_broke_off_is_opened_again_at_the_open_question_and_in_the_end_by_webhooks(
    edge: Edge,
) -> None:
    async with talk(edge) as socket:
        await socket.speak("hello")
        await socket.speak("expect last4")
    root = await socket.after()
    for _ in range(2):
        assert "connection was gone" in spoken_text(root)
        connect = root.find("Connect")
        assert connect is not None
        async with socket_after(edge, socket.call, root) as again:
            assert "Well?" in await again.receive_text()
        root = await socket.after(action=connect.get("action", ""))
    gather = root.find("Gather")
    assert gather is not None, "a relay that breaks a third time is given up"
    assert gather.get("numDigits") == "4"
    await edge.twilio_post(gather.get("action", ""), {**socket.call, "Digits": "0142"})
    assert edge.engine.texts_of(socket.conversation) == ["hello", "expect last4", "0142"]


async def test_an_answer_that_nobody_may_have_heard_is_said_again(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("the payment is done")
    async with socket_after(edge, socket.call, await socket.after()) as again:
        assert "You said: the payment is done" in await again.receive_text()


async def test_an_answer_that_was_on_its_way_comes_over_the_next_socket(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.send(type="prompt", voicePrompt="slow one", last=True)
        await until(lambda: edge.engine.turns)
    root = await socket.after()
    async with socket_after(edge, socket.call, root) as again:
        edge.engine.gate.set()
        said = await again.receive_text()
        assert "You said: slow one" in said or "You said: slow one" in await again.receive_text()
    assert edge.engine.texts_of(socket.conversation) == ["slow one"]


@asynccontextmanager
async def reopened_by_twilio(edge: Edge, socket: Socket) -> AsyncIterator[Socket]:
    """Twilio opens the address of the document again, with the parameters of that document."""
    async with socket_of(edge, socket.call) as again:
        await again.setup(greeted=False, customParameters=socket.parameters)
        yield again


async def test_what_was_said_while_the_socket_was_down_is_the_answer(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect amount")
    async with reopened_by_twilio(edge, socket) as again:
        await again.send(type="prompt", voicePrompt="fifty dollars", last=True)
        assert "You said: fifty dollars" in await again.receive_text()


async def test_a_silent_caller_is_asked_again_after_a_drop(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect amount")
    async with reopened_by_twilio(edge, socket) as again:
        assert "Well?" in await again.receive_text()


async def test_a_yes_from_before_the_drop_does_not_answer_a_read_back(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("terms")
    async with reopened_by_twilio(edge, socket) as again:
        await again.send(type="prompt", voicePrompt="yes", last=True)
        assert "Auto Pay takes the whole bill" in await again.receive_text()
    assert edge.engine.texts_of(socket.conversation) == ["terms"]


@asynccontextmanager
async def half_keyed(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Socket]:
    """A call whose socket drops after five keys of a member number."""
    pressed: list[str] = []
    press = Keypad.press

    def note(keypad: Keypad, key: str) -> dict[str, str] | None:
        pressed.append(key)
        return press(keypad, key)

    monkeypatch.setattr(Keypad, "press", note)
    async with talk(edge) as socket:
        await socket.speak("expect member_number")
        await socket.press("99999")
        await until(lambda: len(pressed) == 5)
    yield socket


async def test_a_number_half_keyed_before_the_drop_is_finished_after_it(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with half_keyed(edge, monkeypatch) as socket, reopened_by_twilio(edge, socket) as again:
        await again.press("001#")
        assert "I have 9 9 9, 9 9, 0 0 1." in await again.receive_text()


async def test_half_a_number_is_forgotten_after_a_while(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    async with half_keyed(edge, monkeypatch) as socket:
        monkeypatch.setattr(relays, "key_pause_seconds", lambda step: -1.0)
        async with reopened_by_twilio(edge, socket) as again:
            assert "Well?" in await again.receive_text()
