"""The engine's only channel: the app posts a turn and gets the bot's messages back.

Rasa's own REST channel calls every output channel "collector", so `channel: sms` responses would never match,
and it splits one utterance into several messages. Here the output channel has the name of the turn's
channel and keeps an utterance whole.
"""

import asyncio
import contextlib
import hmac
import logging
import os
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, HTTPResponse, Request
from sanic.exceptions import InvalidUsage
from sanic.response import json as json_response

from engine.components.knowledge import LIVE
from engine.current_turn import CURRENT_TURN, ActiveTurn
from engine.logs import enter_turn
from engine.patches import TurnFailedError

logger = logging.getLogger(__name__)

CHANNEL_NAME = re.compile(r"[a-z]{1,20}")
MAX_CONVERSATION_ID = 255
MAX_MESSAGE_ID = 255
MAX_TEXT_LENGTH = 4000
_running_turns: set["asyncio.Future[HTTPResponse]"] = set()  # the event loop keeps only weak references to tasks


class TurnOutput(OutputChannel):
    """Collects the bot's messages of one turn, under the name of the turn's channel."""

    def __init__(self, channel: str, messages: list[dict[str, Any]]) -> None:
        """`channel` is the name that `channel:` of a response is compared with; `messages` is filled."""
        self.channel = channel
        self.messages = messages

    def name(self) -> str:  # type: ignore[override]
        """The turn's channel; Rasa asks instances only."""
        return self.channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one utterance as one message."""
        self.messages.append(
            {
                "text": message.get("text"),
                "buttons": message.get("buttons") or [],
                "image": message.get("image"),
                "custom": message.get("custom") or None,
            }
        )


def _parse_body(request: Request) -> dict[str, Any]:
    """The body, or an empty object for anything else."""
    with contextlib.suppress(InvalidUsage):
        if isinstance(request.json, dict):
            return request.json
    return {}


def _is_valid_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and value.strip() != "" and len(value) <= longest


def _find_problem(body: dict[str, Any], conversation_needed: bool) -> str | None:
    """Say what is wrong with a request's body, or None."""
    if not _is_valid_text(body.get("text"), MAX_TEXT_LENGTH):
        return f"text: 1 to {MAX_TEXT_LENGTH} characters"
    if not isinstance(body.get("channel"), str) or not CHANNEL_NAME.fullmatch(body["channel"]):
        return "channel: sms, web or voice"
    if conversation_needed and not _is_valid_text(body.get("conversation"), MAX_CONVERSATION_ID):
        return f"conversation: 1 to {MAX_CONVERSATION_ID} characters"
    if not isinstance(body.get("metadata") or {}, dict):
        return "metadata: an object"
    return None


def _error_response(status: int, text: str) -> HTTPResponse:
    return json_response({"error": text}, status=status)


async def _handle_turn(body: dict[str, Any], handle: Callable[[UserMessage], Awaitable[Any]]) -> HTTPResponse:
    """Answer a message. A turn goes on when the app hangs up, since the app asks for its answer again."""
    turn = asyncio.ensure_future(_run_turn(body, handle))
    _running_turns.add(turn)
    turn.add_done_callback(_running_turns.discard)
    return await asyncio.shield(turn)


async def _run_turn(body: dict[str, Any], handle: Callable[[UserMessage], Awaitable[Any]]) -> HTTPResponse:
    enter_turn(body.get("log"))
    metadata = body.get("metadata") or {}
    replies: list[dict[str, Any]] = []
    active: ActiveTurn | None = None
    if _is_valid_text(metadata.get("message"), MAX_MESSAGE_ID):
        # in the context of this turn's own task
        active = ActiveTurn(metadata["message"], replies, start_over=metadata.get("anew") is True)
        CURRENT_TURN.set(active)
    message = UserMessage(
        text=body["text"],
        output_channel=TurnOutput(body["channel"], replies),
        sender_id=body["conversation"],
        input_channel=body["channel"],
        metadata=metadata,
    )
    began = time.monotonic()
    try:
        await handle(message)
        logger.info("a turn by %s took %.0f ms", body["channel"], (time.monotonic() - began) * 1000)
    except TurnFailedError as failure:
        logger.error("turn failed: %s", failure)  # names the action and the kind of error only
        return _error_response(500, "turn failed")
    except Exception:
        logger.exception("turn failed")  # the formatter leaves the exception's text out
        return _error_response(500, "turn failed")
    return json_response({"messages": replies, "reading": active.reading if active else {}})


