"""The portal's cookies: the session's, one by which a browser that has signed in before is known again, and the
language that was asked for."""

from __future__ import annotations

from sanic import HTTPResponse, Request

from backend.config import Settings

SESSION, DEVICE, LANGUAGE = "ml_session", "ml_device", "ml_language"
PREFIX = "__Host-"  # browsers hold a cookie of this name to our own host, by https alone
DEVICE_SECONDS = 180 * 24 * 3600
MAX_VALUE_LENGTH = 200


def read_session(request: Request, settings: Settings) -> str:
    return _read(request, settings, SESSION)


def read_device(request: Request, settings: Settings) -> str:
    return _read(request, settings, DEVICE)


def read_language(request: Request, settings: Settings) -> str:
    return _read(request, settings, LANGUAGE)


def set_language(response: HTTPResponse, settings: Settings, language: str) -> None:
    """Until the browser is closed."""
    _write(response, settings, LANGUAGE, language)


def set_session(response: HTTPResponse, settings: Settings, token: str) -> None:
    """Until the browser is closed; how long it is good is decided on our side."""
    _write(response, settings, SESSION, token)


def set_device(response: HTTPResponse, settings: Settings, device: str) -> None:
    _write(response, settings, DEVICE, device, DEVICE_SECONDS)


def clear_session(response: HTTPResponse, settings: Settings) -> None:
    _write(response, settings, SESSION, "", 0)


def form_token(settings: Settings, session: str) -> str:
    """What a form of a signed-in page carries: nobody else's page can know it."""
    return settings.keyed_hash("portal-form", session)


def _is_https(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")


def _read(request: Request, settings: Settings, name: str) -> str:
    value = request.cookies.get((PREFIX if _is_https(settings) else "") + name) or ""
    return str(value)[:MAX_VALUE_LENGTH]


def _write(response: HTTPResponse, settings: Settings, name: str, value: str, seconds: int | None = None) -> None:
    https = _is_https(settings)
    response.add_cookie(
        name, value, path="/", secure=https, host_prefix=https, httponly=True, samesite="Lax", max_age=seconds
    )
