"""Which web sites may embed the chat. It uses no cookies, so an origin alone cannot act for a member."""

from __future__ import annotations

from urllib.parse import urlsplit

from sanic import HTTPResponse, Request

from backend.config import Settings

METHODS = "GET, POST, OPTIONS"
HEADERS = "Content-Type, Last-Event-ID"


def allowed_origin(settings: Settings, origin: str) -> str | None:
    """The allowed origin for a page of `origin`; None if it may not use the chat."""
    if not origin:
        return None
    parts = urlsplit(settings.public_url)
    if origin == f"{parts.scheme}://{parts.netloc}" or origin in settings.chat_origins:
        return origin
    trying_out = settings.environment == "development" and not settings.chat_origins
    return origin if trying_out or "*" in settings.chat_origins else None


def cors_headers(request: Request, settings: Settings) -> dict[str, str]:
    headers = {"Vary": "Origin"}
    origin = allowed_origin(settings, request.headers.get("origin", ""))
    if origin is not None:
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = "Retry-After"
    return headers


def preflight(request: Request, settings: Settings) -> HTTPResponse:
    headers = cors_headers(request, settings)
    if "Access-Control-Allow-Origin" in headers:
        headers["Access-Control-Allow-Methods"] = METHODS
        headers["Access-Control-Allow-Headers"] = HEADERS
        headers["Access-Control-Max-Age"] = "600"
    return HTTPResponse("", status=204, headers=headers)
