"""Stands for Twilio's REST API: keeps what it was asked to send, honors idempotency tokens, refuses who has opted out,
and tells the news of a message with signed callbacks."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import random
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator
from yarl import URL

from tests.standins.server import LocalServer

QUEUE_SID = "QU" + "5" * 32


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
    """`messages` and `calls` are those it took, each once; `requests` counts every try.

    `queue` has the calls that wait in the one queue, the first in front; whoever plays a call puts it in and out.
    """

    account: str
    auth_token: str
    messages: list[Sent] = field(default_factory=list)
    calls: list[Sent] = field(default_factory=list)
    opted_out: set[str] = field(default_factory=set)
    queue: list[str] = field(default_factory=list)
    requests: int = 0
    repeats: int = 0
    """Requests for a message that it had taken before."""
    trouble: Trouble | None = None
    seconds: tuple[float, float] = (0.0, 0.0)
    """How long it takes for an answer, from and to."""
    taken_at: dict[str, float] = field(default_factory=dict)
    """When it took a message, by its text (time.time())."""

    def __post_init__(self) -> None:
        super().__init__()
        self._tokens: dict[str, str] = {}

    def to(self, phone: str) -> list[str]:
        """The texts that went to a phone, in order."""
        return [sent.fields["Body"] for sent in self.messages if sent.fields["To"] == phone]

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._create)
        app.router.add_post("/2010-04-01/Accounts/{account}/Calls.json", self._create)
        app.router.add_get(f"/2010-04-01/Accounts/{{account}}/Queues/{QUEUE_SID}/Members/Front.json", self._front)
        app.router.add_get("/taken", self._list_taken)
        return app

    def _is_ours(self, request: web.Request) -> bool:
        login = base64.b64encode(f"{self.account}:{self.auth_token}".encode()).decode("ascii")
        return request.headers.get("Authorization") == f"Basic {login}"

    async def _front(self, request: web.Request) -> web.Response:
        if not self._is_ours(request):
            return _refusal(401, 20003, "Authenticate")
        if not self.queue:
            return _refusal(404, 20404, "The requested resource was not found")
        return web.json_response({"queue_sid": QUEUE_SID, "call_sid": self.queue[0], "position": 1, "wait_time": 7})

    async def _create(self, request: web.Request) -> web.Response:
        self.requests += 1
        if not self._is_ours(request):
            return _refusal(401, 20003, "Authenticate")
        if self.trouble is not None and self.trouble.times > 0:
            self.trouble.times -= 1
            return _refusal(self.trouble.status, self.trouble.code, "Trouble")
        fields = {name: str(value) for name, value in (await request.post()).items()}
        if fields["To"] in self.opted_out and "Body" in fields:
            return _refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        if "Body" in fields:
            self.taken_at.setdefault(fields["Body"], time.time())
        if self.seconds[1]:
            await asyncio.sleep(random.uniform(*self.seconds))
        taken = self.calls if request.path.endswith("/Calls.json") else self.messages
        token = request.headers.get("i-twilio-idempotency-token")
        return web.json_response(self._take(taken, fields, token), status=201)

    def _take(self, taken: list[Sent], fields: dict[str, str], token: str | None) -> dict[str, Any]:
        if token and token in self._tokens:
            self.repeats += 1
            return {"sid": self._tokens[token], "status": "queued"}
        kind = "CA" if taken is self.calls else "SM"
        sid = kind + hashlib.sha256(f"{len(taken)}:{fields}".encode()).hexdigest()[:32]
        taken.append(Sent(sid, fields, token))
        if token:
            self._tokens[token] = sid
        return {"sid": sid, "status": "queued"}

    async def _list_taken(self, _request: web.Request) -> web.Response:
        return web.json_response({"taken_at": self.taken_at, "messages": len(self.messages), "repeats": self.repeats})

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


async def _serve(port: int, account: str, auth_token: str, least: float, most: float) -> None:
    standin = StandInTwilio(account, auth_token, seconds=(least, most))
    standin.port = port
    await standin.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    # PORT ACCOUNT AUTH_TOKEN LEAST_SECONDS MOST_SECONDS: as a process of its own
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4]), float(sys.argv[5])))
