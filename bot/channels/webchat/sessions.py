"""Tokens of chat sessions: unguessable, and verified without a stored row for every visitor.

A talk on a page of ours is bound to its browser: its token is good only together with that browser's cookie, so that
a token out of a log opens nothing. A page on another site sends no cookie, and has an unbound token.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets

from backend.config import Settings

RANDOM_BYTES = 32
PROOF_BYTES = 16
TOKEN_PATTERN = re.compile(r"[A-Za-z0-9_-]{64}")


def create_session_token(settings: Settings, browser: str = "") -> str:
    """A new token: 256 random bits and our signature. `browser`: the cookie that it is bound to."""
    nonce = secrets.token_bytes(RANDOM_BYTES)
    return base64.urlsafe_b64encode(nonce + _sign_nonce(settings, nonce, browser)).decode()


def session_conversation_id(settings: Settings, session: str, browser: str = "") -> str | None:
    """The conversation id of a session; None for a token that we did not create, or not for this browser."""
    if not TOKEN_PATTERN.fullmatch(session):
        return None
    raw = base64.urlsafe_b64decode(session)
    nonce, proof = raw[:RANDOM_BYTES], raw[RANDOM_BYTES:]
    if not any(hmac.compare_digest(proof, _sign_nonce(settings, nonce, bound)) for bound in ("", browser)):
        return None
    key = settings.derived_key("conversation").encode()
    return "web-" + hmac.new(key, raw, hashlib.sha256).hexdigest()[:32]


def _sign_nonce(settings: Settings, nonce: bytes, browser: str) -> bytes:
    key = settings.derived_key("chat-session").encode()
    return hmac.new(key, nonce + browser.encode(), hashlib.sha256).digest()[:PROOF_BYTES]