async def _handle_parse(body: dict[str, Any], agent: Any) -> HTTPResponse:
    try:
        message = UserMessage(text=body["text"], metadata=body.get("metadata") or {})
        parsed = await agent.processor.parse_message(message)
    except Exception:
        logger.exception("parse failed")
        return _error_response(500, "parse failed")
    return json_response({key: parsed.get(key, []) for key in ("intent", "intent_ranking", "entities", "reading")})


async def _handle_forget(body: dict[str, Any], agent: Any) -> HTTPResponse:
    messages = body.get("messages")
    if not _is_valid_text(body.get("conversation"), MAX_CONVERSATION_ID) or not isinstance(messages, dict):
        return _error_response(400, "conversation and messages")
    try:
        await agent.tracker_store.redact(body["conversation"], {str(one): str(text) for one, text in messages.items()})
    except Exception:
        logger.exception("forgetting failed")
        return _error_response(500, "forgetting failed")
    return json_response({})


async def _handle_knowledge(body: dict[str, Any]) -> HTTPResponse:
    """Search what the office has changed of knowledge/; a few texts are encoded, so it runs beside the turns."""
    version, changed = body.get("version"), body.get("changed")
    texts = changed.values() if isinstance(changed, dict) else [0]
    if not isinstance(version, str) or not all(text is None or isinstance(text, str) for text in texts):
        return _error_response(400, "version: a text; changed: an object of texts")
    try:
        await asyncio.to_thread(LIVE.replace, version, changed)
    except Exception:
        logger.exception("the changed knowledge could not be read")
        return _error_response(500, "knowledge failed")
    return json_response({"version": LIVE.version})


class EdgeChannel(InputChannel):
    """POST turn, parse and forget, GET and POST knowledge, and GET health under /webhooks/edge.

    All but health need the shared token.
    """

    def __init__(self, token: str) -> None:
        """`token` is the secret shared with the app."""
        self._expected = f"Bearer {token}".encode()

    @classmethod
    def name(cls) -> str:
        """The name used in credentials.yml and in the URL."""
        return "edge"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "EdgeChannel":
        """Take the token from ENGINE_TOKEN; credentials.yml only names the channel."""
        token = os.environ.get("ENGINE_TOKEN", "")
        if not token:
            raise ValueError("ENGINE_TOKEN is not set")
        return cls(token)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes."""
        edge = Blueprint("edge")

        @edge.on_request
        async def check_token(request: Request) -> HTTPResponse | None:
            given = request.headers.get("authorization", "").encode("utf-8", "surrogateescape")
            if request.path.endswith("/health") or hmac.compare_digest(given, self._expected):
                return None
            return _error_response(401, "bad token")

        @edge.get("/health")
        async def health(request: Request) -> HTTPResponse:
            return json_response({"status": "ok"})

        @edge.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            body = _parse_body(request)
            problem = _find_problem(body, conversation_needed=True)
            return _error_response(400, problem) if problem else await _handle_turn(body, on_new_message)

        @edge.post("/forget")
        async def forget(request: Request) -> HTTPResponse:
            return await _handle_forget(_parse_body(request), request.app.ctx.agent)

        @edge.get("/knowledge")
        async def knowledge_version(request: Request) -> HTTPResponse:
            return json_response({"version": LIVE.version})

        @edge.post("/knowledge")
        async def knowledge(request: Request) -> HTTPResponse:
            return await _handle_knowledge(_parse_body(request))

        @edge.post("/parse")
        async def parse(request: Request) -> HTTPResponse:
            body = _parse_body(request)
            problem = _find_problem(body, conversation_needed=False)
            return _error_response(400, problem) if problem else await _handle_parse(body, request.app.ctx.agent)

        return edge
