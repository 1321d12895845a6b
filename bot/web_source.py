"""Who sends, for counting guesses: a keyed hash of the browser's address, so that no address is kept."""

from __future__ import annotations

import hashlib
import hmac

from sanic import Request

from backend.config import Settings


def address_of(request: Request) -> str:
    return str(request.remote_addr or request.ip)


def web_source(request: Request, settings: Settings) -> str:
    """The same for the chat and for the portal: guesses at one count at the other."""
    key = settings.derived_key("source").encode()
    return "web-" + hmac.new(key, address_of(request).encode(), hashlib.sha256).hexdigest()[:32]
