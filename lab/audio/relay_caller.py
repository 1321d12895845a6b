"""A caller whose call goes over the socket of a relay, as Twilio's ConversationRelay speaks it."""

from __future__ import annotations

import json
import re
import time
import xml.etree.ElementTree as ElementTree
from typing import Any

from twilio.request_validator import RequestValidator
from websockets.sync.client import ClientConnection, connect

from bot.web.twilio_guard import socket_url, webhook_token
from lab.audio.caller import MeasuredCaller
from lab.channel_clients import ACCOUNT_SID, COOP_PHONE

SOCKET_PATH = "/twilio/relay"
SESSION = "VX" + "0" * 32
ANSWER_SECONDS = 60.0
FILLER = re.compile(r"\W*(?:one|just a|a) (?:moment|second)\b.{0,40}", re.IGNORECASE)
"""Said while the answer is awaited."""


class RelayCaller(MeasuredCaller):
    """As MeasuredCaller; `share` is the time to the first words. Ends with the document that follows the relay."""

    opening_path = "/twilio/voice/relay"
    _socket: ClientConnection | None = None
    _hints, _locale, _ended_path = "", "en-US", ""

    def read_answer(self, answer: str) -> str:
        root = ElementTree.fromstring(answer)  # noqa: S314 - our own
        connected = root.find("Connect")
        relay = connected.find("ConversationRelay") if connected is not None else None
        if connected is None or relay is None:
            return super().read_answer(answer)
        said = " ".join("".join(say.itertext()) for say in root.iter("Say"))
        self._hints = relay.get("hints", "")
        self._ended_path = self._strip_public_url(connected.get("action", ""))
        self._open({one.get("name", ""): one.get("value", "") for one in relay.iter("Parameter")})
        return f"{said} {relay.get('welcomeGreeting', '')}".strip()

    def _open(self, parameters: dict[str, str]) -> None:
        settings = self.served.settings
        signature = RequestValidator(webhook_token(settings)).compute_signature(socket_url(settings, SOCKET_PATH), {})
        url = self.served.url.replace("http", "ws", 1) + SOCKET_PATH
        self._socket = connect(url, additional_headers={"X-Twilio-Signature": signature}, open_timeout=ANSWER_SECONDS)
        caller = {"from": self.fields["From"], "to": COOP_PHONE, "callSid": self.fields["CallSid"]}
        self._send(
            type="setup", accountSid=ACCOUNT_SID, sessionId="VX" + "0" * 32, customParameters=parameters, **caller
        )

    def _send(self, **frame: Any) -> None:
        assert self._socket is not None
        self._socket.send(json.dumps(frame))

    def _exchange(self, line: str) -> str:
        """Send the line to the relay and return all that is said to it."""
        if self._socket is None:
            return super()._exchange(line)
        began = time.perf_counter()
        if line.startswith("<"):
            self._heard = line
            for key in line.strip("<>"):
                self._send(type="dtmf", digit=key)
        else:
            words = self._hear(line).text
            began = time.perf_counter()
            self._send(type="prompt", voicePrompt=words, lang=self._locale, last=True)
        return self._receive(began)

    def _receive(self, began: float) -> str:
        assert self._socket is not None
        tokens: list[str] = []
        while True:
            frame = json.loads(self._socket.recv(timeout=ANSWER_SECONDS))
            if frame["type"] == "text":
                self._share = self._share or time.perf_counter() - began
                tokens.append(frame["token"])
                if frame.get("last") and not FILLER.fullmatch(" ".join(tokens).strip()):
                    return " ".join("".join(tokens).split())
            elif frame["type"] == "end":
                return f"{''.join(tokens)} {self._follow(frame.get('handoffData', ''))}".strip()
            elif frame["type"] == "language":
                self._locale = frame.get("transcriptionLanguage", self._locale)
            elif frame["type"] == "config":
                self._hints = _find_hints(frame) or self._hints

    def _follow(self, handoff: str) -> str:
        assert self._socket is not None
        self._socket.close()
        self._socket = None
        more = {"SessionId": SESSION, "SessionStatus": "ended", "HandoffData": handoff}
        return self.read_answer(self.deliver(self._sign_request(self._ended_path, more)))

    @property
    def hints(self) -> str:
        return self._hints if self._socket else super().hints

    @property
    def locale(self) -> str:
        return self._locale if self._socket else super().locale

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()


def _find_hints(frame: Any) -> str:
    """The hints of a `config` message, wherever in it they are."""
    if isinstance(frame, dict):
        return next((found for key, value in frame.items() if (found := _hints_of(key, value))), "")
    return ""


def _hints_of(key: str, value: Any) -> str:
    return value if key == "hints" and isinstance(value, str) else _find_hints(value)
