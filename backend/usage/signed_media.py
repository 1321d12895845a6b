"""Addresses of pictures: nobody can guess one, and each works for an hour."""

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
    """What is to be drawn, and the language of its words."""

    account_id: int
    language: str = ENGLISH


def usage_chart_url(backend: Backend, account_id: int) -> str:
    """A public address of the account's usage chart, for the current language.

    The token says what, in which language and until when, sealed with our key.
    """
    until = int((backend.clock.now() + LIFETIME).timestamp())
    content = f"usage.{account_id}.{current_language()}.{until}"
    token = _base64(content.encode()) + _sign(backend, content)
    return f"{backend.settings.public_url}/media/{token}.png"


def open_token(backend: Backend, token: str) -> ChartRequest | None:
    """What a token stands for; None when we did not make it or its time is over."""
    try:
        content = base64.urlsafe_b64decode(_padded(token[: -len(_sign(backend, ""))])).decode()
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


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)
