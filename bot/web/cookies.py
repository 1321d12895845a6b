"""Cookies of our pages, and the form tokens of signed-in pages."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import Literal

from sanic import HTTPResponse, Request

from backend.config import Settings
from backend.logins.signin import PortalSignIn
from backend.staff.sessions import StaffSignIn

PREFIX = "__Host-"
"""Over https the names begin with it: browsers then accept the cookies only over https and for this host alone."""
MAX_VALUE_LENGTH = 200
PORTAL_SESSION = "ml_session"
"""The cookie of a member's session on the account page."""
DEVICE_SECONDS = 180 * 24 * 3600
"""How long a browser that has signed in once is known: its sign-in then needs no code."""
TOKEN_LENGTH = 64
PAGE_NUMBER_BYTES = 8

SameSite = Literal["Lax", "Strict"]


def read_cookie(request: Request, settings: Settings, name: str) -> str:
    """The value, empty where there is none. We give out ASCII alone: anything else is no cookie of ours, and bytes that
    are no text would fail in every hash and query."""
    value = str(request.cookies.get((PREFIX if settings.uses_https else "") + name) or "")
    return value[:MAX_VALUE_LENGTH] if value.isascii() and value.isprintable() else ""


def set_cookie(
    response: HTTPResponse, settings: Settings, name: str, value: str, seconds: int | None, samesite: SameSite
) -> None:
    """Without `seconds` it lasts until the browser is closed; 0 removes it."""
    https = settings.uses_https
    response.add_cookie(
        name, value, path="/", secure=https, host_prefix=https, httponly=True, samesite=samesite, max_age=seconds
    )


@dataclass(frozen=True)
class SignInCookies:
    """The two cookies of a sign-in, as a member or as staff: the session, and the mark of a known browser.

    Without `session_seconds` the browser keeps the session cookie until it is closed; the server decides how long the
    session is valid. `form_purpose` keeps the form tokens of members and staff apart.
    """

    settings: Settings
    session_name: str
    device_name: str
    form_purpose: str
    samesite: SameSite
    session_seconds: int | None = None

    def read_session(self, request: Request) -> str:
        return read_cookie(request, self.settings, self.session_name)

    def read_device(self, request: Request) -> str:
        return read_cookie(request, self.settings, self.device_name)

    def set_session(self, response: HTTPResponse, token: str) -> None:
        set_cookie(response, self.settings, self.session_name, token, self.session_seconds, self.samesite)

    def set_sign_in(self, response: HTTPResponse, signed_in: PortalSignIn | StaffSignIn) -> None:
        self.set_session(response, signed_in.token)
        set_cookie(response, self.settings, self.device_name, signed_in.device, DEVICE_SECONDS, self.samesite)

    def clear_session(self, response: HTTPResponse) -> None:
        set_cookie(response, self.settings, self.session_name, "", 0, self.samesite)

    def form_token(self, request: Request) -> str:
        """The token in the forms of signed-in pages, against forged requests: no other site can know it."""
        return self.settings.keyed_hash(self.form_purpose, self.read_session(request))

    def page_token(self, request: Request) -> str:
        """The form token with a number of this page behind it, by which `sent_once` knows a form that is sent again."""
        return self.form_token(request) + secrets.token_hex(PAGE_NUMBER_BYTES)

    def is_form_token_valid(self, request: Request, token: str) -> bool:
        """Of a page or without its number."""
        return hmac.compare_digest(self.form_token(request).encode(), token[:TOKEN_LENGTH].encode())
