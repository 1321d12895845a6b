"""What a member does with the talk itself: rates it, has it mailed, sends a photo to who reads it at the office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sanic import Blueprint, HTTPResponse, Request
from sanic import json as json_response

from backend.conversations.models import Conversation
from backend.feedback import service as feedback
from backend.language import ENGLISH, use_language
from backend.members import identity, signed_in_talks
from backend.members.codes import mask_email
from backend.photos import service as photos
from bot.channels.senders import client_source
from bot.channels.webchat.transcript_mail import mail_transcript
from bot.dialogue.normalize import clean_and_redact
from bot.web.cookies import PORTAL_SESSION, read_cookie
from bot.web.errors import InvalidRequestField, RequestRefused
from bot.web.guards import public
from bot.web.json_requests import parse_json_object, parse_text_field

if TYPE_CHECKING:
    from bot.channels.webchat.routes import WebChatChannel

PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp")


class TalkActions:
    def __init__(self, chat: WebChatChannel) -> None:
        self.chat = chat
        self.backend = chat.services.backend

    async def rate(self, request: Request) -> dict[str, Any]:
        """`{"session", "helped": true, "words": "…"}`."""
        body = parse_json_object(request)
        conversation = await self.chat.find_conversation(request, parse_text_field(body, "session", longest=200))
        helped, words = body.get("helped"), body.get("words") or ""
        if not isinstance(helped, bool):
            raise InvalidRequestField("helped", "must be true or false")
        if not isinstance(words, str) or len(words) > feedback.MAX_WORDS:
            raise InvalidRequestField("words", f"must be a text of at most {feedback.MAX_WORDS} characters")
        async with self.chat.limits.limit_message(request, conversation), self.backend.db.transaction() as session:
            words = clean_and_redact(words.strip())
            kept = await feedback.rate(session, self.backend, conversation, helped=helped, words=words)
        if not kept:
            raise RequestRefused("nothing_said", "There is no talk to rate yet.", status=409)
        return {"kept": True}

    async def accept_identity(self, request: Request) -> dict[str, Any]:
        """`{"session", "identity"}`: the page around the chat says who is signed in on it."""
        body = parse_json_object(request)
        # the identity is accepted only with its own session's cookie, which may be a newer one than the talk's
        conversation = self.chat.read_session(request, parse_text_field(body, "session", longest=200))
        token = parse_text_field(body, "identity", longest=signed_in_talks.MAX_LENGTH)
        settings = self.chat.services.settings
        source, cookie = client_source(request, settings), read_cookie(request, settings, PORTAL_SESSION)
        async with self.chat.limits.limit_message(request, conversation):
            try:
                async with self.backend.db.transaction() as session:
                    await signed_in_talks.accept(
                        session, self.backend, conversation, token, source=source, portal_session=cookie
                    )
            except signed_in_talks.IdentityTokenRefused as refusal:
                status = 409 if refusal.code == "other_member" else 403
                raise RequestRefused(refusal.code, str(refusal), status=status) from None
        return {"accepted": True}

    async def mail(self, request: Request) -> dict[str, Any]:
        """Mail the talk to the address on file of the member who is proven in it; never to one that is given."""
        body = parse_json_object(request)
        conversation = await self.chat.find_conversation(request, parse_text_field(body, "session", longest=200))
        async with self.chat.limits.limit_message(request, conversation), self.backend.db.transaction() as session:
            talk = await session.get(Conversation, conversation)
            with use_language(talk.language if talk else ENGLISH):
                known = await identity.load_identity(session, self.backend, conversation)
                source = client_source(request, self.chat.services.settings)
                await mail_transcript(session, self.backend, conversation, known, source=source)
        return {"email": mask_email(known.known_member.email or "")}

    async def keep_photo(self, request: Request) -> dict[str, Any]:
        conversation = await self.chat.find_named_conversation(request)
        if str(request.headers.get("content-type", "")).split(";")[0].strip() not in PHOTO_TYPES:
            raise RequestRefused("not_a_photo", "Send a photo (JPEG, PNG or WebP).", status=415)
        async with self.chat.limits.limit_message(request, conversation):
            async with self.backend.db.read_session() as session:
                talk = await session.get(Conversation, conversation)
            with use_language(talk.language if talk else ENGLISH):
                photo = await photos.rewrite_photo(request.body)
                async with self.backend.db.transaction() as session:
                    row, reader = await photos.keep_photo(session, self.backend, conversation, photo)
        return {"photo": row.id, "reader": reader}


def add_talk_routes(routes: Blueprint, chat: WebChatChannel) -> None:
    """POST /chat/identity, /chat/rating, /chat/transcript and /chat/photos."""
    actions = TalkActions(chat)

    @routes.post("/identity")
    @public
    async def accept_identity(request: Request) -> HTTPResponse:
        return json_response(await actions.accept_identity(request))

    @routes.post("/rating")
    @public
    async def rating(request: Request) -> HTTPResponse:
        return json_response(await actions.rate(request))

    @routes.post("/transcript")
    @public
    async def transcript(request: Request) -> HTTPResponse:
        return json_response(await actions.mail(request))

    @routes.post("/photos")
    @public
    async def photo(request: Request) -> HTTPResponse:
        return json_response(await actions.keep_photo(request), status=201)
