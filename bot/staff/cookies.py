"""What the office's browsers keep: the session's cookie, one to be known again by, and the token of their forms."""

from __future__ import annotations

import hmac

from sanic import HTTPResponse, Request

from backend.config import Settings
from backend.staff.signin import SESSION_LIFETIME, StaffSignIn

SESSION, DEVICE = "ml_staff", "ml_staff_device"
DEVICE_SECONDS = 180 * 24 * 3600


class StaffCookies:
    """Reads and writes them. Over https the names bind the cookies to our own host."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._https = settings.public_url.startswith("https://")

    def read_session(self, request: Request) -> str:
        return self._read(request, SESSION)

    def read_device(self, request: Request) -> str:
        return self._read(request, DEVICE)

    def set_sign_in(self, response: HTTPResponse, signed_in: StaffSignIn) -> None:
        self._write(response, SESSION, signed_in.token, int(SESSION_LIFETIME.total_seconds()))
        self._write(response, DEVICE, signed_in.device, DEVICE_SECONDS)

    def clear_session(self, response: HTTPResponse) -> None:
        self._write(response, SESSION, "", 0)

    def form_token(self, request: Request) -> str:
        """What every form of a signed-in page carries; no other page can know it."""
        return self._settings.keyed_hash("staff-form", self.read_session(request))

    def is_form_token_valid(self, request: Request, token: str) -> bool:
        return hmac.compare_digest(self.form_token(request).encode(), token.encode())

    def _read(self, request: Request, name: str) -> str:
        return str(request.cookies.get(f"__Host-{name}" if self._https else name) or "")[:200]

    def _write(self, response: HTTPResponse, name: str, value: str, seconds: int) -> None:
        response.add_cookie(
            name, value, path="/", secure=self._https, host_prefix=self._https, httponly=True, samesite="Strict",
            max_age=seconds,
        )  # fmt: skip
