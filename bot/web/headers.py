"""Security headers of all responses (nothing from other sites, no frames, no caching); the size limit of requests."""

from __future__ import annotations

from sanic import HTTPResponse, Request, Sanic

from backend.config import Settings
from bot.web.errors import RequestRefused
from bot.web.json_requests import MAX_BODY_BYTES
from bot.web.metrics import Metrics

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": CONTENT_POLICY,
    "Cache-Control": "no-store",
}
INTERNAL_PREFIX = "/internal/"


def install(app: Sanic, settings: Settings, metrics: Metrics) -> None:
    """Refuse large requests, and add the headers that a handler has not set itself."""
    headers = dict(SECURITY_HEADERS)
    if settings.public_url.startswith("https://"):
        headers["Strict-Transport-Security"] = "max-age=31536000"

    @app.on_request
    async def not_too_large(request: Request) -> None:
        if len(request.body) > MAX_BODY_BYTES and not request.path.startswith(INTERNAL_PREFIX):
            raise RequestRefused("too_large", f"Send {MAX_BODY_BYTES // 1024} KB at most.", status=413)

    @app.on_response
    async def complete(request: Request, response: HTTPResponse) -> None:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        route = f"/{request.route.path}" if request.route else "none"
        metrics.requests.labels(route, str(response.status)).inc()
