"""A client for each channel that says a line and returns the answer as one text.

A line goes out as a ClientRequest that can be sent again: carriers and pages repeat a request that got no answer.
"""

from __future__ import annotations

import http.client
import json
import re
import secrets
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from backend.app import Backend
from backend.language import LANGUAGES, tr, use_language
from bot.channels.sms.render import render_texts, render_twiml
from bot.channels.sms.routes import sms_conversation_id as conversation_of_phone
from bot.channels.voice.speaking.parts import GO_ON
from bot.channels.voice.speaking.speech import make_speakable
from bot.channels.webchat import render
from bot.channels.webchat.sessions import session_conversation_id as conversation_of_session
from bot.dialogue.messages import Reply
from bot.web.twilio_guard import compute_signature
from lab.system import MemberlineSystem

CHANNELS = ("sms", "web", "voice")
ACCOUNT_SID = "AC" + "0" * 32
COOP_PHONE = "+15555550199"
ANSWER_SECONDS = 60
TOO_MANY_REQUESTS, MAX_WAIT_SECONDS = 429, 120


@dataclass(frozen=True)
class ClientRequest:
    """A request of a carrier or a page; sent again it is the same message.

    `provider_id` is the id under which the message is stored, or empty for one that is not stored.
    """

    path: str
    body: bytes
    headers: dict[str, str]
    provider_id: str = ""


