"""Whose browser a card or bank account was entered in for a pay link: a link may be read by others, such as a household
that shares a phone. Each of them may pay by it; what was entered is shown to and used by its own browser alone.
"""

from __future__ import annotations

import hashlib
import hmac

from sanic import HTTPResponse, Request

from backend.config import Settings
from backend.payments.models import PayLink
from bot.web.cookies import read_cookie, set_cookie

SECONDS = 3600
"""Longer than a link works."""


def remember_entry(response: HTTPResponse, settings: Settings, token: str, entry_id: str) -> None:
    """The browser that gets this response goes to the provider's page to enter it."""
    set_cookie(response, settings, _name(token), _prove(settings, token, entry_id), SECONDS, "Lax")


def is_entered_here(request: Request, settings: Settings, token: str, link: PayLink) -> bool:
    """Whether the link's newest entry is of this browser."""
    if link.entry_id is None:
        return False
    kept = read_cookie(request, settings, _name(token))
    return hmac.compare_digest(kept.encode(), _prove(settings, token, link.entry_id).encode())


def _name(token: str) -> str:
    """One cookie for each link, so that two can be paid side by side."""
    return f"ml_pay_{hashlib.sha256(token.encode()).hexdigest()[:8]}"


def _prove(settings: Settings, token: str, entry_id: str) -> str:
    return settings.keyed_hash("pay-entry", f"{token}:{entry_id}")
