"""A member on each channel: says a line, hears what comes back as one text.

A line goes out as a `Delivery`, which can be made again: carriers and pages repeat a request that got no answer.
"""

from __future__ import annotations

import http.client
import json
import re
import secrets
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from typing import Any, Protocol

from bot.channels.sms.render import render_texts, render_twiml
from bot.channels.sms.routes import sms_conversation_id as conversation_of_phone
from bot.channels.webchat import render
from bot.channels.webchat.sessions import session_conversation_id as conversation_of_session
from bot.dialogue.messages import Reply
from bot.web.twilio_guard import compute_signature
from lab.system import MemberlineSystem

ACCOUNT_SID = "AC" + "0" * 32
COOP_PHONE = "+15555550199"
ANSWER_SECONDS = 60
TOO_MANY_REQUESTS, MAX_WAIT_SECONDS = 429, 120


@dataclass(frozen=True)
class ClientRequest:
    """One request as a carrier or a page makes it; made again it is the same message.

    `provider_id` is what the message is kept under, or empty for one that is not kept.
    """

    path: str
    body: bytes
    headers: dict[str, str]
    provider_id: str = ""


class ChannelClient(Protocol):
    """`say(line)` is `hear(deliver(prepare(line)))`."""

    channel: str
    served: MemberlineSystem

    @property
    def conversation(self) -> str:
        """What the system calls this conversation."""
        ...

    def say(self, line: str) -> str:
        """Say it; what is heard comes back as one text, choices included."""
        ...

    def prepare(self, line: str) -> ClientRequest:
        """The request that says it; nothing is sent yet."""
        ...

    def deliver(self, delivery: ClientRequest) -> str:
        """Send it, for the first time or again; the answer as it came. Changes nothing about the talker."""
        ...

    def read_answer(self, answer: str) -> str:
        """Take an answer in: what is heard, and from where the conversation goes on."""
        ...


def send_post(url: str, body: bytes, headers: dict[str, str], source: str = "") -> tuple[int, str]:
    """POST; also an error answer is an answer. `source` is the loopback address to send from."""
    address = urllib.parse.urlsplit(url)
    target = address.path + (f"?{address.query}" if address.query else "")
    line = http.client.HTTPConnection(
        address.hostname or "", address.port, ANSWER_SECONDS, source_address=(source, 0) if source else None
    )
    try:
        line.request("POST", target, body, headers)
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()


def sign_request(served: MemberlineSystem, path: str, fields: dict[str, str], provider_id: str = "") -> ClientRequest:
    """What Twilio would send, genuinely signed."""
    signature = compute_signature(served.settings, path, fields)
    body = urllib.parse.urlencode(fields).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    return ClientRequest(path, body, headers, provider_id)


def post_signed(served: MemberlineSystem, path: str, fields: dict[str, str]) -> tuple[int, str]:
    """Send what Twilio would send."""
    delivery = sign_request(served, path, fields)
    return send_post(served.url + path, delivery.body, delivery.headers)


class BaseClient:
    """What the talkers share: a delivery gets an answer, if need be one that was late."""

    channel = ""

    def __init__(self, served: MemberlineSystem, source: str = "") -> None:
        self.served = served
        self.source = source

    def say(self, line: str) -> str:
        return self.read_answer(self.deliver(self.prepare(line)))

    def prepare(self, line: str) -> ClientRequest:
        raise NotImplementedError

    def read_answer(self, answer: str) -> str:
        raise NotImplementedError

    def deliver(self, delivery: ClientRequest) -> str:
        for _ in range(MAX_WAIT_SECONDS):
            status, answer = send_post(self.served.url + delivery.path, delivery.body, delivery.headers, self.source)
            if status != TOO_MANY_REQUESTS:
                break
            time.sleep(1)  # as the widget does: what was too fast is sent again
        assert status in (200, 201), (status, answer)
        return answer


class SmsClient(BaseClient):
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
        """An answer that came by the outbox, as it would have come at once."""
        return render_twiml(render_texts(reply, self.served.settings.public_url))


class WebChatClient(BaseClient):
    """A visitor of the web chat. A line that is the title of an offered button presses it.

    `source`, an address such as 127.1.2.3, makes a visitor of their own of them: guesses are counted by address.
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
        """An answer that came by the stream, as it would have come at once."""
        return json.dumps(render.render_answer(reply))


class VoiceClient(BaseClient):
    """A phone call. A line in <angle brackets> is keyed; anything else is spoken; "" is silence."""

    channel = "voice"

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
        self.greeting = self.read_answer(self.deliver(self._sign_request("/twilio/voice", {})))

    @property
    def conversation(self) -> str:
        return f"call-{self.fields['CallSid']}"

    def prepare(self, line: str, confidence: str = "0.92") -> ClientRequest:
        keys = re.fullmatch(r"<([0-9*#]+)>", line)
        if keys:
            heard = {"Digits": keys[1].removesuffix("#")}
        elif line:
            heard = {"SpeechResult": line, "Confidence": confidence}
        else:
            heard = {}
        return self._sign_request(self.action, heard)

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
