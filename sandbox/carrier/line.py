"""The carrier at work: keeps the calls and texts of development, and makes its requests to the running app."""

from __future__ import annotations

import asyncio
import logging
import secrets
import xml.etree.ElementTree as ElementTree
from collections import OrderedDict, deque
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import aiohttp

from sandbox.carrier.call import PhoneCall
from sandbox.carrier.signing import CarrierAccount, CarrierRequest

logger = logging.getLogger("sandbox.carrier")

ANSWER_SECONDS = 15.0
"""A carrier waits no longer for TwiML."""
MAX_CALLS = 50
MAX_TEXTS = 200
MAX_REQUESTS = 50
"""Of one act: a document that redirects for ever ends the call."""


class UnknownCall(LookupError):
    """There is no such call, or it was long ago."""


@dataclass(frozen=True)
class Text:
    """A text message: `by` is `phone` or `line`."""

    by: str
    body: str
    at: datetime
    media: str = ""


@dataclass(frozen=True)
class PaymentNetwork:
    """The sandbox network, whose connector makes the tokens of <Pay>."""

    url: str
    key: str = field(repr=False)


@dataclass
class LiveCall:
    """A call, one act at a time. `due` is the request that follows the pause of its document."""

    call: PhoneCall
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    due: CarrierRequest | None = None

    def go_on(self) -> CarrierRequest | None:
        """The request that is due, at once."""
        due, self.due = self.due, None
        return replace(due, pause=0) if due else None


class CarrierLine:
    """Calls and texts to one number. `app_url` is where the app listens, which need not be its public URL."""

    def __init__(self, account: CarrierAccount, network: PaymentNetwork) -> None:
        self._account = account
        self._network = network
        self._calls: OrderedDict[str, LiveCall] = OrderedDict()
        self._texts: dict[str, deque[Text]] = {}

    async def call(self, app_url: str, phone: str, *, attested: bool) -> dict[str, Any]:
        """Begin a call from `phone` (E.164; empty is withheld) and return its state, as `describe` does."""
        live = LiveCall(PhoneCall(self._account, phone, attested=attested))
        self._calls[live.call.sid] = live
        while len(self._calls) > MAX_CALLS:
            self._calls.popitem(last=False)
        async with live.lock:
            await self._follow(app_url, live, live.call.start("/twilio/voice"))
            return describe(live, 0)

    async def act(self, app_url: str, sid: str, act: str, value: str, heard: int) -> dict[str, Any]:
        """Do something in a call and return its state with the entries after the first `heard`.

        `act` is `press` (value: keys), `say` (value: words), `silence`, `hang_up`, `go_on` (after the `pause` of a
        state), or one of the call's choices. Raises UnknownCall, and ValueError for what is not possible now.
        """
        live = self._calls.get(sid)
        if live is None:
            raise UnknownCall(sid)
        async with live.lock:
            call = live.call
            if call.mode != "ended":
                acts = {
                    "press": lambda: call.press(value),
                    "say": lambda: call.say(value),
                    "silence": call.keep_silent,
                    "hang_up": call.hang_up,
                    "go_on": live.go_on,
                }
                await self._follow(app_url, live, acts[act]() if act in acts else call.act(act))
            return describe(live, heard)

    async def text(self, app_url: str, phone: str, body: str, now: datetime) -> None:
        """Send a text from `phone` and keep it with the answers that come at once. Raises OSError if none comes."""
        fields = {
            "MessageSid": "SM" + secrets.token_hex(16),
            "AccountSid": self._account.sid,
            "From": phone,
            "To": self._account.number,
            "Body": body,
            "NumMedia": "0",
        }
        self._keep(phone, Text("phone", body, now))
        status, answer = await self._request(app_url, CarrierRequest("/twilio/sms", fields))
        if status >= 400:
            raise OSError(f"the app answered {status} to the text")
        for message in ElementTree.fromstring(answer).iter("Message"):  # noqa: S314 - the app's own
            words = message.findtext("Body") or message.text or ""
            self._keep(phone, Text("line", words.strip(), now, message.findtext("Media") or ""))

    def list_texts(self, phone: str) -> list[Text]:
        """What was texted by and to this phone, the oldest first, but for what the app sent by itself."""
        return list(self._texts.get(phone, ()))

    def _keep(self, phone: str, text: Text) -> None:
        self._texts.setdefault(phone, deque(maxlen=MAX_TEXTS)).append(text)

    async def _follow(self, app_url: str, live: LiveCall, request: CarrierRequest | None) -> None:
        """Make requests until the call waits for somebody or for a pause, or has ended."""
        for _ in range(MAX_REQUESTS):
            await self._tell(app_url, live.call)
            if request is None:
                return
            if request.pause:
                live.due = request
                return
            try:
                ask = self._ask_connector(request) if request.to_connector else self._request(app_url, request)
                status, answer = await ask
            except (aiohttp.ClientError, TimeoutError) as failure:
                logger.warning("the app did not answer the carrier simulator: %s", type(failure).__name__)
                status, answer = 504, ""
            request = live.call.read(answer, status)
        live.call.hang_up()

    async def _tell(self, app_url: str, call: PhoneCall) -> None:
        """Make the requests whose answers are not waited for."""
        while call.notices:
            with suppress(aiohttp.ClientError, TimeoutError):
                await self._request(app_url, call.notices.pop(0))

    async def _ask_connector(self, request: CarrierRequest) -> tuple[int, str]:
        """Have the sandbox network make a token of what was keyed in."""
        headers = {"Authorization": f"Bearer {self._network.key}"}
        limit = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=limit) as http,
            http.post(f"{self._network.url}/v1/pay-connector", json=request.fields, headers=headers) as answer,
        ):
            return answer.status, await answer.text()

    async def _request(self, app_url: str, request: CarrierRequest) -> tuple[int, str]:
        path, body, headers = request.sign(self._account)
        limit = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=limit) as http,
            http.post(app_url + path, data=body, headers=headers) as answer,
        ):
            return answer.status, await answer.text()


def describe(live: LiveCall, heard: int) -> dict[str, Any]:
    """A call's state as JSON, with the entries after the first `heard`. `pause` is in seconds: `go_on` follows it."""
    call = live.call
    entries = [
        {
            "by": entry.by,
            "text": entry.text,
            "parts": [{"text": part.text, "language": part.language} for part in entry.parts],
        }
        for entry in call.entries[heard:]
    ]
    listening = call.listening
    return {
        "call": call.sid,
        "mode": call.mode,
        "pause": live.due.pause if live.due and call.mode != "ended" else 0,
        "heard": len(call.entries),
        "entries": entries,
        "keyed": call.keyed,
        "language": listening.language if listening else "",
        "choices": [{"act": name, "title": title} for name, title in call.choices()],
    }


def create_line(
    sid: str, auth_token: str, number: str, public_url: str, network_url: str, network_key: str
) -> CarrierLine:
    """Create the line of an account; `public_url` is the address that its requests are signed for."""
    account = CarrierAccount(sid, auth_token, number, public_url)
    return CarrierLine(account, PaymentNetwork(network_url.rstrip("/"), network_key))
