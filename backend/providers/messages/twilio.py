"""Texts and calls by Twilio's REST API, one form POST each."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

import aiohttp

from backend.config import Settings
from backend.language import ENGLISH, SPANISH, current_language, tr
from backend.providers.messages.base import TransportError

API = "https://api.twilio.com"
SECONDS = 10.0
SAY_LANGUAGES = {ENGLISH: "en-US", SPANISH: "es-US"}
RETRYABLE_STATUSES = frozenset({408, 409, 425, 429})


class TwilioProvider:
    """Sends from the co-op's number, or texts by its messaging service, with status callbacks to /twilio/status."""

    def __init__(self, settings: Settings) -> None:
        self._account = settings.twilio_account_sid or ""
        self._token = settings.twilio_auth_token or ""
        self._number = settings.twilio_number or ""
        service = settings.twilio_messaging_service_sid
        self._text_sender = {"MessagingServiceSid": service} if service else {"From": self._number}
        base = (settings.twilio_api_url or API).rstrip("/")
        self._account_url = f"{base}/2010-04-01/Accounts/{self._account}"
        self._status_url = f"{settings.public_url}/twilio/status"
        self._session: aiohttp.ClientSession | None = None

    async def send_sms(self, to: str, body: str, media_url: str | None = None, *, key: str) -> str:
        """Send one message. Raises TransportError."""
        fields = {
            "To": to,
            **self._text_sender,
            "Body": body,
            # with our key, since the callback may arrive before the response with Twilio's id
            "StatusCallback": f"{self._status_url}?key={quote(key, safe=':')}",
        }
        if media_url:
            fields["MediaUrl"] = media_url
        return await self._post("Messages.json", fields, key)

    async def send_call(self, to: str, words: str, *, key: str) -> str:
        """Call, speak the words twice, in case the first seconds are missed, and hang up. Raises TransportError."""
        say = f'<Say language="{SAY_LANGUAGES[current_language()]}">'
        once, again = escape(words), escape(tr("Again: {words}", words=words))
        twiml = f'<Response>{say}{once}</Say><Pause length="1"/>{say}{again}</Say></Response>'
        return await self._post("Calls.json", {"To": to, "From": self._number, "Twiml": twiml}, key)

    async def ring(self, to: str, answer_url: str, *, caller_id: str | None, seconds: int, key: str) -> str:
        """Call a number; whoever answers hears the TwiML of `answer_url`. Raises TransportError."""
        fields = {"To": to, "From": caller_id or self._number, "Url": answer_url, "Method": "POST"}
        return await self._post("Calls.json", {**fields, "Timeout": str(seconds)}, key)

    async def find_front(self, queue: str) -> str | None:
        """The call that is first in the queue with this Sid; None if nobody waits. Raises TransportError."""
        url = f"{self._account_url}/Queues/{queue}/Members/Front.json"
        try:
            async with self._open().get(url) as answer:
                body = await _json(answer)
                if answer.status == 404:
                    return None
                if answer.status >= 300 or not isinstance(body.get("call_sid"), str):
                    raise TransportError(str(body.get("code") or answer.status), permanent=False)
                return str(body["call_sid"])
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TransportError(type(error).__name__, permanent=False) from error

    async def _post(self, resource: str, fields: dict[str, str], key: str) -> str:
        headers = {"i-twilio-idempotency-token": key}
        try:
            async with self._open().post(f"{self._account_url}/{resource}", data=fields, headers=headers) as answer:
                return _sid(answer.status, await _json(answer))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TransportError(type(error).__name__, permanent=False) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            login = base64.b64encode(f"{self._account}:{self._token}".encode()).decode("ascii")
            self._session = aiohttp.ClientSession(
                headers={"Authorization": f"Basic {login}"},
                timeout=aiohttp.ClientTimeout(total=SECONDS),
            )
        return self._session


async def _json(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    try:
        found = await answer.json(content_type=None)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _sid(status: int, body: dict[str, Any]) -> str:
    if status < 300 and isinstance(body.get("sid"), str):
        return str(body["sid"])
    code = str(body.get("code") or status)
    # 401 and 403 are retried: the office corrects the setting, and no message is lost
    permanent = 400 <= status < 500 and status not in RETRYABLE_STATUSES and status not in (401, 403)
    raise TransportError(code, permanent=permanent)
