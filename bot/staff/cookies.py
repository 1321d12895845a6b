"""Cookies of the staff's pages: the session and a mark on known browsers; and the token of their forms."""

from __future__ import annotations

import hmac

from sanic import HTTPResponse, Request

from backend.config import Settings
from backend.staff.signin import SESSION_LIFETIME, StaffSignIn
from bot.web.cookies import DEVICE_SECONDS, read_cookie, set_cookie

SESSION, DEVICE = "ml_staff", "ml_staff_device"


class StaffCookies:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def read_session(self, request: Request) -> str:
        return read_cookie(request, self._settings, SESSION)

    def read_device(self, request: Request) -> str:
        return read_cookie(request, self._settings, DEVICE)

    def set_sign_in(self, response: HTTPResponse, signed_in: StaffSignIn) -> None:
        self._write(response, SESSION, signed_in.token, int(SESSION_LIFETIME.total_seconds()))
        self._write(response, DEVICE, signed_in.device, DEVICE_SECONDS)

    def clear_session(self, response: HTTPResponse) -> None:
        self._write(response, SESSION, "", 0)

    def form_token(self, request: Request) -> str:
        """The token in the forms of signed-in pages, against forged requests: no other site can know it."""
        return self._settings.keyed_hash("staff-form", self.read_session(request))

    def is_form_token_valid(self, request: Request, token: str) -> bool:
        return hmac.compare_digest(self.form_token(request).encode(), token.encode())

    def _write(self, response: HTTPResponse, name: str, value: str, seconds: int) -> None:
        set_cookie(response, self._settings, name, value, seconds, samesite="Strict")
