"""A call over a real relay socket, opened as Twilio opens it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from backend.clock import ManualClock
from backend.conversations.models import Conversation
from backend.outbox.models import OutboxMessage
from bot.channels.voice import call as calls
from bot.channels.voice import relay as relays
from bot.channels.voice import routes
from bot.web.rates import rate_limit
from tests.bot.channels.voice.twiml_check import check
from tests.bot.conftest import running_edge
from tests.bot.edge import ACCOUNT, AUTH_TOKEN, MEMBER, NUMBER, Edge, until
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

OPEN = datetime.fromisoformat("2026-11-23T18:00:00+00:00")  # Monday noon at the co-op
TRANSFER = "+15555550101"
_sids = itertools.count(1)


@pytest.fixture
async def edge(tmp_path: Path, engine: StandInEngine, twilio: StandInTwilio) -> AsyncIterator[Edge]:
    async with running_edge(tmp_path, engine, twilio, ManualClock(OPEN)) as edge:
        yield edge


class Socket:
    """Twilio's end of a relay."""

    def __init__(self, edge: Edge, ws: aiohttp.ClientWebSocketResponse, call: dict[str, str]) -> None:
        self.edge = edge
        self.ws = ws
        self.call = call

    @property
    def conversation(self) -> str:
        return f"call-{self.call['CallSid']}"

    async def send(self, **message: Any) -> None:
        await self.ws.send_str(json.dumps(message))

    async def setup(self, **more: Any) -> None:
        call = self.call
        await self.send(
            type="setup",
            sessionId="VX" + "0" * 32,
            accountSid=ACCOUNT,
            callSid=call["CallSid"],
            **{"from": call["From"], "to": NUMBER},
            **more,
        )

    async def speak(self, words: str) -> str:
        """Say it; what is said back comes as one text."""
        await self.send(type="prompt", voicePrompt=words, lang="en-US", last=True)
        return await self.said()

    async def press(self, keys: str) -> None:
        for key in keys:
            await self.send(type="dtmf", digit=key)

    async def said(self) -> str:
        """Everything up to the last token."""
        return "".join(frame["token"] for frame in await self.frames())

    async def frames(self) -> list[dict[str, Any]]:
        frames: list[dict[str, Any]] = []
        while not frames or not frames[-1].get("last", True):
            frames.append(json.loads(await self.ws.receive_str(timeout=10)))
        return frames

    async def ends(self) -> dict[str, Any]:
        """The hand-off data of the message that ends the relay, behind which the socket is closed."""
        (frame,) = await self.frames()
        assert frame["type"] == "end"
        assert (await self.ws.receive(timeout=10)).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        return dict(json.loads(frame["handoffData"]))

    async def closed_with(self) -> int | None:
        await self.ws.receive(timeout=10)
        return self.ws.close_code

    async def after(self, data: dict[str, Any] | None = None) -> ET.Element:
        """What Twilio is told when it says that the relay is over."""
        handed = {"HandoffData": json.dumps(data)} if data is not None else {}
        form = {**self.call, "SessionId": "VX1", "SessionStatus": "ended" if data else "failed", **handed}
        answer = await self.edge.twilio_post("/twilio/voice/relay/ended", form)
        assert answer.status == 200, answer.text
        return check(answer.text)


def new_call(phone: str = MEMBER, **more: str) -> dict[str, str]:
    return {"CallSid": f"CA{next(_sids):032x}", "AccountSid": ACCOUNT, "From": phone, "To": NUMBER, **more}


def signature(edge: Edge, query: dict[str, str], scheme: str = "wss") -> str:
    return str(RequestValidator(AUTH_TOKEN).compute_signature(address(edge, scheme), query))


def address(edge: Edge, scheme: str) -> str:
    return edge.url.replace("http", scheme, 1) + "/twilio/relay"


@asynccontextmanager
async def socket_of(edge: Edge, call: dict[str, str], headers: dict[str, str] | None = None) -> AsyncIterator[Socket]:
    headers = {"X-Twilio-Signature": signature(edge, {})} if headers is None else headers
    async with edge.http.ws_connect(edge.url + "/twilio/relay", headers=headers) as ws:
        yield Socket(edge, ws, call)


@asynccontextmanager
async def talk(edge: Edge, phone: str = MEMBER, **more: str) -> AsyncIterator[Socket]:
    """A call as it really begins: the webhook's TwiML, then the socket that it names."""
    call = new_call(phone, **more)
    async with socket_of(edge, call) as socket:
        await socket.setup(customParameters=parameters(await opening(edge, call)))
        yield socket


async def opening(edge: Edge, call: dict[str, str]) -> ET.Element:
    answer = await edge.twilio_post("/twilio/voice/relay", call)
    assert answer.status == 200, answer.text
    return check(answer.text)


def parameters(twiml: ET.Element) -> dict[str, str]:
    return {one.get("name", ""): one.get("value", "") for one in twiml.iter("Parameter")}


