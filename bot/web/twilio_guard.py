"""Checks Twilio's signature of requests and websockets before anything else in them is read."""

from __future__ import annotations

import logging
import re
import time
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl

from sanic import HTTPResponse, Request, Websocket
from sanic.exceptions import Forbidden
from twilio.request_validator import RequestValidator

from backend.config import Settings
from backend.reading.contact.phone_numbers import is_withheld
from bot.web.errors import InvalidRequestField
from bot.web.guards import Handler, SocketHandler, mark_guard

logger = logging.getLogger("memberline.twilio")

E164 = re.compile(r"\+[1-9]\d{6,14}")
SHORT_CODE = re.compile(r"\d{3,8}")
MESSAGE_SID = re.compile(r"(SM|MM)[0-9a-f]{32}", re.IGNORECASE)
MAX_FIELDS = 200
POLICY_VIOLATION = 1008
"""The code with which a socket of anyone else is closed (RFC 6455, 7.4.1)."""
SECONDS_BETWEEN_LINES = 60.0
NOT_SIGNED = "The request is not signed."
NOT_A_FORM = "The request is not a form."
WRONG_SIGNATURE = "The signature does not match."
OTHER_ACCOUNT = "The request belongs to another account."
ADVICE = {
    NOT_SIGNED: "It does not come from Twilio, or a proxy takes its X-Twilio-Signature away",
    WRONG_SIGNATURE: "If it comes from Twilio, PUBLIC_URL ({url}) is not the address that stands in its console, or "
    "TWILIO_AUTH_TOKEN is not the account's",
    OTHER_ACCOUNT: "Its AccountSid is not TWILIO_ACCOUNT_SID, which may be that of a subaccount",
}
"""What a refusal may come from, for the log."""


class TwilioForm(dict[str, str]):
    """The fields of a verified request, in the order they came."""

    def require(self, name: str, pattern: re.Pattern[str]) -> str:
        """A field that must match `pattern`. Raises InvalidRequestField."""
        value = self.get(name, "")
        if not pattern.fullmatch(value):
            raise InvalidRequestField(name, "is missing or not what Twilio sends", status=400)
        return value


def parse_phone(value: object) -> str | None:
    """A phone number in E.164; None when it is withheld, a short code or a SIP address.

    Twilio writes a withheld number as a word or as the word's telephone keys: +266696687 is `anonymous`.
    """
    phone = value.strip() if isinstance(value, str) else ""
    return phone if E164.fullmatch(phone) and not is_withheld(phone) else None


def webhook_token(settings: Settings) -> str:
    """The token that signs requests: Twilio's; without one (development) a token derived from SECRET_KEY."""
    return settings.twilio_auth_token or settings.derived_key("twilio-dev")[:32]


def public_webhook_url(settings: Settings, path: str) -> str:
    """The URL that Twilio signed, built from PUBLIC_URL and never from headers, which anyone can write."""
    return settings.public_url + path


def compute_signature(settings: Settings, path: str, fields: dict[str, str]) -> str:
    """The signature of a genuine request, for tests and for tools that simulate Twilio."""
    validator = RequestValidator(webhook_token(settings))
    return str(validator.compute_signature(public_webhook_url(settings, path), fields))


class RefusalLog:
    """A line for a request that was refused, at most one a minute: anybody can send such requests.

    It has the route and the reason, and nothing of what was sent.
    """

    def __init__(self) -> None:
        self._silent_until = 0.0
        self._left_out = 0

    def add(self, request: Request, settings: Settings, reason: str) -> None:
        if time.monotonic() < self._silent_until:
            self._left_out += 1
            return
        advice = ADVICE.get(reason, "It does not come from Twilio").format(url=settings.public_url)
        path = request.route.path if request.route else "?"
        before = f" ({self._left_out} more since the last such line)" if self._left_out else ""
        logger.warning("refused with 403 at /%s: %s %s%s", path, reason, advice, before)
        self._silent_until, self._left_out = time.monotonic() + SECONDS_BETWEEN_LINES, 0


def twilio_signed(handler: Handler) -> Handler:
    """Guard: only Twilio's form posts. The handler gets the request and its TwilioForm."""

    refusals = RefusalLog()

    @wraps(handler)
    async def checked(request: Request, *args: Any, **kwargs: Any) -> HTTPResponse | None:
        settings = request.app.ctx.services.backend.settings
        try:
            form = verify_form(request, settings)
        except Forbidden as refusal:
            refusals.add(request, settings, str(refusal))
            raise
        return await handler(request, form, *args, **kwargs)

    return mark_guard(checked, "twilio signature")


def twilio_signed_socket(handler: SocketHandler) -> SocketHandler:
    """Guard: only sockets that Twilio opened; any other is closed before anything is read from it."""

    refusals = RefusalLog()

    @wraps(handler)
    async def checked(request: Request, socket: Websocket) -> None:
        settings = request.app.ctx.services.backend.settings
        if is_genuine_handshake(request, settings):
            await handler(request, socket)
        else:
            refusals.add(request, settings, WRONG_SIGNATURE)
            await socket.close(POLICY_VIOLATION, "not signed by Twilio")

    return mark_guard(checked, "twilio signature")


def socket_url(settings: Settings, path: str) -> str:
    """The URL of one of our websockets, as it stands in the TwiML that tells Twilio to open it."""
    return re.sub("^http", "ws", public_webhook_url(settings, path))


def is_genuine_handshake(request: Request, settings: Settings) -> bool:
    """Whether Twilio opened the socket: it signs the wss:// URL, with the query's arguments as parameters."""
    path, _, query = request.raw_url.decode("ascii", "replace").partition("?")
    arguments = dict(parse_qsl(query, keep_blank_values=True)[:MAX_FIELDS])
    signature = request.headers.get("x-twilio-signature", "")
    validator = RequestValidator(webhook_token(settings))
    own_url = socket_url(settings, path)
    # in development PUBLIC_URL may be http while a tunnel in front of it adds TLS
    urls = {own_url, re.sub("^ws:", "wss:", own_url)}
    return any(validator.validate(url, arguments, signature) for url in urls)


def verify_form(request: Request, settings: Settings) -> TwilioForm:
    """The fields of a genuine request. Raises Forbidden for any other.

    The signature is base64(HMAC-SHA1(auth token, URL + the fields' names and values, sorted by name)). It has no time
    and no nonce: a request that is sent again passes, and is recognized by its message or turn.
    """
    signature = request.headers.get("x-twilio-signature", "")
    if not signature:
        raise Forbidden(NOT_SIGNED)
    try:
        # not request.form: it drops blank fields, and Twilio has signed those too
        fields = parse_qsl(
            request.body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=bool(request.body),
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise Forbidden(NOT_A_FORM) from None
    form = TwilioForm(fields)
    url = public_webhook_url(settings, request.raw_url.decode("ascii", "replace"))
    if not RequestValidator(webhook_token(settings)).validate(url, form, signature):
        raise Forbidden(WRONG_SIGNATURE)
    account = settings.twilio_account_sid
    if account and form.get("AccountSid") != account:
        raise Forbidden(OTHER_ACCOUNT)
    return form
