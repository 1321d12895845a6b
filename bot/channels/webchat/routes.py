"""The web chat's three addresses, and the stream of server-sent events."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from sanic import Blueprint, HTTPResponse, Request
from sanic import json as json_response
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations import service as conversations
from backend.members import identity, known_senders
from bot.channels.webchat import render, sessions
from bot.channels.webchat.cors import cors_headers, preflight
from bot.channels.webchat.rate_limits import ChatRateLimits
from bot.dialogue import normalize
from bot.dialogue.messages import Inbound, Reply
from bot.services import Services
from bot.web.client_source import client_source
from bot.web.errors import InvalidRequestField, RequestRefused
from bot.web.guards import public
from bot.web.json_requests import is_json_request, parse_id_field, parse_json_object, parse_text_field
from bot.workers.pushes import StreamListener

ANSWER_SECONDS = 8.5
"""After this the answer comes by the stream instead."""
HEARTBEAT_SECONDS = 15.0
MAX_STREAM_SECONDS = 30 * 60
"""A browser reconnects by itself; a stream that nobody reads any more must end."""
MAX_PAYLOAD_LENGTH = 1000


def unknown_session_error() -> RequestRefused:
    return RequestRefused("unknown_session", "This chat session is not known. Start a new one.", status=404)


@dataclass
class WebChatChannel:
    services: Services

    def __post_init__(self) -> None:
        self._limits = ChatRateLimits(self.services.rates, self.services.settings.chat_per_address)

    async def start_session(self, request: Request) -> str:
        """Create a session and return its token. The body may be empty; invalid JSON is refused."""
        if request.body and is_json_request(request):
            parse_json_object(request)
        await self._limits.check_new_session(request)
        return sessions.create_session_token(self.services.settings)

    def find_conversation(self, token: Any) -> str:
        """The conversation of a session token. Raises RequestRefused."""
        found = sessions.session_conversation_id(self.services.settings, token) if isinstance(token, str) else None
        if found is None:
            raise unknown_session_error()
        return found

    def parse_inbound(self, request: Request) -> Inbound:
        """The neutral message of a request. Raises RequestRefused."""
        body = parse_json_object(request)
        token = parse_text_field(body, "session", longest=200)
        client_id = parse_id_field(body, "id")
        text, payload = _parse_text_or_payload(body)
        conversation = self.find_conversation(token)
        return Inbound(
            channel="web",
            conversation=conversation,
            provider_id=f"{conversation}:{client_id}",
            text=text,
            payload=payload,
            source=client_source(request, self.services.settings),
            browser=_parse_browser_tokens(body),
        )

    async def take_message(self, request: Request) -> tuple[Inbound, Reply]:
        """Take the message of a request and answer it. Raises RequestRefused, also when it is over a limit."""
        inbound = self.parse_inbound(request)
        async with self._limits.limit_message(request, inbound.conversation):
            self.services.pushes.show_typing(inbound.conversation)
            return inbound, await self.services.turns.take_turn(inbound, within=ANSWER_SECONDS)

    async def issue_browser_token(self, inbound: Inbound) -> str | None:
        """A token for the page of an identified member, unless it has one that stays valid for a while."""
        backend = self.services.backend
        async with backend.db.read_session() as session:
            member = (await identity.load_identity(session, backend, inbound.conversation)).member
        if member is None or known_senders.knows_browser(backend, inbound.browser, member):
            return None
        return known_senders.issue_browser_token(backend, member)

    async def deliver(self, session: AsyncSession, inbound: Inbound, reply: Reply, late: bool) -> None:
        """Add every answer to the stream: another tab shows it, and a page that lost its POST gets it there."""
        client_id = inbound.provider_id.partition(":")[2]
        await self.services.pushes.push(
            session, inbound.conversation, reply.messages, reply_to=client_id, language=reply.language
        )

    def notify_delivered(self, inbound: Inbound) -> None:
        if inbound.channel == "web":
            self.services.pushes.notify(inbound.conversation)

    async def send_stream(self, request: Request) -> None:
        """Send the events after the last one that the page has, then new ones."""
        conversation = self.find_conversation(request.args.get("session"))
        after = _parse_last_event(request)
        async with self._limits.limit_stream(request, conversation):
            with self.services.pushes.open_listener(conversation) as listener:
                await self._send_events(request, conversation, after, listener)

    async def _send_events(self, request: Request, conversation: str, after: int, listener: StreamListener) -> None:
        headers = {
            **cors_headers(request, self.services.settings),
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",  # nginx would hold events back
        }
        response = await request.respond(content_type="text/event-stream; charset=utf-8", headers=headers)
        if response is None:
            return
        await response.send(render.RETRY_EVENT)
        ends = time.monotonic() + MAX_STREAM_SECONDS
        while not self.services.pushes.closing and time.monotonic() < ends:
            listener.news.clear()
            after = await self._send_new(response, conversation, after, listener)
            if not await _wait_for_news(listener, HEARTBEAT_SECONDS):
                await response.send(render.HEARTBEAT_COMMENT)
        await response.eof()

    async def _send_new(self, response: HTTPResponse, conversation: str, after: int, listener: StreamListener) -> int:
        signs, listener.signs = listener.signs, []
        async with self.services.backend.db.read_session() as session:
            events = await conversations.events_after(session, conversation, after)
        for event in events:
            await response.send(render.render_event(event.data, event.id))
            after = event.id
        if not events and signs:
            await response.send(render.render_event({}, name=signs[-1]))
        if len(events) == 100:
            listener.news.set()  # a full page of events: there may be more
        return after


def _parse_text_or_payload(body: dict[str, Any]) -> tuple[str, str | None]:
    """Text or payload, and exactly one of them."""
    if body.get("text") is not None and body.get("payload") is not None:
        raise InvalidRequestField("payload", "and text were both sent: send one of them")
    if body.get("payload") is not None:
        return "", parse_text_field(body, "payload", longest=MAX_PAYLOAD_LENGTH)
    return parse_text_field(body, "text", longest=normalize.MAX_TEXT_LENGTH), None


def _parse_browser_tokens(body: dict[str, Any]) -> str:
    """The tokens of a browser that has been let in before. What is none of ours counts for nothing, and is no error."""
    shown = body.get("known")
    tokens = [token for token in shown if isinstance(token, str)] if isinstance(shown, list) else []
    good = [token for token in tokens if known_senders.TOKEN.fullmatch(token)]
    return " ".join(good[-known_senders.MAX_BROWSER_TOKENS :])


def _parse_last_event(request: Request) -> int:
    last = request.headers.get("last-event-id") or request.args.get("last_event_id") or "0"
    if not last.isascii() or not last.isdigit() or len(last) > 18:
        raise InvalidRequestField("last_event_id", "must be a number")
    return int(last)


async def _wait_for_news(listener: StreamListener, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await listener.news.wait()
    except TimeoutError:
        return False
    return True


def blueprint(services: Services) -> Blueprint:
    """POST /chat/sessions, POST /chat/messages, GET /chat/events."""
    chat = WebChatChannel(services)
    services.turns.deliver["web"] = chat.deliver
    services.turns.after_commit.append(chat.notify_delivered)
    routes = Blueprint("webchat", url_prefix="/chat")

    @routes.post("/sessions")
    @public
    async def new_session(request: Request) -> HTTPResponse:
        return json_response({"session": await chat.start_session(request)}, status=201)

    @routes.post("/messages")
    @public
    async def message(request: Request) -> HTTPResponse:
        inbound, reply = await chat.take_message(request)
        return json_response(render.render_answer(reply, await chat.issue_browser_token(inbound)))

    @routes.get("/events")
    @public
    async def events(request: Request) -> None:
        await chat.send_stream(request)

    @routes.head("/events")
    @public
    async def head_of_events(request: Request) -> HTTPResponse:
        chat.find_conversation(request.args.get("session"))  # HEAD must not open the endless stream
        return HTTPResponse(content_type="text/event-stream; charset=utf-8", headers={"Cache-Control": "no-store"})

    # one by one: a catch-all route under /chat would lose to these paths, which have no OPTIONS
    @routes.options("/sessions", name="before_new_session")
    @routes.options("/messages", name="before_message")
    @public
    async def before_post(request: Request) -> HTTPResponse:
        return preflight(request, services.settings)

    @routes.on_response
    async def allow_origin(request: Request, response: HTTPResponse) -> None:
        for name, value in cors_headers(request, services.settings).items():
            response.headers.setdefault(name, value)

    return routes
