"""The web chat's three addresses, and the stream of server-sent events."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sanic import Blueprint, HTTPResponse, Request
from sanic import json as json_response
from sqlalchemy.ext.asyncio import AsyncSession

from backend.config import Settings
from backend.conversations import service as conversations
from backend.conversations.models import PushEvent
from backend.conversations.service import ConversationState
from backend.members import identity, known_senders, page_sign_ins
from backend.text_pay.elsewhere import answer_on_web
from bot.channels.senders import client_source
from bot.channels.webchat import render, sessions
from bot.channels.webchat.rate_limits import ChatRateLimits
from bot.channels.webchat.talk_routes import add_talk_routes
from bot.dialogue import normalize
from bot.dialogue.message_turn import MessageTurn
from bot.dialogue.messages import Inbound, Message, Reply
from bot.dialogue.record_deadline import RecordDeadline
from bot.services import Services
from bot.web.cookies import PORTAL_SESSION, read_cookie, set_cookie
from bot.web.errors import InvalidRequestField, RequestRefused
from bot.web.guards import public
from bot.web.json_requests import is_json_request, parse_id_field, parse_json_object, parse_text_field
from bot.web.numbers import parse_id
from bot.web.pages import url_origin
from bot.workers.pushes import StreamListener

BROWSER = "ml_chat"
"""The cookie that binds the talks on our own pages to their browser, until it is closed."""
SESSION_HEADER = "Chat-Session"
ANSWER_SECONDS = 8.5
"""After this the answer comes by the stream instead."""
HEARTBEAT_SECONDS = 15.0
MAX_STREAM_SECONDS = 30 * 60
"""A browser reconnects by itself; a stream that nobody reads any more must end."""
MAX_PAYLOAD_LENGTH = 1000
MAX_EVENTS = 100
"""That are read from the database at once."""


@dataclass
class WebChatChannel:
    services: Services

    def __post_init__(self) -> None:
        self.limits = ChatRateLimits(self.services.rates, self.services.settings.chat_per_address)

    async def start_session(self, request: Request) -> HTTPResponse:
        """Create a session and answer with its token. The body may be empty; invalid JSON is refused."""
        if request.body and is_json_request(request):
            parse_json_object(request)
        await self.limits.check_new_session(request)
        settings = self.services.settings
        browser = read_cookie(request, settings, BROWSER) or secrets.token_urlsafe(24)
        is_ours = asks_from_own_page(request, settings)
        token = sessions.create_session_token(settings, browser if is_ours else "")
        response = json_response({"session": token}, status=201)
        if is_ours:
            set_cookie(response, settings, BROWSER, browser, None, "Lax")
        return response

    async def find_conversation(
        self, request: Request, token: str | None, deadline: RecordDeadline | None = None
    ) -> str:
        """The conversation of a session token that this browser may go on with. Raises RequestRefused: in the same
        words for one that is another browser's. Raises MessageNotRecorded when the database does not say so in time."""
        found = self.read_session(request, token)
        if not await (deadline or RecordDeadline()).wait_for_result(self._may_go_on(request, found)):
            raise unknown_session()
        return found

    async def _may_go_on(self, request: Request, conversation: str) -> bool:
        async with self.services.backend.db.read_session() as session:
            return await self.may_go_on(session, request, conversation)

    async def find_named_conversation(self, request: Request) -> str:
        """As `find_conversation`, for a request without JSON. It names the session in a header, since addresses are
        written into the logs of proxies; but a browser's event stream sends none of its own."""
        return await self.find_conversation(request, request.headers.get(SESSION_HEADER) or request.args.get("session"))

    def read_session(self, request: Request, token: str | None) -> str:
        """As `find_conversation`, before it is known whose talk it is. Raises RequestRefused."""
        settings = self.services.settings
        browser = read_cookie(request, settings, BROWSER)
        found = sessions.session_conversation_id(settings, token, browser) if token else None
        if found is None:
            raise unknown_session()
        return found

    async def may_go_on(self, session: AsyncSession, request: Request, conversation: str) -> bool:
        """Whether the talk is nobody's who is signed in on a page of ours, or this browser's."""
        cookie = read_cookie(request, self.services.settings, PORTAL_SESSION)
        return await page_sign_ins.may_go_on(session, conversation, cookie)

    async def parse_inbound(self, request: Request, deadline: RecordDeadline) -> Inbound:
        """The message of a request, which has a text or a payload, not both. Raises RequestRefused."""
        body = parse_json_object(request)
        session = parse_text_field(body, "session", longest=200)
        client_id = parse_id_field(body, "id")
        text, payload = "", None
        if body.get("payload") is None:
            text = parse_text_field(body, "text", longest=normalize.MAX_TEXT_LENGTH)
        elif body.get("text") is not None:
            raise InvalidRequestField("payload", "and text were both sent: send one of them")
        else:
            payload = parse_text_field(body, "payload", longest=MAX_PAYLOAD_LENGTH)
        # tokens of a browser that was let in before; what is none of ours counts for nothing, and is no error
        shown = body.get("known")
        tokens = [token for token in shown if isinstance(token, str)] if isinstance(shown, list) else []
        tokens = [token for token in tokens if known_senders.TOKEN.fullmatch(token)]
        conversation = await self.find_conversation(request, session, deadline)
        return Inbound(
            channel="web",
            conversation=conversation,
            provider_id=f"{conversation}:{client_id}",
            text=text,
            payload=payload,
            source=client_source(request, self.services.settings),
            browser=" ".join(tokens[-known_senders.MAX_BROWSER_TOKENS :]),
        )

    async def take_message(self, request: Request) -> tuple[Inbound, Reply]:
        """Take the message of a request and answer it. Raises RequestRefused, also when it is over a limit."""
        deadline = RecordDeadline()
        inbound = await self.parse_inbound(request, deadline)
        async with self.limits.limit_message(request, inbound.conversation):
            self.services.pushes.show_typing(inbound.conversation)
            return inbound, await self.services.turns.take_turn(inbound, within=ANSWER_SECONDS, deadline=deadline)

    async def issue_browser_token(self, inbound: Inbound) -> str | None:
        """A token for the page of an identified member, unless it has one that stays valid for a while."""
        backend = self.services.backend
        async with backend.db.read_session() as session:
            member = (await identity.load_identity(session, backend, inbound.conversation)).member
        if member is None or known_senders.knows_browser(backend, inbound.browser, member):
            return None
        return known_senders.issue_browser_token(backend, member)

    async def answer_text_to_pay(self, turn: MessageTurn, _state: ConversationState) -> Reply | None:
        """Text to pay belongs to a phone; the page says so, and can end it."""
        words = await answer_on_web(self.services.backend, turn.inbound.conversation, turn.inbound.text)
        return Reply((Message(words),)) if words else None

    async def deliver(self, session: AsyncSession, inbound: Inbound, reply: Reply, *, is_late: bool) -> None:
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
        conversation = await self.find_named_conversation(request)
        last = request.headers.get("last-event-id") or request.args.get("last_event_id") or "0"
        after = parse_id(last)
        if after is None:
            raise InvalidRequestField("last_event_id", "must be a number")
        async with self.limits.limit_stream(request, conversation):
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
            async with self.services.backend.db.read_session() as session:
                events = await conversations.events_after(session, conversation, after, MAX_EVENTS)
                if not await self.may_go_on(session, request, conversation):
                    break
            after = await self._send_new(response, events, after, listener)
            try:
                await asyncio.wait_for(listener.news.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                await response.send(render.HEARTBEAT_COMMENT)
        await response.eof()

    async def _send_new(
        self, response: HTTPResponse, events: Sequence[PushEvent], after: int, listener: StreamListener
    ) -> int:
        """Send these events, or else the newest typing sign. Returns the id of the last event sent, or `after`."""
        signs, listener.signs = listener.signs, []
        for event in events:
            await response.send(render.render_event(event.data, event.id))
            after = event.id
        if not events and signs:
            await response.send(render.render_event(signs[-1], name="typing"))
        if len(events) == MAX_EVENTS:
            listener.news.set()  # there may be more
        return after


def unknown_session() -> RequestRefused:
    return RequestRefused("unknown_session", "This chat session is not known. Start a new one.", status=404)


def asks_from_own_page(request: Request, settings: Settings) -> bool:
    """Whether a page of ours asks: its browser shows our cookies again."""
    site = request.headers.get("sec-fetch-site")
    return site == "same-origin" or (
        site is None and request.headers.get("origin", "") == url_origin(settings.public_url)
    )


def cors_headers(request: Request, settings: Settings) -> dict[str, str]:
    """The headers that let a page on an allowed site use the chat.

    No cookie goes with requests of another site, so an origin alone cannot act for a member. Until CHAT_ORIGINS names
    others, only the app's own pages are allowed.
    """
    headers = {"Vary": "Origin"}
    origin, listed = request.headers.get("origin", ""), settings.chat_origins
    if origin and (origin in (url_origin(settings.public_url), *listed) or "*" in listed):
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = "Retry-After"
    return headers


def blueprint(services: Services) -> Blueprint:
    """POST /chat/sessions, POST /chat/messages, GET /chat/events, and what is in talk_routes.py."""
    chat = WebChatChannel(services)
    services.turns.deliver["web"] = chat.deliver
    services.turns.before_engine["web"] = chat.answer_text_to_pay
    services.turns.after_commit.append(chat.notify_delivered)
    routes = Blueprint("webchat", url_prefix="/chat")
    add_talk_routes(routes, chat)

    @routes.post("/sessions")
    @public
    async def new_session(request: Request) -> HTTPResponse:
        return await chat.start_session(request)

    @routes.post("/messages")
    @public
    async def message(request: Request) -> HTTPResponse:
        inbound, reply = await chat.take_message(request)
        return json_response(render.render_answer(reply, services.backend, await chat.issue_browser_token(inbound)))

    @routes.get("/events")
    @public
    async def events(request: Request) -> None:
        await chat.send_stream(request)

    @routes.head("/events")
    @public
    async def head_of_events(request: Request) -> HTTPResponse:
        await chat.find_named_conversation(request)  # HEAD must not open the endless stream
        return HTTPResponse(content_type="text/event-stream; charset=utf-8", headers={"Cache-Control": "no-store"})

    # one by one: a catch-all route under /chat would lose to these paths, which have no OPTIONS
    @routes.options("/sessions", name="before_new_session")
    @routes.options("/messages", name="before_message")
    @routes.options("/identity", name="before_identity")
    @routes.options("/photos", name="before_photo")
    @routes.options("/rating", name="before_rating")
    @routes.options("/transcript", name="before_transcript")
    @public
    async def before_post(request: Request) -> HTTPResponse:
        headers = cors_headers(request, services.settings)
        if "Access-Control-Allow-Origin" in headers:
            headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
            headers["Access-Control-Allow-Headers"] = f"Content-Type, Last-Event-ID, {SESSION_HEADER}"
            headers["Access-Control-Max-Age"] = "600"
        return HTTPResponse("", status=204, headers=headers)

    @routes.on_response
    async def allow_origin(request: Request, response: HTTPResponse) -> None:
        for name, value in cors_headers(request, services.settings).items():
            response.headers.setdefault(name, value)

    return routes
