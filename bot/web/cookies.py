"""Cookies of our pages. Over https their names begin with `__Host-`: browsers then accept them only over https and for
this host alone."""

from __future__ import annotations

from typing import Literal

from sanic import HTTPResponse, Request

from backend.config import Settings

PREFIX = "__Host-"
MAX_VALUE_LENGTH = 200
DEVICE_SECONDS = 180 * 24 * 3600
"""How long a browser that has signed in once is known: its sign-in then needs no code by mail."""


def read_cookie(request: Request, settings: Settings, name: str) -> str:
    value = request.cookies.get((PREFIX if _is_https(settings) else "") + name) or ""
    return str(value)[:MAX_VALUE_LENGTH]


def set_cookie(
    response: HTTPResponse,
    settings: Settings,
    name: str,
    value: str,
    seconds: int | None = None,
    *,
    samesite: Literal["Lax", "Strict"],
) -> None:
    """Without `seconds` it lasts until the browser is closed."""
    https = _is_https(settings)
    response.add_cookie(
        name, value, path="/", secure=https, host_prefix=https, httponly=True, samesite=samesite, max_age=seconds
    )


def _is_https(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")
