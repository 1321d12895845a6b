"""The app on a real server, with a stand-in engine and a stand-in Twilio, and short ways to speak to it."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from backend.conversations.models import InboundMessage
from bot.services import Services
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

ACCOUNT = "AC" + "0" * 32
AUTH_TOKEN = "a token for tests alone"
NUMBER = "+15555550199"
MEMBER = "+15555550142"
_sids = itertools.count(1)


def new_sid() -> str:
    return f"SM{next(_sids):032x}"


@dataclass
class Answer:
    """An HTTP answer, read."""

    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Edge:
    """A running app and what is around it."""

    services: Services
    engine: StandInEngine
    twilio: StandInTwilio
    http: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return self.services.settings.public_url

    async def get(self, path: str, **kwargs: Any) -> Answer:
        return await self.request("GET", path, **kwargs)

    async def post(self, path: str, **kwargs: Any) -> Answer:
        return await self.request("POST", path, **kwargs)

    async def request(self, method: str, path: str, **kwargs: Any) -> Answer:
        async with self.http.request(method, self.url + path, **kwargs) as answer:
            return Answer(answer.status, await answer.text(), {k.lower(): v for k, v in answer.headers.items()})

    async def twilio_post(self, path: str, fields: dict[str, str]) -> Answer:
        """A genuine request of Twilio's."""
        signature = RequestValidator(AUTH_TOKEN).compute_signature(self.url + path, fields)
        return await self.post(path, data=fields, headers={"X-Twilio-Signature": signature})

    async def text(self, body: str, *, sid: str | None = None, phone: str = MEMBER, **more: str) -> Answer:
        """A member's text message."""
        return await self.twilio_post("/twilio/sms", sms_fields(body, sid=sid, phone=phone, **more))

    async def session(self) -> str:
        """A new chat session."""
        return str((await self.post("/chat/sessions", json={})).json["session"])

    async def chat(self, session: str, text: str | None = None, *, id: str, payload: str | None = None) -> Answer:
        """A chat message."""
        body = {"session": session, "id": id, "text": text, "payload": payload}
        return await self.post("/chat/messages", json={key: value for key, value in body.items() if value is not None})


def sms_fields(body: str, *, sid: str | None = None, phone: str = MEMBER, **more: str) -> dict[str, str]:
    """The form of a text message, with blanks as Twilio sends them."""
    return {
        "MessageSid": sid or new_sid(),
        "AccountSid": ACCOUNT,
        "From": phone,
        "To": NUMBER,
        "Body": body,
        "NumMedia": "0",
        "FromCity": "",
        "FromState": "IL",
        **more,
    }


def twiml_texts(answer: Answer) -> list[str]:
    """The texts of a TwiML answer's messages."""
    from xml.etree import ElementTree

    assert answer.status == 200, answer.text
    return ["".join(message.itertext()) for message in ElementTree.fromstring(answer.text).iter("Message")]


async def until(condition: Callable[[], Awaitable[Any] | Any], within: float = 30.0) -> Any:
    """Wait until the condition is true; what it gave. Fails when it does not become so."""
    deadline = time.monotonic() + within
    while True:
        found = condition()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return found
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.02)


async def message_statuses(edge: Edge) -> list[str]:
    async with edge.services.backend.db.read_session() as session:
        return list(await session.scalars(select(InboundMessage.status).order_by(InboundMessage.id)))


async def all_answered(edge: Edge) -> bool:
    return "received" not in await message_statuses(edge)
