"""Twilio's end of a relay: the webhook that opens it, and the socket that it names.

It refuses a frame with a field that Twilio does not document, by an `error` message, and confirms settings.
"""

from __future__ import annotations

import itertools
import json
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from twilio.request_validator import RequestValidator

from tests.bot.channels.voice.twiml_check import check
from tests.bot.edge import ACCOUNT, AUTH_TOKEN, MEMBER, NUMBER, Edge

_sids = itertools.count(1)
FRAME_FIELDS = {
    "text": {"token", "last", "lang", "interruptible", "preemptible"},
    "language": {"ttsLanguage", "transcriptionLanguage"},
    "config": {"speechTimeout", "interruptSensitivity", "ignoreBackchannel", "interruptible", "preemptible"},
    "hints": {"lang", "hints"},
    "end": {"handoffData"},
}
"""The frames that we send, and the fields that each may have."""
ENDED = "/twilio/voice/relay/ended"
CONFIG_TYPES = ("config", "hints")


class Socket:
    """Twilio's end of a relay."""

    def __init__(self, edge: Edge, ws: aiohttp.ClientWebSocketResponse, call: dict[str, str]) -> None:
        self.edge = edge
        self.ws = ws
        self.call = call
        self.config: dict[str, Any] = {}
        self.hints: dict[str, str] = {}
        self.takes_config = True
        self.parameters: Any = None

    @property
    def conversation(self) -> str:
        return f"call-{self.call['CallSid']}"

    async def send(self, **message: Any) -> None:
        await self.ws.send_str(json.dumps(message))

    async def setup(self, *, greeted: bool = True, **more: Any) -> None:
        """Begin the socket, and hear the choices unless nothing is said at once."""
        call = self.call
        self.parameters = more.get("customParameters")
        await self.send(
            type="setup",
            sessionId="VX" + "0" * 32,
            accountSid=ACCOUNT,
            callSid=call["CallSid"],
            **{"from": call["From"], "to": NUMBER},
            **more,
        )
        if greeted:
            await self.receive_text()

    async def speak(self, words: str) -> str:
        """Say it; what is said back comes as one text."""
        await self.send(type="prompt", voicePrompt=words, lang="en-US", last=True)
        return await self.receive_text()

    async def press(self, keys: str) -> None:
        for key in keys:
            await self.send(type="dtmf", digit=key)

    async def receive_text(self) -> str:
        """Everything up to the last token."""
        return "".join(frame["token"] for frame in await self.frames() if frame["type"] == "text")

    async def frames(self) -> list[dict[str, Any]]:
        """What is said or done next, up to the last token, without the settings: these are in `config` and `hints`."""
        frames: list[dict[str, Any]] = []
        while not frames or not frames[-1].get("last", frames[-1]["type"] != "language"):
            frame = json.loads(await self.ws.receive_str(timeout=10))
            unknown = set(frame) - {"type"} - FRAME_FIELDS[frame["type"]]
            assert not unknown, f"{frame['type']} has no {unknown}"
            if frame["type"] in CONFIG_TYPES:
                await self._take_config(frame)
            else:
                frames.append(frame)
        return frames

    async def _take_config(self, frame: dict[str, Any]) -> None:
        if not self.takes_config:
            await self.send(type="error", description=f"Invalid message: unknown type: {frame['type']}")
            return
        if frame["type"] == "hints":
            self.hints[frame["lang"]] = frame["hints"]
        else:
            self.config |= {name: value for name, value in frame.items() if name != "type"}
        await self.send(type="configUpdated")

    async def receive_end(self) -> dict[str, Any]:
        """The hand-off data of the message that ends the relay, behind which the socket is closed."""
        (frame,) = await self.frames()
        assert frame["type"] == "end"
        assert (await self.ws.receive(timeout=10)).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        return dict(json.loads(frame["handoffData"]))

    async def closed_with(self) -> int | None:
        await self.ws.receive(timeout=10)
        return self.ws.close_code

    async def after(self, data: dict[str, Any] | None = None, action: str = ENDED) -> ET.Element:
        """What Twilio is told when it says that the relay is over."""
        handed = {"HandoffData": json.dumps(data)} if data is not None else {}
        form = {**self.call, "SessionId": "VX1", "SessionStatus": "ended" if data else "failed", **handed}
        answer = await self.edge.twilio_post(action, form)
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
async def socket_after(edge: Edge, call: dict[str, str], twiml: ET.Element, **more: Any) -> AsyncIterator[Socket]:
    """The socket that a document of the call opens."""
    async with socket_of(edge, call) as socket:
        await socket.setup(greeted=False, customParameters=parameters(twiml), **more)
        yield socket


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
