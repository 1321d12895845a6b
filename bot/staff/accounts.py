"""Who may see the office's pages: names and password hashes from a setting, signed sessions, a brake on guessing."""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sanic import HTTPResponse, Request

from backend.config import Settings
from bot.rate import RateLimit

COOKIE = "ml_staff"
SESSION_SECONDS = 8 * 3600
TRIES, TRY_SECONDS = 5, 300
# verified against when the name is nobody's, so that the answer takes the same time
NOBODY = PasswordHasher().hash("nobody has this password")


@dataclass
class StaffAccounts:
    """`STAFF_ACCOUNTS` as names and argon2 hashes; without any the pages do not exist."""

    settings: Settings
    _hasher: PasswordHasher = field(default_factory=PasswordHasher)

    def __post_init__(self) -> None:
        self._by_address = RateLimit(TRIES, TRY_SECONDS)
        self._by_name = RateLimit(TRIES * 4, TRY_SECONDS)

    @property
    def exist(self) -> bool:
        return bool(self.settings.staff_accounts)

    def may_try(self, address: str, name: str) -> bool:
        """Count one try. False when there were too many from this address or for this name."""
        return self._by_address.allows(address) and self._by_name.allows(name.lower())

    def was_right(self, address: str, name: str) -> None:
        """A right password is no guess: a whole office may sign in from one address."""
        self._by_address.give_back(address)
        self._by_name.give_back(name.lower())

    def check(self, name: str, password: str) -> bool:
        """Whether this is the password of that name; as slow for a name that nobody has."""
        known = self.settings.staff_accounts.get(name)
        try:
            right = self._hasher.verify(known or NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
        return right and known is not None

    def sign_in(self, response: HTTPResponse, name: str) -> None:
        until = int(time.time()) + SESSION_SECONDS
        self._cookie(response, f"{name.encode().hex()}.{until}.{self._proof(name, until)}", SESSION_SECONDS)

    def sign_out(self, response: HTTPResponse) -> None:
        self._cookie(response, "", 0)

    def who(self, request: Request) -> str | None:
        """The name that is signed in, or None."""
        parts = str(request.cookies.get(self._cookie_name) or "").split(".")
        if len(parts) != 3 or not parts[1].isdigit():
            return None
        try:
            name = bytes.fromhex(parts[0]).decode()
        except ValueError:
            return None
        fresh = int(parts[1]) > time.time()
        right = hmac.compare_digest(parts[2].encode(), self._proof(name, int(parts[1])).encode())
        return name if fresh and right and name in self.settings.staff_accounts else None

    def form_token(self, request: Request) -> str:
        """What every form of a signed-in page carries; no other page can know it."""
        session = str(request.cookies.get(self._cookie_name) or "")
        return self._signed("staff-form", session)

    def form_is_ours(self, request: Request, token: str) -> bool:
        return hmac.compare_digest(self.form_token(request).encode(), token.encode())

    def _proof(self, name: str, until: int) -> str:
        # the hash is part of it: who is given a new password is signed out everywhere
        return self._signed("staff-session", f"{name}:{until}:{self.settings.staff_accounts.get(name, '')}")

    def _signed(self, purpose: str, text: str) -> str:
        return hmac.new(self.settings.derived_key(purpose).encode(), text.encode(), hashlib.sha256).hexdigest()

    @property
    def _https(self) -> bool:
        return self.settings.public_url.startswith("https://")

    @property
    def _cookie_name(self) -> str:
        return f"__Host-{COOKIE}" if self._https else COOKIE

    def _cookie(self, response: HTTPResponse, value: str, seconds: int) -> None:
        response.add_cookie(
            COOKIE,
            value,
            path="/",
            secure=self._https,
            host_prefix=self._https,
            httponly=True,
            samesite="Strict",
            max_age=seconds,
        )
