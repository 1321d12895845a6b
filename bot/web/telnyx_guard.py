"""Checks Telnyx's signature of requests before anything else in them is read."""

from __future__ import annotations

import base64
import binascii
import re
import time
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl

from sanic import HTTPResponse, Request, Websocket
from sanic.exceptions import Forbidden

from backend.config import Settings
from bot.web.ed25519 import verify_ed25519
from bot.web.guards import Handler, SocketHandler, mark_guard
from bot.web.twilio_guard import MAX_FIELDS, NOT_A_FORM, TwilioForm

MAX_AGE_SECONDS = 300
"""Between the time in a signature and now: an older request was recorded and sent again."""
NO_KEY = "TELNYX_PUBLIC_KEY is not set."
NOT_FROM_TELNYX = "The request is not signed by Telnyx."


def telnyx_signed(handler: Handler) -> Handler:
    """Guard: only Telnyx's form posts. The handler gets the request and its form, which has Twilio's field names."""

    @wraps(handler)
    async def checked(request: Request, *args: Any, **kwargs: Any) -> HTTPResponse | None:
        form = verify_telnyx_form(request, request.app.ctx.services.backend.settings)
        return await handler(request, form, *args, **kwargs)

    return mark_guard(checked, "telnyx signature")


def unsigned_socket(handler: SocketHandler) -> SocketHandler:
    """Guard for a socket that proves by its first message that we had it opened: Telnyx signs no handshake.

    Without TELNYX_PUBLIC_KEY no call can have been connected, so it is closed.
    """

    @wraps(handler)
    async def checked(request: Request, socket: Websocket) -> None:
        if request.app.ctx.services.backend.settings.telnyx_public_key:
            await handler(request, socket)
        else:
            await socket.close(1008, NO_KEY)

    return mark_guard(checked, "pass in the first message")


def verify_telnyx_form(request: Request, settings: Settings) -> TwilioForm:
    """The fields of a genuine request. Raises Forbidden for any other.

    The signature is Ed25519 over the time in seconds, a bar and the body as it came.
    """
    if not settings.telnyx_public_key:
        raise Forbidden(NO_KEY)
    sent_at = request.headers.get("telnyx-timestamp", "")
    signature = _decode_base64(request.headers.get("telnyx-signature-ed25519", ""))
    if not re.fullmatch(r"[0-9]{1,12}", sent_at) or abs(time.time() - int(sent_at)) > MAX_AGE_SECONDS:
        raise Forbidden(NOT_FROM_TELNYX)
    message = f"{sent_at}|".encode() + request.body
    if not verify_ed25519(_decode_base64(settings.telnyx_public_key), message, signature):
        raise Forbidden(NOT_FROM_TELNYX)
    try:
        fields = parse_qsl(request.body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Forbidden(NOT_A_FORM) from None
    return TwilioForm(fields)


def _decode_base64(text: str) -> bytes:
    """The bytes; empty for what is no base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
