"""Signed URLs of images, valid for an hour."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from backend.language import ENGLISH, current_language

if TYPE_CHECKING:
    from backend.app import Backend

LIFETIME = timedelta(hours=1)
SIGNATURE_BYTES = 18


@dataclass(frozen=True, slots=True)
class ChartRequest:
    account_id: int
    language: str = ENGLISH


def usage_chart_url(backend: Backend, account_id: int) -> str:
    """A public URL of the account's usage chart in the current language; content and expiry are signed (HMAC)."""
    until = int((backend.clock.now() + LIFETIME).timestamp())
    content = f"usage.{account_id}.{current_language()}.{until}"
    token = _base64(content.encode()) + _sign(backend, content)
    return f"{backend.settings.public_url}/media/{token}.png"


def open_token(backend: Backend, token: str) -> ChartRequest | None:
    """The request in a token; None when the signature is wrong or it has expired."""
    try:
        encoded = token[: -len(_sign(backend, ""))]
        content = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        what, account_id, language, until = content.split(".")
    except (ValueError, binascii.Error):
        return None
    if what != "usage" or not hmac.compare_digest(token, _base64(content.encode()) + _sign(backend, content)):
        return None
    return ChartRequest(int(account_id), language) if int(until) > backend.clock.now().timestamp() else None


def _sign(backend: Backend, content: str) -> str:
    key = backend.settings.derived_key("media").encode()
    return _base64(hmac.new(key, content.encode(), hashlib.sha256).digest()[:SIGNATURE_BYTES])


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
