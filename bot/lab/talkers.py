"""A member on each channel: says a line, hears what comes back as one text."""

from __future__ import annotations

import json
import re
import secrets
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree
from typing import Any, Protocol

from bot.lab.system import System
from bot.twilio_guard import sign

ACCOUNT = "AC" + "0" * 32
CO_OP = "+15555550199"


class Talker(Protocol):
    def say(self, line: str) -> str:
        """Say it; what is heard comes back as one text, choices included."""
        ...


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """POST; also an error answer is an answer."""
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def signed_post(served: System, path: str, fields: dict[str, str]) -> tuple[int, str]:
    """What Twilio would send, genuinely signed."""
    signature = sign(served.settings, path, fields)
    body = urllib.parse.urlencode(fields).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    return post(served.url + path, body, headers)


class Texter:
    """A phone that writes to the text line."""

    def __init__(self, served: System, phone: str) -> None:
        self.served = served
        self.phone = phone

    def say(self, line: str, sid: str | None = None) -> str:
        fields = {
            "MessageSid": sid or "SM" + secrets.token_hex(16),
            "AccountSid": ACCOUNT,
            "From": self.phone,
            "To": CO_OP,
            "Body": line,
            "NumMedia": "0",
            "FromCity": "",
        }
        status, answer = signed_post(self.served, "/twilio/sms", fields)
        assert status == 200, (status, answer)
        return "\n".join("".join(m.itertext()) for m in ElementTree.fromstring(answer).iter("Message"))  # noqa: S314 - our own


class Browser:
    """A visitor of the web chat. A line that is the title of an offered button presses it."""

    def __init__(self, served: System) -> None:
        self.served = served
        self.offered: dict[str, str] = {}
        self.link: str | None = None
        status, answer = post(served.url + "/chat/sessions", b"", {})
        assert status == 201, (status, answer)
        self.session = json.loads(answer)["session"]

    def say(self, line: str) -> str:
        said = {"payload": self.offered[line]} if line in self.offered else {"text": line}
        body = {"session": self.session, "id": secrets.token_hex(8), **said}
        headers = {"Content-Type": "application/json"}
        status, answer = post(self.served.url + "/chat/messages", json.dumps(body).encode(), headers)
        assert status == 200, (status, answer)
        return self._heard(json.loads(answer)["messages"])

    def _heard(self, messages: list[dict[str, Any]]) -> str:
        self.offered, said = {}, []
        for message in messages:
            said.append(message.get("text") or "")
            self.link = message.get("link") or self.link
            for button in message.get("buttons") or []:
                self.offered[button["title"]] = button["payload"]
                said.append(f"[{button['title']}]")
            if message.get("link"):
                said.append(message["link"])
            if message.get("image"):
                said.append(f"[picture {message['image']}: {message.get('alt')}]")
            if table := message.get("table"):
                said += [" | ".join(row) for row in (table["head"], *table["rows"])]
        return "\n".join(said)


class Caller:
    """A phone call. A line in <angle brackets> is keyed; anything else is spoken; "" is silence."""

    def __init__(self, served: System, phone: str, **more: str) -> None:
        self.served = served
        self.fields = {
            "CallSid": "CA" + secrets.token_hex(16),
            "AccountSid": ACCOUNT,
            "From": phone,
            "To": CO_OP,
            "CallStatus": "in-progress",
            "Direction": "inbound",
            **more,
        }
        self.action = "/twilio/voice/turn"
        self.ended = False
        self.transferred_to: str | None = None
        self.twiml = ""
        self.greeting = self._hear("/twilio/voice", {})

    def say(self, line: str) -> str:
        keys = re.fullmatch(r"<([0-9*#]+)>", line)
        if keys:
            heard = {"Digits": keys[1].removesuffix("#")}
        elif line:
            heard = {"SpeechResult": line, "Confidence": "0.92"}
        else:
            heard = {}
        return self._hear(self.action, heard)

    def _hear(self, path: str, more: dict[str, str]) -> str:
        status, self.twiml = signed_post(self.served, path, {**self.fields, **more})
        assert status == 200, (status, self.twiml)
        root = ElementTree.fromstring(self.twiml)  # noqa: S314
        gather = root.find("Gather")
        redirect = root.find("Redirect")
        said = " ".join(" ".join("".join(say.itertext()).split()) for say in root.iter("Say"))
        if (dial := root.find("Dial")) is not None:
            self.transferred_to = "".join(dial.itertext()).strip()
        if gather is not None:
            self.action = self._path(gather.get("action", ""))
        elif redirect is not None:
            return f"{said} {self._hear(self._path((redirect.text or '').strip()), {})}".strip()
        else:
            self.ended = True
        return said

    def _path(self, address: str) -> str:
        return address.removeprefix(self.served.settings.public_url)
