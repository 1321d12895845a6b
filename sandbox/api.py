"""The network's API for merchants: JSON, a bearer key, an Idempotency-Key header for each charge."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from backend.language import SPANISH
from backend.providers.payments.base import LONGEST_DESCRIPTOR
from sandbox import pay_connector
from sandbox.charges import MAX_CENTS, ChargeRefused, ChargeResult, Charges
from sandbox.database import NetworkDatabase
from sandbox.entries import CardEntries

SILENCE_SECONDS = 120.0
"""How long a request that should time out is held; callers give up long before."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class NetworkState:
    key: str
    database: NetworkDatabase
    charges: Charges
    entries: CardEntries


NETWORK = web.AppKey("network", NetworkState)


def add_routes(app: web.Application) -> None:
    app.router.add_post("/v1/charges", _authorize)
    app.router.add_get("/v1/charges/{key}", _find)
    app.router.add_get("/v1/charges/{key}/details", _charge_details)
    app.router.add_post("/v1/charges/{key}/post", _capture)
    app.router.add_post("/v1/charges/{key}/void", _void)
    app.router.add_post("/v1/charges/{key}/refunds", _make_refund)
    app.router.add_get("/v1/refunds/{key}", _find_refund)
    app.router.add_get("/v1/returns", _returns)
    app.router.add_post("/v1/entries", _open_entry)
    app.router.add_get("/v1/entries/{id}", _entry_result)
    app.router.add_get("/v1/methods/{token}", _method)
    app.router.add_post("/v1/pay-connector", _make_token)
    app.router.add_get("/v1/sandbox/calendar", _calendar)
    app.router.add_post("/v1/sandbox/calendar", _move_calendar)


@web.middleware
async def api_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Require the key for every /v1 request, and answer errors as JSON."""
    if not request.path.startswith("/v1/"):
        return await handler(request)
    given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
    try:
        if not hmac.compare_digest(given, f"Bearer {request.app[NETWORK].key}".encode()):
            raise ChargeRefused(401, "unauthorized", "Send the API key as a bearer token.")
        return await handler(request)
    except ChargeRefused as refusal:
        return _error(refusal.status, refusal.code, str(refusal))
    except web.HTTPException as error:
        return _error(error.status, "invalid_request", error.reason)


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


async def _authorize(request: web.Request) -> web.Response:
    body = await _json(request)
    key = request.headers.get("Idempotency-Key", "")
    token, description = _text(body, "token", 200), _text(body, "description", 500)
    details = _details(body)
    return await _answer(request.app[NETWORK].charges.authorize(key, token, _cents(body), description, details))


async def _capture(request: web.Request) -> web.Response:
    return await _answer(request.app[NETWORK].charges.capture(request.match_info["key"]))


async def _void(request: web.Request) -> web.Response:
    return await _answer(request.app[NETWORK].charges.void(request.match_info["key"]))


async def _find(request: web.Request) -> web.Response:
    charge = request.app[NETWORK].charges.find(request.match_info["key"])
    if charge is None:
        raise ChargeRefused(404, "no_such_charge", "No charge was made with this key.")
    return web.json_response(asdict(charge))


async def _charge_details(request: web.Request) -> web.Response:
    return web.json_response(request.app[NETWORK].charges.details(request.match_info["key"]))


async def _make_refund(request: web.Request) -> web.Response:
    body = await _json(request)
    key = request.headers.get("Idempotency-Key", "")
    refund, is_new = request.app[NETWORK].charges.refund(
        key, request.match_info["key"], _cents(body), _text(body, "reason", 500)
    )
    return web.json_response(asdict(refund), status=201 if is_new else 200)


async def _find_refund(request: web.Request) -> web.Response:
    refund = request.app[NETWORK].charges.find_refund(request.match_info["key"])
    if refund is None:
        raise ChargeRefused(404, "no_such_refund", "No refund was made with this key.")
    return web.json_response(asdict(refund))


async def _returns(request: web.Request) -> web.Response:
    after = request.query.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) <= 18):
        raise ChargeRefused(422, "invalid_request", "after must be a whole number.")
    notices = request.app[NETWORK].charges.returns_since(int(after))
    return web.json_response({"returns": [asdict(notice) | {"on": notice.on.isoformat()} for notice in notices]})


async def _open_entry(request: web.Request) -> web.Response:
    body = await _json(request)
    return_url = _text(body, "return_url", 2000)
    if not _is_web_address(return_url):
        raise ChargeRefused(422, "invalid_request", "return_url must be an absolute http or https address.")
    reference, description = _text(body, "reference", 200), _text(body, "description", 500)
    entry_id = request.app[NETWORK].entries.open(reference, _cents(body, zero_too=True), description, return_url)
    language = f"?lang={SPANISH}" if body.get("language") == SPANISH else ""
    url = f"{request.url.origin()}/entry/{entry_id}{language}"
    return web.json_response({"entry_id": entry_id, "url": url}, status=201)


async def _entry_result(request: web.Request) -> web.Response:
    return web.json_response(asdict(request.app[NETWORK].entries.result(request.match_info["id"])))


async def _make_token(request: web.Request) -> web.Response:
    """Answer a carrier's connector. A refusal is no error of HTTP: it has `error_message`, and no token."""
    network = request.app[NETWORK]
    checked = pay_connector.check_request(await _json(request), network.database.today())
    if checked.instrument is None:
        refusal = {"token_id": None, "error_code": "refused", "error_message": pay_connector.describe_refusal(checked)}
        return web.json_response(refusal)
    token = network.entries.keep(checked.instrument)
    return web.json_response({"token_id": token, "error_code": None, "error_message": None})


