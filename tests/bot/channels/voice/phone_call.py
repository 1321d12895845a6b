"""One phone call over the webhooks, and the hours in which it comes."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from datetime import datetime

from tests.bot.channels.voice.twiml_check import check
from tests.bot.edge import ACCOUNT, MEMBER, NUMBER, Answer, Edge

OPEN = datetime.fromisoformat("2026-11-23T18:00:00+00:00")  # Monday noon at the co-op
CLOSED = datetime.fromisoformat("2026-11-22T18:00:00+00:00")  # Sunday
TRANSFER = "+15555550101"
_sids = itertools.count(1)


class Line:
    """One call; it follows the actions of the TwiML as Twilio does."""

    def __init__(self, edge: Edge, phone: str = MEMBER, **more: str) -> None:
        self.edge = edge
        self.sid = f"CA{next(_sids):032x}"
        self.fields = {"CallSid": self.sid, "AccountSid": ACCOUNT, "From": phone, "To": NUMBER, **more}
        self.action = "/twilio/voice"

    @property
    def conversation(self) -> str:
        return f"call-{self.sid}"

    async def post(self, path: str, **caller_input: str) -> Answer:
        return await self.edge.twilio_post(path, {**self.fields, **caller_input})

    async def go(self, **caller_input: str) -> ET.Element:
        answer = await self.post(self.action, **caller_input)
        assert answer.status == 200, answer.text
        assert answer.headers["content-type"].startswith("text/xml")
        root = check(answer.text)
        gather, dial, redirect = root.find("Gather"), root.find("Dial"), root.find("Redirect")
        if gather is not None:
            self.action = gather.get("action", "")
        elif dial is not None:
            self.action = dial.get("action", "")
        elif redirect is not None:
            self.action = redirect.text or ""
        return root

    async def press(self, keys: str) -> ET.Element:
        return await self.go(Digits=keys)

    async def speak(self, words: str, confidence: str = "0.9") -> ET.Element:
        return await self.go(SpeechResult=words, Confidence=confidence)

    async def silence(self) -> ET.Element:
        return await self.go()


def spoken_text(root: ET.Element) -> str:
    return " ".join("".join(say.itertext()) for say in root.iter("Say"))
