"""A call over a real relay socket, opened as Twilio opens it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from sqlalchemy import select

from backend.conversations.models import Conversation
from backend.outbox.models import OutboxMessage
from bot.channels.voice.relay import session as relays
from tests.bot.channels.voice.relay.relay_socket import (
    Socket,
    address,
    new_call,
    opening,
    parameters,
    signature,
    socket_after,
    socket_of,
    talk,
)
from tests.bot.edge import MEMBER, Edge, until


async def test_call_is_connected_to_the_socket_and_greeted(edge: Edge) -> None:
    root = await opening(edge, new_call())
    assert [child.tag for child in root] == ["Say", "Connect"]
    assert edge.services.coop.name in (root[0].text or "")
    relay = root.find("Connect/ConversationRelay")
    assert relay is not None
    assert relay.get("url") == address(edge, "ws")
    assert relay.get("welcomeGreeting") is None, "the choices are said by the socket, each language by its own voice"
    assert relay.get("applicationReconnect") == "true"
    async with socket_after(edge, new_call(), root) as socket:
        said = await socket.frames()
    assert any("press 1" in frame["token"] for frame in said)
    assert {frame["lang"] for frame in said if "oprima el 2" in frame["token"]} == {"es-US"}
    assert {frame["lang"] for frame in said if "press 1" in frame["token"]} == {"en-US"}
    assert relay.get("dtmfDetection") == "true"
    connect = root.find("Connect")
    assert connect is not None
    assert connect.get("action") == "/twilio/voice/relay/ended"


@pytest.mark.parametrize("path", ["/twilio/voice/relay", "/twilio/voice/relay/ended"])
async def test_the_webhooks_take_signed_requests_alone(edge: Edge, path: str) -> None:
    assert (await edge.post(path, data=new_call())).status == 403
    headers = {"X-Twilio-Signature": "bm90IGl0"}
    assert (await edge.post(path, data=new_call(), headers=headers)).status == 403


HANDSHAKES = {
    "wss": (lambda edge: signature(edge, {}), True),
    "ws": (lambda edge: signature(edge, {}, "ws"), True),
    "forged": (lambda edge: "bm90IGl0", False),
    "of a form": (lambda edge: signature(edge, {"CallSid": "CA1"}), False),
    "of a web page": (lambda edge: signature(edge, {}, "http"), False),
    "missing": (lambda edge: None, False),
}


@pytest.mark.parametrize(("made", "good"), HANDSHAKES.values(), ids=HANDSHAKES.keys())
async def test_only_a_signed_handshake_is_listened_to(edge: Edge, made: Any, good: bool) -> None:
    headers = {"X-Twilio-Signature": signed} if (signed := made(edge)) else {}
    async with socket_of(edge, new_call(), headers) as socket:
        if good:
            await socket.setup()
            assert "hello" in await socket.speak("hello")
        else:
            assert await socket.closed_with() == 1008
    assert bool(edge.engine.turns) == good


async def test_arguments_of_the_address_are_signed_as_parameters(edge: Edge) -> None:
    headers = {"X-Twilio-Signature": signature(edge, {"line": "2"})}
    async with edge.http.ws_connect(edge.url + "/twilio/relay?line=2", headers=headers) as ws:
        socket = Socket(edge, ws, new_call())
        await socket.setup()
        assert "hello" in await socket.speak("hello")


async def test_a_page_request_is_refused(edge: Edge) -> None:
    assert 400 <= (await edge.get("/twilio/relay")).status < 500


async def test_words_go_to_the_dialogue_and_its_answer_comes_as_tokens(edge: Edge) -> None:
    async with talk(edge) as socket:
        assert "You said: what do I owe" in await socket.speak("what do I owe")
        assert "Well?" in await socket.speak("expect amount")
        await socket.press("50#")
        await socket.receive_text()
    assert edge.engine.texts_of(socket.conversation) == ["what do I owe", "expect amount", "50"]
    assert {turn["channel"] for turn in edge.engine.turns} == {"voice"}


async def test_the_key_for_spanish_changes_voice_and_ear_first(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.press("2")
        change = json.loads(await socket.ws.receive_str(timeout=10))
        assert change == {"type": "language", "ttsLanguage": "es-US", "transcriptionLanguage": "es-US"}
        assert "¿Hay algo más en que le pueda ayudar?" in await socket.receive_text()
        await socket.press("0")
        handed = await socket.receive_end()
        assert handed["language"] == "es"
        assert 'language="es-US"' in ET.tostring(await socket.after(handed), encoding="unicode")


async def test_only_the_last_token_is_marked_last_and_all_are_speakable(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.send(type="prompt", voicePrompt="buttons", last=True)
        frames = await socket.frames()
    assert [frame["type"] for frame in frames] == ["text"] * len(frames)
    assert [frame["last"] for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert "For full amount, press 1." in "".join(frame["token"] for frame in frames)


async def test_partial_speech_is_ignored(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.send(type="prompt", voicePrompt="pay", last=False)
        await socket.send(type="interrupt", utteranceUntilInterrupt="Thank", durationUntilInterruptMs="460")
        await socket.send(type="something new")
        await socket.speak("pay my bill")
    assert edge.engine.texts_of(socket.conversation) == ["pay my bill"]


KEYS = {
    "four end by themselves": ("last4", "0142", "0142"),
    "a code ends by itself": ("code", "123456", "123456"),
    "the pound key ends a number": ("member_number", "99999001#", "99999001"),
    "a yes": ("confirm", "1", "/affirm"),
}


@pytest.mark.parametrize(("expect", "keys", "taken"), KEYS.values(), ids=KEYS.keys())
async def test_keys_are_collected_into_an_answer(edge: Edge, expect: str, keys: str, taken: str) -> None:
    async with talk(edge) as socket:
        await socket.speak(f"expect {expect}")
        await socket.press(keys)
        await socket.receive_text()
    assert edge.engine.texts_of(socket.conversation)[-1] == taken


async def test_a_pause_ends_a_number(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "key_pause_seconds", lambda step: 0.05)
    async with talk(edge) as socket:
        await socket.speak("expect amount")
        await socket.press("50")
        await socket.receive_text()
    assert edge.engine.texts_of(socket.conversation)[-1] == "50"


JOINED = {
    "the rest of a member number": ("member_number", "99999", "zero zero one", "99999001"),
    "the last of the last four": ("last4", "01", "four two", "0142"),
    "the unit of an amount": ("amount", "50", "dollars and 25 cents", "50 dollars and 25 cents"),
}


@pytest.mark.parametrize(("expect", "keys", "words", "taken"), JOINED.values(), ids=JOINED.keys())
async def test_words_behind_half_of_a_number_finish_it(
    edge: Edge, monkeypatch: pytest.MonkeyPatch, expect: str, keys: str, words: str, taken: str
) -> None:
    monkeypatch.setattr(relays, "key_pause_seconds", lambda step: 0.5)
    async with talk(edge) as socket:
        await socket.speak(f"expect {expect}")
        await socket.press(keys)
        await socket.speak(words)
    assert edge.engine.texts_of(socket.conversation)[-1] == taken


async def test_keys_go_on_behind_spoken_digits(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect member_number")
        await socket.press("99")
        await socket.send(type="prompt", voicePrompt="nine nine nine", last=True)
        await socket.press("001#")
        await socket.receive_text()
    assert edge.engine.texts_of(socket.conversation)[-1] == "99999001"


async def test_other_words_count_when_nothing_more_is_keyed(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "key_pause_seconds", lambda step: 0.3)
    async with talk(edge) as socket:
        await socket.speak("expect member_number")
        await socket.press("99")
        assert "I do not know it" in await socket.speak("I do not know it")


async def test_a_person_is_asked_for_behind_half_of_a_number(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect member_number")
        await socket.press("99")
        await socket.send(type="prompt", voicePrompt="a person please", last=True)
        assert (await socket.receive_end())["reason"] == "transfer"


async def test_the_carrier_is_told_how_to_listen_at_each_question(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect member_number")
        assert socket.config["speechTimeout"] == 3000
        assert "double" in socket.hints["en-US"]
        await socket.speak("expect confirm")
        assert socket.config["ignoreBackchannel"] is False, "an uh-huh is an answer here"


async def test_a_carrier_that_takes_no_settings_is_not_told_again(edge: Edge) -> None:
    async with talk(edge) as socket:
        socket.takes_config = False
        await socket.speak("expect member_number")
        socket.takes_config = True
        await socket.speak("expect confirm")
        assert "You said: hello" in await socket.speak("hello")
        assert (socket.config, socket.hints) == ({}, {})


async def test_words_into_the_keys_do_not_replace_them(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect member_number")
        await socket.press("99999")
        await socket.send(type="prompt", voicePrompt="let me see", last=True)
        await socket.press("001#")
        assert "I have 9 9 9, 9 9, 0 0 1." in await socket.receive_text()
    assert edge.engine.texts_of(socket.conversation)[-1] == "99999001"


async def test_silence_is_helped_more_each_time_and_then_a_person(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect member_number")
        monkeypatch.setattr(relays, "seconds_until_silence", lambda step: 0.05)
        await socket.press("*#")  # asked again, and from now on with less patience
        await socket.receive_text()
        answers = [await socket.receive_text(), await socket.receive_text()]
        assert "I did not hear anything" in answers[0]
        assert "one digit at a time" in answers[0]
        assert "keypad" in answers[1]
        assert "talk to a person?" in await socket.receive_text()
        assert (await socket.receive_end())["reason"] == "transfer"


async def test_silence_counts_from_the_end_of_the_speech() -> None:
    from bot.channels.voice.speaking.prompts import build_question
    from bot.channels.voice.steps import CallPosition
    from bot.dialogue.messages import Message, Reply

    short = relays.seconds_until_silence(build_question(Reply((Message("Well?"),)), CallPosition(2, 1)))
    long = relays.seconds_until_silence(build_question(Reply((Message("A word, " * 100),)), CallPosition(2, 1)))
    assert long > short + 30


async def test_yes_before_the_read_back_does_not_confirm_it(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.send(type="prompt", voicePrompt="slow expect confirm", last=True)
        await until(lambda: edge.engine.turns)
        await socket.send(type="prompt", voicePrompt="yes", last=True)
        await socket.press("1")
        edge.engine.gate.set()
        await socket.receive_text()
        assert "You said: no" in await socket.speak("no")
    assert edge.engine.texts_of(socket.conversation) == ["slow expect confirm", "no"]


async def test_a_link_is_texted_and_never_read_out(edge: Edge) -> None:
    async with talk(edge, phone="+15555550777") as socket:
        answer = await socket.speak("link")
    assert "ending 0 7 7 7" in answer
    assert "pay.example" not in answer
    async with edge.services.backend.db.read_session() as session:
        (message,) = await session.scalars(select(OutboxMessage))
    assert message.recipient == "+15555550777"


VOUCHED = {
    "a phone": (MEMBER, {}, (MEMBER, False)),
    "attested": (MEMBER, {"StirVerstat": "TN-Validation-Passed-A"}, (MEMBER, True)),
    "less than attested": (MEMBER, {"StirVerstat": "TN-Validation-Passed-B"}, (MEMBER, False)),
    "withheld": ("anonymous", {}, (None, False)),
    "withheld by its keys": ("+266696687", {"StirVerstat": "TN-Validation-Passed-A"}, (None, False)),
}


@pytest.mark.parametrize(("phone", "more", "expected"), VOUCHED.values(), ids=VOUCHED.keys())
async def test_caller_is_the_one_of_the_webhook(
    edge: Edge, phone: str, more: dict[str, str], expected: tuple[str | None, bool]
) -> None:
    async with talk(edge, phone, **more) as socket:
        await socket.speak("hello")
    assert await who(edge, socket) == expected


async def who(edge: Edge, socket: Socket) -> tuple[str | None, bool]:
    async with edge.services.backend.db.read_session() as session:
        row = await session.get_one(Conversation, socket.conversation)
    return row.address, row.attested


CLAIMS = {
    "attested by itself": {"attested": "1"},
    "with a made-up pass": {"attested": "1", "pass": "0" * 32},
    "no parameters": None,
    "odd parameters": ["attested"],
}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS.keys())
async def test_a_socket_alone_proves_no_number(edge: Edge, claim: Any) -> None:
    async with socket_of(edge, new_call()) as socket:
        await socket.setup(customParameters=claim)
        await socket.speak("hello")
    assert await who(edge, socket) == (None, False)


async def test_pass_of_one_call_does_not_work_for_another(edge: Edge) -> None:
    theirs = parameters(await opening(edge, new_call(StirVerstat="TN-Validation-Passed-A")))
    async with socket_of(edge, new_call()) as socket:
        await socket.setup(customParameters=theirs)
        await socket.speak("hello")
    assert await who(edge, socket) == (None, False)
