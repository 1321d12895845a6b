"""Two doubles of Stripe that others wrote lack what we use. This process stands before one and fills the gap.

`localstripe` has PaymentIntents, but refuses parameters it does not know: they are dropped on the way.
`stripe-stateful-mock` has Charges with idempotency keys, declines and refunds: an intent here is a few fields, and
confirming it makes a charge there.
"""

from __future__ import annotations

import json
import secrets
import sys
from typing import Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
from aiohttp import web

DROPPED = ("description", "error_on_requires_action", "statement_descriptor", "types")
Pairs = list[tuple[str, str]]


class LocalStripe:
    """Passes requests on, without the parameters that localstripe refuses."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def handle(self, request: web.Request) -> web.StreamResponse:
        pairs = parse_qsl((await request.read()).decode(), keep_blank_values=True)
        dropped = (*DROPPED, "off_session") if request.path.endswith("/confirm") else DROPPED
        body = [(name, value) for name, value in pairs if name.split("[")[0] not in dropped]
        query = [(name, value) for name, value in request.query.items() if name.split("[")[0] not in dropped]
        status, answer = await _ask(self._url + request.path, request.method, query, body, request.headers)
        return web.json_response(answer, status=status)


class StatefulMock:
    """PaymentIntents over the mock's charges. What it keeps of an intent is lost with this process."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._intents: dict[str, dict[str, Any]] = {}
        self._created: dict[str, str] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        parts = request.path.strip("/").split("/")
        form = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        if parts[:2] == ["v1", "refunds"]:
            return await self._refunds(request, form)
        if parts[:2] != ["v1", "payment_intents"]:
            return web.json_response({"object": "list", "data": [], "has_more": False, "url": request.path})
        if len(parts) == 2:
            return await self._create(request, form)
        intent = self._intents.get(parts[2])
        if intent is None:
            return _refusal(404, "resource_missing", "No such payment_intent")
        if len(parts) == 4:
            return await getattr(self, f"_{parts[3]}")(request, intent)
        return web.json_response(intent)

    async def _create(self, request: web.Request, form: dict[str, str]) -> web.StreamResponse:
        key = request.headers["Idempotency-Key"]
        if key in self._created:
            return web.json_response(self._intents[self._created[key]])
        if not form["payment_method"].startswith("tok_"):
            return _refusal(404, "resource_missing", "No such PaymentMethod", param="payment_method")
        intent = {
            "id": f"pi_{secrets.token_hex(8)}", "object": "payment_intent", "amount": int(form["amount"]),
            "status": "requires_confirmation", "payment_method": form["payment_method"], "latest_charge": None,
            "last_payment_error": None, "metadata": {},
        }  # fmt: skip
        self._intents[str(intent["id"])] = intent
        self._created[key] = str(intent["id"])
        return web.json_response(intent)

    async def _confirm(self, request: web.Request, intent: dict[str, Any]) -> web.StreamResponse:
        form = [("amount", str(intent["amount"])), ("currency", "usd"), ("source", intent["payment_method"])]
        answer = await _ask(self._url + "/v1/charges", "POST", [], [*form, ("capture", "false")], request.headers)
        if intent["status"] != "requires_confirmation" and answer[0] != 200:
            return _refusal(400, "payment_intent_unexpected_state", "It was confirmed before.")
        if answer[0] == 402:
            intent |= {"status": "requires_payment_method", "last_payment_error": answer[1]["error"]}
        elif answer[0] == 200 and intent["status"] == "requires_confirmation":
            intent |= {"status": "requires_capture", "latest_charge": answer[1]["id"]}
        return web.json_response(intent if answer[0] == 200 else answer[1], status=answer[0])

    async def _capture(self, request: web.Request, intent: dict[str, Any]) -> web.StreamResponse:
        if intent["status"] not in ("requires_capture", "succeeded"):
            return _refusal(400, "payment_intent_unexpected_state", "It cannot be captured.")
        intent["status"] = "succeeded"  # before the call: a cancel that comes meanwhile is too late
        path = f"/v1/charges/{intent['latest_charge']}/capture"
        status, answer = await _ask(self._url + path, "POST", [], [], request.headers)
        return web.json_response(intent if status == 200 else answer, status=status)

    async def _cancel(self, request: web.Request, intent: dict[str, Any]) -> web.StreamResponse:
        if intent["status"] not in ("requires_capture", "requires_confirmation"):
            return _refusal(400, "payment_intent_unexpected_state", "It cannot be canceled.")
        intent["status"] = "canceled"
        if intent["latest_charge"]:
            form = [("charge", intent["latest_charge"])]
            await _ask(self._url + "/v1/refunds", "POST", [], form, request.headers)
        return web.json_response(intent)

    async def _refunds(self, request: web.Request, form: dict[str, str]) -> web.StreamResponse:
        """The mock's own refunds, asked for by the charge of the intent."""
        query, body = dict(request.query), dict(form)
        for asked in (query, body):
            if "payment_intent" in asked:
                asked["charge"] = self._intents[asked.pop("payment_intent")]["latest_charge"]
        url = self._url + request.path
        status, answer = await _ask(url, request.method, [*query.items()], [*body.items()], request.headers)
        return web.json_response(answer, status=status)


def _refusal(status: int, code: str, message: str, **more: str) -> web.Response:
    error = {"code": code, "message": message, "type": "invalid_request_error", **more}
    return web.json_response({"error": error}, status=status)


async def _ask(url: str, method: str, query: Pairs, body: Pairs, headers: Any) -> tuple[int, dict[str, Any]]:
    kept = {name: headers[name] for name in ("Authorization", "Idempotency-Key") if name in headers}
    kept["Content-Type"] = "application/x-www-form-urlencoded"
    data = urlencode(body) if method == "POST" else None
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, params=query, data=data, headers=kept) as answer,
    ):
        return answer.status, json.loads(await answer.read() or b"{}")


if __name__ == "__main__":
    kind, behind, port = sys.argv[1:]
    double = {"localstripe": LocalStripe, "stateful-mock": StatefulMock}[kind](behind)
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", double.handle)
    web.run_app(app, host="127.0.0.1", port=int(port), print=None)
