"""Security headers of all responses (nothing from other sites, no frames, no caching); the size limit of requests."""

from __future__ import annotations

from sanic import HTTPResponse, Request, Sanic

from backend.config import Settings
from backend.photos.service import MAX_BYTES as MAX_PHOTO_BYTES
from bot.web.errors import RequestRefused
from bot.web.json_requests import MAX_BODY_BYTES, PHOTO_PATH
from bot.web.metrics import Metrics

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}


def install(app: Sanic, settings: Settings, metrics: Metrics) -> None:
    """Refuse large requests, and add the headers that a handler has not set itself."""
    headers = dict(SECURITY_HEADERS)
    if settings.uses_https:
        headers["Strict-Transport-Security"] = "max-age=31536000"  # seconds: a year

    @app.on_request
    async def refuse_large_body(request: Request) -> None:
        most = MAX_PHOTO_BYTES if request.path == PHOTO_PATH else MAX_BODY_BYTES
        if len(request.body) > most and not request.path.startswith("/internal/"):
            raise RequestRefused("too_large", f"Send {most // 1024} KB at most.", status=413)

    @app.on_response
    async def add_headers(request: Request, response: HTTPResponse) -> None:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        route = f"/{request.route.path}" if request.route else "none"
        metrics.requests.labels(route, str(response.status)).inc()