def send_post(url: str, body: bytes, headers: dict[str, str], source: str = "") -> tuple[int, str]:
    """POST and return (status, body), for errors too. `source` is the loopback address to send from."""
    address = urllib.parse.urlsplit(url)
    target = address.path + (f"?{address.query}" if address.query else "")
    connection = http.client.HTTPConnection(
        address.hostname or "", address.port, ANSWER_SECONDS, source_address=(source, 0) if source else None
    )
    try:
        connection.request("POST", target, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def sign_request(served: MemberlineSystem, path: str, fields: dict[str, str], provider_id: str = "") -> ClientRequest:
    """Build the request that Twilio would send, with a valid signature."""
    signature = compute_signature(served.settings, path, fields)
    body = urllib.parse.urlencode(fields).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    return ClientRequest(path, body, headers, provider_id)


def post_signed(served: MemberlineSystem, path: str, fields: dict[str, str]) -> tuple[int, str]:
    request = sign_request(served, path, fields)
    return send_post(served.url + path, request.body, request.headers)


class ChannelClient(ABC):
    """`say(line)` is `read_answer(deliver(prepare(line)))`. `source` is the loopback address to send from."""

    channel = ""

    def __init__(self, served: MemberlineSystem, source: str = "") -> None:
        self.served = served
        self.source = source

    @property
    @abstractmethod
    def conversation(self) -> str:
        """The system's id of this conversation."""

    @abstractmethod
    def prepare(self, line: str) -> ClientRequest:
        """Build the request that says the line, without sending it."""

    @abstractmethod
    def read_answer(self, answer: str) -> str:
        """Take in an answer: returns its text, choices included, and notes where the conversation goes on."""

    def say(self, line: str) -> str:
        return self.read_answer(self.deliver(self.prepare(line)))

    def deliver(self, request: ClientRequest) -> str:
        """Send a request, for the first time or again; returns the raw answer and does not change the client."""
        for _ in range(MAX_WAIT_SECONDS):
            status, answer = send_post(self.served.url + request.path, request.body, request.headers, self.source)
            if status != TOO_MANY_REQUESTS:
                break
            time.sleep(1)  # the widget too sends again what was refused as too fast
        assert status in (200, 201), (status, answer)
        return answer


class SmsClient(ChannelClient):
    """A phone that writes to the text line."""

    channel = "sms"

    def __init__(self, served: MemberlineSystem, phone: str) -> None:
        super().__init__(served)
        self.phone = phone

    @property
    def conversation(self) -> str:
        return conversation_of_phone(self.served.settings, self.phone)

    def say(self, line: str, sid: str | None = None) -> str:
        return self.read_answer(self.deliver(self.prepare(line, sid)))

    def prepare(self, line: str, sid: str | None = None) -> ClientRequest:
        sid = sid or "SM" + secrets.token_hex(16)
        fields = {
            "MessageSid": sid,
            "AccountSid": ACCOUNT_SID,
            "From": self.phone,
            "To": COOP_PHONE,
            "Body": line,
            "NumMedia": "0",
            "FromCity": "",
        }
        return sign_request(self.served, "/twilio/sms", fields, sid)

    def read_answer(self, answer: str) -> str:
        return "\n".join("".join(m.itertext()) for m in ElementTree.fromstring(answer).iter("Message"))  # noqa: S314 - our own

    def encode_late_reply(self, reply: Reply) -> str:
        """A late answer from the outbox, in the form of one in time."""
        return render_twiml(render_texts(reply, self.served.settings.public_url))


class WebChatClient(ChannelClient):
    """A visitor of the web chat. A line that is the title of an offered button presses it.

    Each should have a `source` of its own, such as 127.1.2.3: guesses at identity are counted by address.
    """

    channel = "web"

    def __init__(self, served: MemberlineSystem, source: str = "") -> None:
        super().__init__(served, source)
        self.offered: dict[str, str] = {}
        self.link: str | None = None
        self.session = json.loads(self.deliver(ClientRequest("/chat/sessions", b"", {})))["session"]

    @property
    def conversation(self) -> str:
        return str(conversation_of_session(self.served.settings, self.session))

    def prepare(self, line: str) -> ClientRequest:
        said = {"payload": self.offered[line]} if line in self.offered else {"text": line}
        client_id = secrets.token_hex(8)
        body = {"session": self.session, "id": client_id, **said}
        headers = {"Content-Type": "application/json"}
        return ClientRequest("/chat/messages", json.dumps(body).encode(), headers, f"{self.conversation}:{client_id}")

    def read_answer(self, answer: str) -> str:
        messages: list[dict[str, Any]] = json.loads(answer)["messages"]
        self.offered, said = {}, []
        for message in messages:
            said.append(message.get("text") or "")
            self.link = message.get("link") or self.link
            for button in message.get("buttons") or []:
                if "payload" not in button:
                    continue  # yes and no, days and times: words that a member may type as well
                self.offered[button["title"]] = button["payload"]
                said.append(f"[{button['title']}]")
            if message.get("link"):
                said.append(message["link"])
            if message.get("image"):
                said.append(f"[picture {message['image']}: {message.get('alt')}]")
            if table := message.get("table"):
                said += [" | ".join(row) for row in (table["head"], *table["rows"])]
        return "\n".join(said)

    def encode_late_reply(self, reply: Reply) -> str:
        """A late answer from the stream, in the form of one in time."""

        async def render_it(backend: Backend) -> str:
            return json.dumps(render.render_answer(reply, backend))

        return self.served.run_with_backend(render_it)


def _without_go_on(said: str) -> str:
    """What was said without the question whether to go on."""
    for language in LANGUAGES:
        with use_language(language):
            said = said.removesuffix(make_speakable(tr(GO_ON))).rstrip()
    return said


class VoiceClient(ChannelClient):
    """A phone call. A line in <angle brackets> is typed on the keypad, any other is spoken; "" is silence.

    With `hears_out`, a text that comes in parts is heard to its end before the next line.
    """

    channel = "voice"
    hears_out = True
    opening_path = "/twilio/voice"

    def __init__(self, served: MemberlineSystem, phone: str, **more: str) -> None:
        super().__init__(served)
        self.fields = {
            "CallSid": "CA" + secrets.token_hex(16),
            "AccountSid": ACCOUNT_SID,
            "From": phone,
            "To": COOP_PHONE,
            "CallStatus": "in-progress",
            "Direction": "inbound",
            **more,
        }
        self.action = "/twilio/voice/turn"
        self.ended = False
        self.transferred_to: str | None = None
        self.twiml = ""
        self.greeting = self.read_answer(self.deliver(self._sign_request(self.opening_path, {})))

    @property
    def conversation(self) -> str:
        return f"call-{self.fields['CallSid']}"

    def prepare(self, line: str, confidence: str = "0.92") -> ClientRequest:
        keys = re.fullmatch(r"<([0-9*#]+)>", line)
        if keys:
            input_fields = {"Digits": keys[1].removesuffix("#")}
        elif line:
            input_fields = {"SpeechResult": line, "Confidence": confidence}
        else:
            input_fields = {}
        return self._sign_request(self.action, input_fields)

    def read_answer(self, answer: str) -> str:
        self.twiml = answer
        root = ElementTree.fromstring(answer)  # noqa: S314
        gather = root.find("Gather")
        redirect = root.find("Redirect")
        said = " ".join(" ".join("".join(say.itertext()).split()) for say in root.iter("Say"))
        if (dial := root.find("Dial")) is not None:
            self.transferred_to = "".join(dial.itertext()).strip()
        if gather is not None:
            self.action = self._strip_public_url(gather.get("action", ""))
            if self.hears_out and re.search(r"[?&]part=", self.action):
                said = _without_go_on(said)
                return f"{said} {self.read_answer(self.deliver(self.prepare('go on')))}"
        elif redirect is not None:
            again = self._sign_request(self._strip_public_url((redirect.text or "").strip()), {})
            return f"{said} {self.read_answer(self.deliver(again))}".strip()
        else:
            self.ended = True
        return said

    def _sign_request(self, path: str, more: dict[str, str]) -> ClientRequest:
        return sign_request(self.served, path, {**self.fields, **more})

    def _strip_public_url(self, address: str) -> str:
        return address.removeprefix(self.served.settings.public_url)
