"""The route by which the engine calls the actions: rasa-sdk's executor, mounted in our app, for loopback only.

The SDK's own server listens on all addresses, lets any web page call it and echoes exceptions; this route does not.
"""

from __future__ import annotations

import asyncio
import json
import logging
import zlib
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from sanic import Blueprint, HTTPResponse, Request, Sanic
from sanic import json as json_response

from backend.config import Settings
from backend.conversations.idempotency import ActionStep, MessageSettled, find_step
from backend.logs import enter_conversation
from bot.web.errors import format_frames
from bot.web.guards import internal_only

logger = logging.getLogger("memberline.actions")

MAX_BODY_BYTES = 4 * 1024 * 1024
"""Of an unpacked call; the last events of a long conversation are some tens of kilobytes."""

STOP_SECONDS = 3.0


class InvalidActionCall(ValueError):
    """The body is not an action call."""


def load_domain(path: Path) -> dict[str, Any]:
    """Load the domain. The engine leaves it out of its calls, but the newer SDK requires one."""
    if path.is_dir():
        merged: dict[str, Any] = {}
        for part in sorted(path.glob("*.yml")):
            _merge_domain(merged, load_domain(part))
        return merged
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found if isinstance(found, dict) else {}


def _merge_domain(into: dict[str, Any], part: dict[str, Any]) -> None:
    for key, value in part.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            into[key] = {**into[key], **value}
        elif isinstance(value, list) and isinstance(into.get(key), list):
            into[key] = into[key] + value
        else:
            into[key] = value


def list_intents(domain: dict[str, Any]) -> frozenset[str]:
    names = (next(iter(one)) if isinstance(one, dict) else one for one in domain.get("intents") or [])
    return frozenset(str(name) for name in names)


def parse_call(request: Request) -> dict[str, Any]:
    """The action call of a request, which the engine compresses. Raises InvalidActionCall."""
    body = _decompress(request.body, request.headers.get("content-encoding", "").strip().lower())
    try:
        call = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidActionCall("not JSON") from None
    if not isinstance(call, dict) or not isinstance(call.get("tracker"), dict):
        raise InvalidActionCall("not an action call")
    return call


def _decompress(body: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "deflate"):
        raise InvalidActionCall("unknown content-encoding")
    # 32 + 15: accepts zlib and gzip headers
    unpacker = zlib.decompressobj(47)
    try:
        out = unpacker.decompress(body, MAX_BODY_BYTES)
    except zlib.error:
        raise InvalidActionCall("damaged") from None
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise InvalidActionCall("too large or cut off")
    return out


async def run_action(executor: ActionExecutor, domain: dict[str, Any], call: dict[str, Any]) -> HTTPResponse:
    """Run one action and answer as the engine expects."""
    name = str(call.get("next_action") or "")
    if not call.get("domain"):
        call["domain"] = domain
    try:
        result = await executor.run(call)
    except ActionExecutionRejection as rejection:
        return _error_response(400, rejection.message, name)
    except MessageSettled:
        logger.info("action %s came too late: its message is settled", name)
        return _error_response(409, "the message is settled", name)
    except ActionNotFoundException:
        logger.error("the engine asked for an action that is not there: %s", name)
        return _error_response(404, "no such action", name)
    except Exception as failure:
        logger.error("action %s failed: %s\n%s", name, type(failure).__name__, format_frames(failure, 8))
        return _error_response(500, "the action failed", name)
    return json_response(result.model_dump() if result is not None else {"events": [], "responses": []})


def _error_response(status: int, message: str, name: str) -> HTTPResponse:
    return json_response({"error": message, "action_name": name}, status=status)


class ActionRunner:
    """Runs actions. One that has begun runs to its end, even if the engine goes away.

    An engine that restarts asks for the same step again and then gets the result of the one that is running.
    """

    def __init__(self, executor: ActionExecutor, domain: dict[str, Any]) -> None:
        self._executor = executor
        self._domain = domain
        self._now: dict[tuple[str, ActionStep] | object, asyncio.Task[HTTPResponse]] = {}

    async def run(self, call: dict[str, Any]) -> HTTPResponse:
        tracker = call["tracker"]
        events = [event for event in tracker.get("events") or () if isinstance(event, dict)]
        channel = str(tracker.get("latest_input_channel") or "")
        step = find_step(str(call.get("next_action") or ""), channel, events)
        # a call that names no step repeats no other
        key = (str(tracker.get("sender_id") or ""), step) if step else object()
        task = self._now.get(key)
        if task is None:
            task = self._now[key] = asyncio.create_task(run_action(self._executor, self._domain, call))
            task.add_done_callback(lambda _: self._now.pop(key, None))
        result = await asyncio.shield(task)
        # a copy: Sanic sends a response object only once, and two callers may get this one
        return HTTPResponse(result.body, result.status, content_type="application/json")

    async def wait_until_idle(self) -> None:
        while self._now:
            await asyncio.wait(set(self._now.values()))


def blueprint(settings: Settings, executor: ActionExecutor, domain: dict[str, Any]) -> Blueprint:
    """POST /internal/actions/webhook, for the engine alone."""
    steps = ActionRunner(executor, domain)
    routes = Blueprint("actions", url_prefix="/internal/actions")

    @routes.post("/webhook")
    @internal_only(settings.engine_token)
    async def webhook(request: Request) -> HTTPResponse:
        try:
            call = parse_call(request)
        except InvalidActionCall as problem:
            return _error_response(400, str(problem), "")
        enter_conversation(settings, str(call["tracker"].get("sender_id") or ""))
        return await steps.run(call)

    @routes.before_server_stop
    async def finish_running(_app: Sanic) -> None:
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await steps.wait_until_idle()
        except TimeoutError:
            logger.warning("stopped in the middle of an action; what it began is kept")

    return routes
