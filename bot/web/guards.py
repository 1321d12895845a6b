"""Guards: decorators that say who may call a route. bot/app.py refuses to build an app in which a route has none."""

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


PROXY_HEADERS = frozenset(
    "forwarded via x-real-ip x-client-ip x-cluster-client-ip x-original-forwarded-for cf-connecting-ip cf-ray "
    "true-client-ip fastly-client-ip fly-client-ip".split()
)
"""What proxies add, and every header that begins with X-Forwarded-."""


def mark_guard(handler: AnyHandler, guard: str) -> AnyHandler:
    """Note on a handler which guard protects it."""
    handler.guard = guard  # type: ignore[attr-defined]
    return handler


def public(handler: Handler) -> Handler:
    """Anyone may call it: the handler serves everyone, or checks a session or an unguessable token itself."""
    return mark_guard(handler, "public")


def internal_only(token: str) -> Callable[[Handler], Handler]:
    """Only from this machine and with the shared token."""
    return _allow_if(
        "internal", lambda request: bool(token) and is_loopback(request) and has_bearer_token(request, token)
    )


def loopback_or_token(token: str | None) -> Callable[[Handler], Handler]:
    """With the token when one is set, else from this machine. Behind a proxy set it: all requests may look local."""
    return _allow_if(
        "loopback or token", lambda request: has_bearer_token(request, token) if token else is_loopback(request)
    )


def development_only(settings: Settings) -> Callable[[Handler], Handler]:
    """From this machine, and never in production."""
    own_hosts = ("localhost", "127.0.0.1", "::1", urlsplit(settings.public_url).hostname)

    def allows(request: Request) -> bool:
        # DNS rebinding: a web page elsewhere can make its own host name point at this machine
        is_own_host = urlsplit(f"//{request.host}").hostname in own_hosts
        return not settings.production and is_loopback(request) and is_own_host

    return _allow_if("development", allows)


def _allow_if(guard: str, allows: Callable[[Request], bool]) -> Callable[[Handler], Handler]:
    """A guard that answers 404 to all others, as if the route did not exist."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        async def checked(request: Request, *args: Any, **kwargs: Any) -> HTTPResponse | None:
            if not allows(request):
                raise NotFound()
            return await handler(request, *args, **kwargs)

        return mark_guard(checked, guard)

    return decorate


def is_loopback(request: Request) -> bool:
    """Whether the request comes from this machine itself, and not through a proxy on it."""
    if any(name in PROXY_HEADERS or name.startswith("x-forwarded-") for name in map(str.lower, request.headers)):
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
    """The guard of a route's handler."""
    # Sanic wraps the handler of a websocket in a partial of its own
    own = handler.args[0] if isinstance(handler, partial) and handler.args else handler
    return getattr(own, "guard", None)


def find_unguarded_routes(app: Sanic) -> list[str]:
    """The paths of routes that do not say who may call them."""
    return [f"/{route.path}" for route in app.router.routes if not find_guard(route.handler)]
