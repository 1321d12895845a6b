"""Stands for Twilio's REST API: keeps what it was asked to send, honors idempotency tokens, refuses who has opted out,
and tells the news of a message with signed callbacks."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator
from yarl import URL

from tests.standins.server import LocalServer


@dataclass
class Sent:
    """A message that it took."""

    sid: str
    fields: dict[str, str]
    token: str | None


@dataclass
class Trouble:
    """What it is to answer instead, and how often."""

    status: int
    code: int
    times: int


@dataclass
class StandInTwilio(LocalServer):
    """`messages` and `calls` are those it took, each once; `requests` counts every try."""

    account: str
    auth_token: str
    messages: list[Sent] = field(default_factory=list)
    calls: list[Sent] = field(default_factory=list)
    opted_out: set[str] = field(default_factory=set)
    requests: int = 0
    trouble: Trouble | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def to(self, phone: str) -> list[str]:
        """The texts that went to a phone, in order."""
        return [sent.fields["Body"] for sent in self.messages if sent.fields["To"] == phone]

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._create)
        app.router.add_post("/2010-04-01/Accounts/{account}/Calls.json", self._create)
        return app

    async def _create(self, request: web.Request) -> web.Response:
        self.requests += 1
        login = base64.b64encode(f"{self.account}:{self.auth_token}".encode()).decode("ascii")
        if request.headers.get("Authorization") != f"Basic {login}":
            return _refusal(401, 20003, "Authenticate")
        if self.trouble is not None and self.trouble.times > 0:
            self.trouble.times -= 1
            return _refusal(self.trouble.status, self.trouble.code, "Trouble")
        fields = {name: str(value) for name, value in (await request.post()).items()}
        if fields["To"] in self.opted_out and "Body" in fields:
            return _refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        taken = self.calls if request.path.endswith("/Calls.json") else self.messages
        token = request.headers.get("i-twilio-idempotency-token")
        return web.json_response(self._take(taken, fields, token), status=201)

    def _take(self, taken: list[Sent], fields: dict[str, str], token: str | None) -> dict[str, Any]:
        for sent in taken:
            if token and sent.token == token:
                return {"sid": sent.sid, "status": "queued"}
        kind = "CA" if taken is self.calls else "SM"
        sid = kind + hashlib.sha256(f"{len(taken)}:{fields}".encode()).hexdigest()[:32]
        taken.append(Sent(sid, fields, token))
        return {"sid": sid, "status": "queued"}

    async def tell(self, sent: Sent, status: str, app_url: str, error_code: str = "") -> int:
        """Post a signed status callback to the app; returns its answer's status.

        The address signed is the public one that came with the message; it is reached at `app_url`.
        """
        public = sent.fields["StatusCallback"]
        fields = {
            "AccountSid": self.account,
            "MessageSid": sent.sid,
            "MessageStatus": status,
            "To": sent.fields["To"],
            "From": sent.fields.get("From", ""),
        }
        if error_code:
            fields["ErrorCode"] = error_code
        signature = RequestValidator(self.auth_token).compute_signature(public, fields)
        parts = urlsplit(public)
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                URL(f"{app_url}{parts.path}?{parts.query}", encoded=True),
                data=fields,
                headers={"X-Twilio-Signature": signature},
            ) as answer,
        ):
            return answer.status


def _refusal(status: int, code: int, message: str) -> web.Response:
    return web.json_response({"code": code, "message": message, "status": status}, status=status)