async def _method(request: web.Request) -> web.Response:
    return web.json_response(asdict(request.app[NETWORK].entries.describe(request.match_info["token"])))


async def _calendar(request: web.Request) -> web.Response:
    return web.json_response({"today": request.app[NETWORK].database.today().isoformat()})


async def _move_calendar(request: web.Request) -> web.Response:
    try:
        to = date.fromisoformat(_text(await _json(request), "today", 10))
    except ValueError:
        raise ChargeRefused(422, "invalid_request", "today must be a date, YYYY-MM-DD.") from None
    request.app[NETWORK].charges.move_calendar(to)
    return await _calendar(request)


async def _answer(outcome: ChargeResult) -> web.Response:
    """The charge as JSON; no answer at all for a card whose number asks for a lost one."""
    if outcome.is_lost or outcome.charge is None:
        await asyncio.sleep(SILENCE_SECONDS)
        raise web.HTTPGatewayTimeout
    return web.json_response(asdict(outcome.charge), status=201 if outcome.is_new else 200)


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise ChargeRefused(400, "invalid_request", "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise ChargeRefused(400, "invalid_request", "The body must be a JSON object.")
    return body


def _text(body: dict[str, Any], name: str, longest: int) -> str:
    value = body.get(name)
    # half of a surrogate pair can be sent in JSON, but no database or page takes it
    if not isinstance(value, str) or len(value) > longest or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ChargeRefused(422, "invalid_request", f"{name} must be a text of {longest} characters at most.")
    return value


def _details(body: dict[str, Any]) -> dict[str, Any]:
    """The details of a charge, refused as a network would: an unknown entry class, or a descriptor that is too long."""
    details = body.get("details", {})
    if not isinstance(details, dict):
        raise ChargeRefused(422, "invalid_request", "details must be an object.")
    if details.get("entry_class") not in (None, "WEB", "TEL"):
        raise ChargeRefused(422, "invalid_request", "entry_class must be WEB or TEL.")
    if len(str(details.get("descriptor", ""))) > LONGEST_DESCRIPTOR:
        raise ChargeRefused(422, "invalid_request", f"descriptor may have {LONGEST_DESCRIPTOR} characters.")
    return details


def _cents(body: dict[str, Any], *, zero_too: bool = False) -> int:
    value = body.get("amount_cents")
    if type(value) is not int or not (0 if zero_too else 1) <= value <= MAX_CENTS:
        raise ChargeRefused(422, "invalid_amount", f"amount_cents must be a whole number up to {MAX_CENTS}.")
    return value


def _is_web_address(url: str) -> bool:
    """Whether a browser can be redirected to it: no script, no user name, nothing that ends a header or CSP."""
    if any(character in "\"';, \\" or not "!" <= character <= "~" for character in url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
