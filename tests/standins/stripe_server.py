"""The HTTP side of the stand-in of Stripe, a process of its own.

It refuses parameters that Stripe does not know. Idempotency keys are kept with the answer; one that is still being
worked on is a 409. A request to /test/... is for tests alone: it lets days pass, fills in the hosted page, or makes the
next call fail.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from tests.standins.stripe_network import Refused, StripeNetwork

PARAMETERS = {
    "payment_intents": "amount currency payment_method payment_method_types capture_method description metadata "
    "customer statement_descriptor expand",
    "confirm": "off_session error_on_requires_action expand",
    "capture": "expand",
    "cancel": "expand",
    "refunds": "payment_intent amount metadata reason",
    "sessions": "mode currency payment_method_types payment_method_options customer_creation "
    "client_reference_id custom_text success_url cancel_url expand",
}


class Api:
    def __init__(self, network: StripeNetwork) -> None:
        self.network = network

    async def handle(self, request: web.Request) -> web.StreamResponse:
        network = self.network
        parts = request.path.strip("/").split("/")
        form = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        if parts[0] == "test":
            return web.json_response(self.control(parts[1:], json.loads(form.get("json", "{}"))))
        network.calls.append(f"{request.method} {request.path}")
        if not request.headers.get("Authorization", "").endswith("sk_test_standin"):
            return answer_refusal(Refused(401, None, "Invalid API Key provided", type="invalid_request_error"))
        failure = self.next_failure(request)
        if failure and failure["when"] == "before":
            return await fail(request, failure)
        done = await self.once(request, parts[1:], form)
        return await fail(request, failure) if failure else done

    def next_failure(self, request: web.Request) -> dict[str, Any] | None:
        for failure in self.network.failures:
            if failure["at"] in request.path and failure["method"] == request.method:
                self.network.failures.remove(failure)
                return failure
        return None

    async def once(self, request: web.Request, parts: list[str], form: dict[str, str]) -> web.Response:
        """Act, or give the answer that was given for this idempotency key."""
        key, network = request.headers.get("Idempotency-Key", ""), self.network
        asked = json.dumps([request.path, sorted(form.items())])
        if key in network.working:
            return answer_refusal(Refused(409, "idempotency_key_in_use", "in use", type="idempotency_error"))
        if key and key in network.answers:
            before, status, body = network.answers[key]
            if before != asked:
                return answer_refusal(Refused(400, None, "other parameters", type="idempotency_error"))
            return web.json_response(body, status=status, headers={"Idempotent-Replayed": "true"})
        network.working.add(key) if key else None
        try:
            await asyncio.sleep(0.002)  # others get their turn, as over a real line
            status, body = self.act(request, parts, form)
        finally:
            network.working.discard(key)
        body = json.loads(json.dumps(body))
        # Stripe does not keep the answer to what it refused before it began
        if key and status in (200, 402):
            network.answers[key] = (asked, status, body)
        return web.json_response(body, status=status)

    def act(self, request: web.Request, parts: list[str], form: dict[str, str]) -> tuple[int, Any]:
        try:
            return 200, (self.read(request, parts) if request.method == "GET" else self.write(parts, form))
        except Refused as refusal:
            return refusal.status, refusal.body

    def read(self, request: web.Request, parts: list[str]) -> Any:
        network = self.network
        if parts == ["events"]:
            return page(network.events, request)
        if parts == ["refunds"]:
            return page(network.refunds_of(request.query["payment_intent"]), request)
        thing = network.get(parts[-1])
        return network.show_session(thing) if thing["object"] == "checkout.session" else thing

    def write(self, parts: list[str], form: dict[str, str]) -> Any:
        network = self.network
        known = PARAMETERS[parts[-1]].split()
        for name in form:
            if name.split("[")[0] not in known:
                raise Refused(400, "parameter_unknown", f"Received unknown parameter: {name}", param=name)
        if parts[0] == "payment_intents" and len(parts) == 3:
            act = {"confirm": network.confirm, "capture": network.capture, "cancel": network.cancel}[parts[2]]
            return act(network.get(parts[1], "intent"), form)
        makers = {
            "payment_intents": network.create_intent,
            "refunds": network.create_refund,
            "sessions": network.create_session,
        }
        return makers[parts[-1]](form)

    def control(self, parts: list[str], asked: dict[str, Any]) -> Any:
        network = self.network
        if parts == ["days"]:
            network.pass_days(asked["days"])
        elif parts == ["fail"]:
            network.failures.append(asked)
        elif parts == ["finish"]:
            network.finish_session(network.get(asked["id"]), asked["like"], asked.get("verified", True))
        elif parts == ["expire"]:
            network.get(asked["id"])["status"] = "expired"
        elif parts == ["dispute"]:
            return network.dispute(network.get(asked["intent"]), asked["reason"], asked["status"], asked.get("amount"))
        elif parts == ["method"]:
            method = network.get(asked["id"])
            method["card"] |= asked["card"]
            return network.tell("payment_method.automatically_updated", method)
        elif parts == ["refund"]:
            return network.create_refund({"payment_intent": asked["intent"], "amount": str(asked["amount"])})
        elif parts == ["forget"]:
            network.answers.clear()  # as Stripe does after 24 hours
        elif parts == ["object"]:
            return network.get(asked["id"])
        return {"calls": network.calls, "events": network.events}


def page(rows: list[dict[str, Any]], request: web.Request) -> dict[str, Any]:
    limit = int(request.query.get("limit", 10))
    kinds = [value for name, value in request.query.items() if name.startswith("types")]
    rows = [row for row in rows if not kinds or row["type"] in kinds]
    if after := request.query.get("starting_after"):
        rows = rows[[row["id"] for row in rows].index(after) + 1 :]
    return {"object": "list", "url": request.path, "data": rows[:limit], "has_more": len(rows) > limit}


async def fail(request: web.Request, failure: dict[str, Any]) -> web.StreamResponse:
    """Answer otherwise: `status` with `body`, hang, or hang up without a word."""
    if failure["how"] == "hang":
        await asyncio.sleep(60)
    if failure["how"] == "hang_up" and request.transport is not None:
        request.transport.abort()
    return web.Response(
        text=failure.get("body", ""), status=failure.get("status", 500), content_type="application/json"
    )


def answer_refusal(refusal: Refused) -> web.Response:
    return web.json_response(refusal.body, status=refusal.status)


if __name__ == "__main__":
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", Api(StripeNetwork()).handle)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, handler_cancellation=True)
