"""Guards: who may call a route. bot/app.py refuses to build an app in which a route has none."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Coroutine
from functools import partial, wraps
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sanic import HTTPResponse, Request, Sanic, Websocket
from sanic.exceptions import NotFound

from backend.config import Settings

Handler = Callable[..., Coroutine[Any, Any, HTTPResponse | None]]
SocketHandler = Callable[[Request, Websocket], Coroutine[Any, Any, None]]
AnyHandler = TypeVar("AnyHandler", Handler, SocketHandler)


def mark_guard(handler: AnyHandler, guard: str) -> AnyHandler:
    """Note on a handler which guard protects it."""
    handler.guard = guard  # type: ignore[attr-defined]
    return handler


def public(handler: Handler) -> Handler:
    """Anyone may call it: the handler serves everyone, or checks a session or an unguessable token itself."""
    return mark_guard(handler, "public")


def internal_only(token: Callable[[Request], str | None]) -> Callable[[Handler], Handler]:
    """Only from this machine and with the shared token; anyone else gets 404."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        async def checked(request: Request, *args: Any, **kwargs: Any) -> HTTPResponse | None:
            expected = token(request)
            if not expected or not is_loopback(request) or not has_bearer_token(request, expected):
                raise NotFound()
            return await handler(request, *args, **kwargs)

        return mark_guard(checked, "internal")

    return decorate


def loopback_or_token(token: Callable[[Request], str | None]) -> Callable[[Handler], Handler]:
    """With the token when one is set, else from this machine. Behind a proxy set it: all requests may look local."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        async def checked(request: Request, *args: Any, **kwargs: Any) -> HTTPResponse | None:
            expected = token(request)
            allowed = has_bearer_token(request, expected) if expected else is_loopback(request)
            if not allowed:
                raise NotFound()
            return await handler(request, *args, **kwargs)

        return mark_guard(checked, "loopback or token")

    return decorate


def development_only(handler: Handler) -> Handler:
    """From this machine, and never in production."""

    @wraps(handler)
    async def checked(request: Request, *args: Any, **kwargs: Any) -> HTTPResponse | None:
        settings = request.app.ctx.services.backend.settings
        # DNS rebinding: a web page elsewhere can make its own host name point at this machine
        if settings.production or not is_loopback(request) or not _is_own_host(request, settings):
            raise NotFound()
        return await handler(request, *args, **kwargs)

    return mark_guard(checked, "development")


def _is_own_host(request: Request, settings: Settings) -> bool:
    asked = urlsplit(f"//{request.host}").hostname
    return asked in ("localhost", "127.0.0.1", "::1", urlsplit(settings.public_url).hostname)


def is_loopback(request: Request) -> bool:
    """Whether the request comes from this machine itself, and not through a proxy on it."""
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return ip_address(request.ip).is_loopback
    except ValueError:
        return False


def has_bearer_token(request: Request, token: str) -> bool:
    """Whether the request carries the token; compared in constant time."""
    given = request.headers.get("authorization", "").encode("utf-8", "surrogateescape")
    return hmac.compare_digest(given, f"Bearer {token}".encode())


def find_guard(handler: Any) -> str | None:
    """Which guard the handler of a route stands behind; that of a socket Sanic has wrapped in one of its own."""
    own = handler.args[0] if isinstance(handler, partial) and handler.args else handler
    return getattr(own, "guard", None)


def find_unguarded_routes(app: Sanic) -> list[str]:
    """The paths of routes that do not say who may call them."""
    return [f"/{route.path}" for route in app.router.routes if not find_guard(route.handler)]
