"""A call by Telnyx: signed TeXML webhooks, and a socket that proves by its first message that we had it opened."""

from __future__ import annotations

import base64
import itertools
import time
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from backend.clock import ManualClock
from tests.bot.channels.voice.phone_call import OPEN, TRANSFER, spoken_text
from tests.bot.channels.voice.relay.ed25519_signer import sign_ed25519
from tests.bot.channels.voice.relay.relay_socket import Socket, parameters
from tests.bot.conftest import running_edge
from tests.bot.edge import MEMBER, NUMBER, Answer, Edge
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

PRIVATE_KEY = bytes(range(32))
PUBLIC_KEY, _ = sign_ed25519(PRIVATE_KEY, b"")
_calls = itertools.count(1)


@pytest.fixture
async def edge(tmp_path: Path, engine: StandInEngine, twilio: StandInTwilio) -> AsyncIterator[Edge]:
    key = base64.b64encode(PUBLIC_KEY).decode()
    async with running_edge(tmp_path, engine, twilio, ManualClock(OPEN), TELNYX_PUBLIC_KEY=key) as edge:
        yield edge


def new_call() -> dict[str, str]:
    return {"CallSid": f"v2:T02llQxIyaRkhfRKxgAP8nY511EhFLizdvdUKJiSw8d6A{next(_calls)}", "From": MEMBER, "To": NUMBER}


async def post(edge: Edge, path: str, form: dict[str, str], *, age: float = 0, key: bytes = PRIVATE_KEY) -> Answer:
    body, sent_at = urlencode(form), str(int(time.time() - age))
    _, signature = sign_ed25519(key, f"{sent_at}|{body}".encode())
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "telnyx-timestamp": sent_at,
        "telnyx-signature-ed25519": base64.b64encode(signature).decode(),
    }
    return await edge.post(path, data=body.encode(), headers=headers)


@asynccontextmanager
async def socket_of(edge: Edge, call: dict[str, str], claims: dict[str, str]) -> AsyncIterator[Socket]:
    async with edge.http.ws_connect(edge.url + "/telnyx/relay") as ws:
        socket = Socket(edge, ws, {**call, "CallSid": call["CallSid"].replace(":", "-")})
        setup = {"callSid": call["CallSid"], "from": call["From"], "to": NUMBER, "customParameters": claims}
        await socket.send(type="setup", sessionId="7a7e6a4f", direction="inbound", callStatus="active", **setup)
        yield socket


@asynccontextmanager
async def talk(edge: Edge) -> AsyncIterator[Socket]:
    call = new_call()
    answer = await post(edge, "/telnyx/voice", call)
    assert answer.status == 200, answer.text
    async with socket_of(edge, call, parameters(ET.fromstring(answer.text))) as socket:
        await socket.receive_text()  # the offer in the other language
        assert "press 1" in await socket.receive_text()
        yield socket


async def test_a_call_over_telnyx(edge: Edge) -> None:
    async with talk(edge) as socket:
        assert "Well?" in await socket.speak("expect member_number")
        await socket.press("99999001#")
        assert "I have 9 9 9, 9 9, 0 0 1." in await socket.receive_text()
        await socket.send(type="prompt", voicePrompt="a person please", last=True)
        data = await socket.receive_end()
    assert edge.engine.texts_of(socket.conversation)[1] == "99999001"
    form = {"CallSid": "v2:" + socket.call["CallSid"].removeprefix("v2-"), "From": MEMBER, "To": NUMBER}
    # Telnyx documents no field for the data of `end`: the process remembers it
    ended = await post(edge, "/telnyx/voice/ended", form)
    assert data["reason"] == "transfer"
    dial = ET.fromstring(ended.text).find("Dial")
    assert dial is not None
    assert dial.text == TRANSFER
    back = await post(edge, dial.get("action", ""), {**form, "DialCallStatus": "no-answer"})
    root = ET.fromstring(back.text)
    assert "nobody could take your call" in spoken_text(root)
    assert root.find("Connect/ConversationRelay") is not None


async def test_a_socket_that_dropped_is_opened_again(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("expect last4")
    form = {"CallSid": "v2:" + socket.call["CallSid"].removeprefix("v2-"), "From": MEMBER, "To": NUMBER}
    root = ET.fromstring((await post(edge, "/telnyx/voice/ended", form)).text)
    async with socket_of(edge, form, parameters(root)) as again:
        assert "Well?" in await again.receive_text()
    last = ET.fromstring((await post(edge, "/telnyx/voice/ended?again=2", form)).text)
    gather = last.find("Gather")
    assert gather is not None
    answer = await post(edge, gather.get("action", ""), {**form, "Digits": "0142"})
    assert ET.fromstring(answer.text).find("Gather") is not None
    assert edge.engine.texts_of(socket.conversation)[-1] == "0142"


async def test_a_yes_to_a_read_back_that_was_cut_off_does_not_count(edge: Edge) -> None:
    async with talk(edge) as socket:
        await socket.speak("terms")
        await socket.send(type="interrupt", utteranceUntilInterrupt="Auto Pay takes", durationUntilInterruptMs=900)
        assert "It goes out on the due date." in await socket.speak("yes")
    assert edge.engine.texts_of(socket.conversation) == ["terms"]


REFUSED: dict[str, dict[str, Any]] = {"of another key": {"key": bytes(32)}, "old": {"age": 600}}


@pytest.mark.parametrize("more", REFUSED.values(), ids=REFUSED.keys())
async def test_only_telnyx_is_answered(edge: Edge, more: dict[str, Any]) -> None:
    for path in ("/telnyx/voice", "/telnyx/voice/turn", "/telnyx/voice/ended"):
        assert (await post(edge, path, new_call(), **more)).status == 403
        assert (await edge.post(path, data=new_call())).status == 403


async def test_without_a_key_nothing_is_answered(tmp_path: Path, engine: StandInEngine, twilio: StandInTwilio) -> None:
    async with running_edge(tmp_path, engine, twilio, ManualClock(OPEN)) as edge:
        assert (await post(edge, "/telnyx/voice", new_call())).status == 403
        async with socket_of(edge, new_call(), {}) as socket:
            assert await socket.closed_with() == 1008


CLAIMS = {"none": {}, "made up": {"attested": "1", "pass": "0" * 32, "turn": "1", "asked": "0"}}


@pytest.mark.parametrize("claims", CLAIMS.values(), ids=CLAIMS.keys())
async def test_a_socket_without_our_pass_is_closed(edge: Edge, claims: dict[str, str]) -> None:
    async with socket_of(edge, new_call(), claims) as socket:
        assert await socket.closed_with() == 1008
    assert edge.engine.turns == []


async def test_a_form_without_a_call_is_a_bad_request(edge: Edge) -> None:
    assert (await post(edge, "/telnyx/voice", {"CallSid": "../etc", "From": MEMBER})).status == 400
