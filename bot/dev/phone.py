"""/dev/phone: a phone to try the line and the texts with, without a carrier.

The page says which key was pressed or what was said; the carrier simulator (`sandbox/carrier/`) makes the signed
requests to the app's own webhooks, so that no secret is in the page. `memberline call` uses the same addresses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sanic import Blueprint, HTTPResponse, Request
from sanic import json as json_response
from sanic.exceptions import NotFound
from sanic.response import html
from sqlalchemy import select

from backend.demo import DEMO_PEOPLE
from backend.outbox.models import OutboxMessage
from bot.services import Services
from bot.web.errors import InvalidRequestField, RequestRefused
from bot.web.guards import development_only
from bot.web.headers import SECURITY_HEADERS
from bot.web.json_requests import READ_METHODS, parse_json_object
from bot.web.pages import BOT, create_templates
from bot.web.site import PHONE_PAGE, StaticFiles
from bot.web.twilio_guard import E164

UNKNOWN_PHONE = "+15555550777"
"""A phone that is on no account."""
MAX_WORDS = 1000
MAX_TEXTS = 200
MAX_HEARD = 100_000
ACCOUNT_SID = "AC" + "0" * 32
"""Of the requests when no account is set."""
# the browser's recognizer needs the microphone, which all other pages forbid
PAGE_HEADERS = {
    "Permissions-Policy": SECURITY_HEADERS["Permissions-Policy"].replace("microphone=()", "microphone=(self)")
}


class Carrier(Protocol):
    """What the page needs of the carrier simulator, which is loaded by name (bot/app.py)."""

    async def call(self, app_url: str, phone: str, *, attested: bool) -> dict[str, Any]: ...

    async def act(self, app_url: str, sid: str, act: str, value: str, heard: int) -> dict[str, Any]: ...

    async def text(self, app_url: str, phone: str, body: str, now: datetime) -> None: ...

    def list_texts(self, phone: str) -> list[Any]: ...


@dataclass(frozen=True)
class PhonePage:
    services: Services
    carrier: Carrier

    async def start_call(self, request: Request) -> dict[str, Any]:
        """Begin a call. Raises RequestRefused."""
        body = parse_json_object(request)
        phone = _parse_phone(body) if body.get("phone") else ""
        return await self.carrier.call(_app_url(request), phone, attested=body.get("attested") is True)

    async def act(self, request: Request, sid: str) -> dict[str, Any]:
        """What the caller, or another one in the call, does. Raises RequestRefused."""
        body = parse_json_object(request)
        act, value, heard = body.get("act"), body.get("value") or "", body.get("heard") or 0
        if not isinstance(act, str):
            raise InvalidRequestField("act", "is missing")
        if not isinstance(value, str) or len(value) > MAX_WORDS:
            raise InvalidRequestField("value", f"must be a text of {MAX_WORDS} characters at most")
        if not isinstance(heard, int) or not 0 <= heard <= MAX_HEARD:
            raise InvalidRequestField("heard", "must be the number of entries that are known")
        try:
            return await self.carrier.act(_app_url(request), sid, act, value, heard)
        except LookupError:
            raise RequestRefused("unknown_call", "There is no such call any more. Call again.", status=404) from None
        except ValueError as problem:
            raise RequestRefused("not_now", str(problem), status=409) from None

    async def send_text(self, request: Request) -> list[dict[str, str]]:
        """Send a text from a phone; returns all of its texts. Raises RequestRefused."""
        body = parse_json_object(request)
        phone, words = _parse_phone(body), body.get("body")
        if not isinstance(words, str) or not words.strip() or len(words) > MAX_WORDS:
            raise InvalidRequestField("body", f"must have 1 to {MAX_WORDS} characters")
        try:
            await self.carrier.text(_app_url(request), phone, words, self.services.backend.clock.now())
        except OSError:
            raise RequestRefused("not_answered", "The text line did not answer.", status=503) from None
        return await self.list_texts(phone)

    async def list_texts(self, phone: str) -> list[dict[str, str]]:
        """The texts of a phone, the oldest first: its own, the answers, and what the line sent by itself."""
        query = select(OutboxMessage).where(OutboxMessage.recipient == phone, OutboxMessage.kind.in_(("sms", "call")))
        async with self.services.backend.db.read_session() as session:
            sent = await session.scalars(query.order_by(OutboxMessage.id.desc()).limit(MAX_TEXTS))
        texts = [(text.at, text.by, text.body, text.media) for text in self.carrier.list_texts(phone)]
        for message in sent:
            by = "line" if message.kind == "sms" else "call"
            texts.append((message.created_at, by, message.body, message.media_url or ""))
        texts.sort(key=lambda text: text[0])
        return [{"at": at.isoformat(), "by": by, "body": body, "media": media} for at, by, body, media in texts]

    def render(self) -> str:
        """The page, with the demo members as callers."""
        templates = create_templates(BOT / "dev" / "templates")
        return templates.get_template("phone.html").render(
            coop=self.services.coop, people=DEMO_PEOPLE, unknown_phone=UNKNOWN_PHONE
        )


def blueprint(services: Services, carrier: Carrier) -> Blueprint:
    """GET /dev/phone and its files, POST /dev/phone/calls, /dev/phone/calls/<call> and /dev/phone/texts."""
    routes = Blueprint("dev-phone")
    allowed = development_only(services.settings)
    page = PhonePage(services, carrier)
    files = StaticFiles.of_folder(BOT / "dev" / "static")

    @routes.route(PHONE_PAGE, methods=READ_METHODS)
    @allowed
    async def phone_page(request: Request) -> HTTPResponse:
        return html(page.render(), headers=PAGE_HEADERS)

    @routes.route(f"{PHONE_PAGE}/static/<name:str>", methods=READ_METHODS)
    @allowed
    async def phone_file(request: Request, name: str) -> HTTPResponse:
        return files.respond(request, name)

    @routes.post(f"{PHONE_PAGE}/calls")
    @allowed
    async def start_call(request: Request) -> HTTPResponse:
        return json_response(await page.start_call(request))

    @routes.post(f"{PHONE_PAGE}/calls/<sid:str>")
    @allowed
    async def act(request: Request, sid: str) -> HTTPResponse:
        return json_response(await page.act(request, sid))

    @routes.route(f"{PHONE_PAGE}/texts", methods=READ_METHODS)
    @allowed
    async def list_texts(request: Request) -> HTTPResponse:
        phone = request.args.get("phone", "")
        if not E164.fullmatch(phone):
            raise NotFound()
        return json_response({"texts": await page.list_texts(phone)})

    @routes.post(f"{PHONE_PAGE}/texts")
    @allowed
    async def send_text(request: Request) -> HTTPResponse:
        return json_response({"texts": await page.send_text(request)})

    return routes


def _parse_phone(body: dict[str, Any]) -> str:
    phone = body.get("phone")
    if not isinstance(phone, str) or not E164.fullmatch(phone):
        raise InvalidRequestField("phone", "must be a number such as +15555550142")
    return phone


def _app_url(request: Request) -> str:
    """Where the request reached the app: the carrier simulator asks the same process."""
    assert request.conn_info is not None
    return f"http://{request.conn_info.server}"