async def test_the_call_is_connected_to_the_socket_and_told_who_answers(edge: Edge) -> None:
    root = await opening(edge, new_call())
    assert [child.tag for child in root] == ["Say", "Connect"]
    assert edge.services.coop.name in (root[0].text or "")
    relay = root.find("Connect/ConversationRelay")
    assert relay is not None
    assert relay.get("url") == address(edge, "ws")
    assert "press 1" in relay.get("welcomeGreeting", "")
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
        await socket.said()
    assert edge.engine.said(socket.conversation) == ["what do I owe", "expect amount", "50"]
    assert {turn["channel"] for turn in edge.engine.turns} == {"voice"}


async def test_the_key_for_spanish_changes_voice_and_ear_first(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.press("2")
        change = json.loads(await socket.ws.receive_str(timeout=10))
        assert change == {"type": "language", "ttsLanguage": "es-US", "transcriptionLanguage": "es-US"}
        assert "¿Hay algo más en que le pueda ayudar?" in await socket.said()
        await socket.press("0")
        handed = await socket.ends()
        assert handed["language"] == "es"
        assert 'language="es-US"' in ET.tostring(await socket.after(handed), encoding="unicode")


async def test_the_last_token_alone_is_marked_last_and_nothing_unspeakable_is_sent(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.send(type="prompt", voicePrompt="buttons", last=True)
        frames = await socket.frames()
    assert [frame["type"] for frame in frames] == ["text"] * len(frames)
    assert [frame["last"] for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert "For Full amount, press 1." in "".join(frame["token"] for frame in frames)


async def test_what_may_still_change_is_not_taken(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.send(type="prompt", voicePrompt="pay", last=False)
        await socket.send(type="interrupt", utteranceUntilInterrupt="Thank", durationUntilInterruptMs="460")
        await socket.send(type="something new")
        await socket.speak("pay my bill")
    assert edge.engine.said(socket.conversation) == ["pay my bill"]


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
        await socket.said()
    assert edge.engine.said(socket.conversation)[-1] == taken


async def test_a_pause_ends_a_number(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "key_pause_seconds", lambda step: 0.05)
    async with talk(edge) as socket:
        await socket.speak("expect amount")
        await socket.press("50")
        await socket.said()
    assert edge.engine.said(socket.conversation)[-1] == "50"


async def test_words_into_the_keys_do_not_replace_them(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect member_number")
        await socket.press("99999")
        await socket.send(type="prompt", voicePrompt="let me see", last=True)
        await socket.press("001#")
        assert "I have 9 9 9, 9 9, 0 0 1." in await socket.said()
    assert edge.engine.said(socket.conversation)[-1] == "99999001"


async def test_silence_is_helped_more_each_time_and_then_a_person(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect member_number")
        monkeypatch.setattr(relays, "seconds_until_silence", lambda step: 0.05)
        await socket.press("*#")  # asked again, and from now on with less patience
        await socket.said()
        heard = [await socket.said(), await socket.said()]
        assert "I did not hear anything" in heard[0]
        assert "one digit at a time" in heard[0]
        assert "keypad" in heard[1]
        assert (await socket.ends())["reason"] == "transfer"


async def test_silence_counts_from_when_the_words_are_spoken() -> None:
    from bot.channels.voice.prompts import build_question
    from bot.channels.voice.steps import CallPosition
    from bot.dialogue.messages import Message, Reply

    short = relays.seconds_until_silence(build_question(Reply((Message("Well?"),)), CallPosition(2, 1)))
    long = relays.seconds_until_silence(build_question(Reply((Message("A word. " * 100),)), CallPosition(2, 1)))
    assert long > short + 30


async def test_a_yes_said_before_the_read_back_is_no_yes_to_it(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.send(type="prompt", voicePrompt="slow expect confirm", last=True)
        await until(lambda: edge.engine.turns)
        await socket.send(type="prompt", voicePrompt="yes", last=True)
        await socket.press("1")
        edge.engine.gate.set()
        await socket.said()
        assert "You said: no" in await socket.speak("no")
    assert edge.engine.said(socket.conversation) == ["slow expect confirm", "no"]


def test_a_read_back_cannot_be_interrupted() -> None:
    from bot.channels.voice.prompts import build_question
    from bot.channels.voice.relay_messages import render_frames
    from bot.channels.voice.steps import CallPosition
    from bot.dialogue.messages import Message, Reply

    reply = Reply((Message("Please check: pay $112.40 today.", hints={"expect": "confirm"}),))
    first, last = render_frames(build_question(reply, CallPosition(2, 1)))
    assert (first["interruptible"], last["interruptible"]) == (False, True)
    assert "112 dollars and 40 cents" in first["token"]


async def test_a_person_takes_over_behind_the_relay(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect member_number")
        await socket.press("0#")
        data = await socket.ends()
    assert data["reason"] == "transfer"
    root = await socket.after(data)
    assert root.findtext("Dial") == TRANSFER
    assert edge.engine.said(socket.conversation)[-1] == "/speak_to_human"


async def test_where_nobody_answers_the_call_goes_on_by_webhooks(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect member_number")
        await socket.send(type="prompt", voicePrompt="a person please", last=True)
        root = await socket.after(await socket.ends())
    dial = root.find("Dial")
    assert dial is not None
    form = {**socket.call, "DialCallStatus": "no-answer"}
    back = check((await edge.twilio_post(dial.get("action", ""), form)).text)
    assert "nobody could take your call" in "".join(back.itertext())
    assert "Well?" in "".join(back.itertext())
    gather = back.find("Gather")
    assert gather is not None
    await edge.twilio_post(gather.get("action", ""), {**socket.call, "Digits": "99999001"})
    assert edge.engine.said(socket.conversation)[-1] == "99999001"


async def test_a_goodbye_is_said_to_its_end(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.send(type="prompt", voicePrompt="goodbye", last=True)
        data = await socket.ends()
    assert data["reason"] == "end"
    root = await socket.after(data)
    assert [child.tag for child in root] == ["Say", "Hangup"]
    assert root[0].text == "Goodbye."


async def test_a_relay_that_broke_off_goes_on_by_webhooks_at_the_open_question(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("hello")
        await socket.speak("expect last4")
    root = await socket.after()
    assert "Well?" in "".join(root.itertext())
    gather = root.find("Gather")
    assert gather is not None
    assert gather.get("numDigits") == "4"
    await edge.twilio_post(gather.get("action", ""), {**socket.call, "Digits": "0142"})
    assert edge.engine.said(socket.conversation) == ["hello", "expect last4", "0142"]


ODD_HANDOFFS = ["", "{", "[]", '{"reason":"transfer"}', '{"reason":"transfer","words":[1],"turn":2,"asked":1}', '"x"']


@pytest.mark.parametrize("data", ODD_HANDOFFS)
async def test_hand_off_data_of_no_relay_of_ours_goes_on_by_webhooks(edge: Edge, data: str) -> None:
    answer = await edge.twilio_post("/twilio/voice/relay/ended", {**new_call(), "HandoffData": data})
    assert check(answer.text).find("Gather") is not None


async def test_a_slow_answer_is_waited_for_with_a_word(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 0.3)
    async with talk(edge) as socket:
        assert "One moment" in await socket.speak("slow one")
        edge.engine.gate.set()
        heard = await socket.said()
        if "still looking" in heard:
            heard = await socket.said()
        assert "You said: slow one" in heard
    assert edge.engine.said(socket.conversation) == ["slow one"]


async def test_a_broken_engine_is_a_person(edge: Edge) -> None:
    edge.engine.failing = True
    async with talk(edge) as socket:
        await socket.send(type="prompt", voicePrompt="pay my bill", last=True)
        data = await socket.ends()
    assert data["reason"] == "transfer"
    assert "sorry" in " ".join(data["words"])


async def test_a_link_is_texted_and_never_read_out(edge: Edge) -> None:
    async with talk(edge, phone="+15555550777") as socket:
        heard = await socket.speak("link")
    assert "ending 0 7 7 7" in heard
    assert "pay.example" not in heard
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
async def test_who_calls_is_what_the_webhook_told(
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


async def test_the_pass_of_one_call_is_none_for_another(edge: Edge) -> None:
    theirs = parameters(await opening(edge, new_call(StirVerstat="TN-Validation-Passed-A")))
    async with socket_of(edge, new_call()) as socket:
        await socket.setup(customParameters=theirs)
        await socket.speak("hello")
    assert await who(edge, socket) == (None, False)


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
async def test_what_is_no_message_ends_the_socket(edge: Edge, data: str | bytes) -> None:
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
        assert await socket.said()
        await socket.send(type="dtmf", digit="12")
        await socket.send(type="dtmf")
        await socket.send(type="error", description="x")
        assert "hello" in await socket.speak("hello")
    assert not any(text.startswith("/inform") for text in edge.engine.said(socket.conversation))


async def test_a_card_number_is_not_taken(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect amount")
        await socket.press("4242424242424242#")
        assert "card" in await socket.said()
    assert "4242424242424242" not in str(edge.engine.turns)


# ------------------------------------------------------------------------------------------------ what holds a socket


async def test_a_socket_without_a_word_is_closed(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "SETUP_SECONDS", 0.2)
    async with socket_of(edge, new_call()) as socket:
        assert await socket.closed_with() == 1008


async def test_a_socket_that_was_left_is_closed_and_the_call_goes_on(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "IDLE_SECONDS", 0.5)
    async with talk(edge) as socket:
        assert await socket.closed_with() == 1001
        assert (await socket.after()).find(".//Gather") is not None


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
