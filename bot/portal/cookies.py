"""The portal's cookies: the session, a mark on browsers that have signed in before, and the chosen language."""

from __future__ import annotations

from sanic import HTTPResponse, Request

from backend.config import Settings
from bot.web.cookies import DEVICE_SECONDS, read_cookie, set_cookie

SESSION, DEVICE, LANGUAGE = "ml_session", "ml_device", "ml_language"


def read_session(request: Request, settings: Settings) -> str:
    return read_cookie(request, settings, SESSION)


def read_device(request: Request, settings: Settings) -> str:
    return read_cookie(request, settings, DEVICE)


def read_language(request: Request, settings: Settings) -> str:
    return read_cookie(request, settings, LANGUAGE)


def set_language(response: HTTPResponse, settings: Settings, language: str) -> None:
    _write(response, settings, LANGUAGE, language)


def set_session(response: HTTPResponse, settings: Settings, token: str) -> None:
    """Until the browser is closed; the server decides how long the session is valid."""
    _write(response, settings, SESSION, token)


def set_device(response: HTTPResponse, settings: Settings, device: str) -> None:
    _write(response, settings, DEVICE, device, DEVICE_SECONDS)


def clear_session(response: HTTPResponse, settings: Settings) -> None:
    _write(response, settings, SESSION, "", 0)


def form_token(settings: Settings, session: str) -> str:
    """The token in the forms of signed-in pages, against forged requests: no other site can know it."""
    return settings.keyed_hash("portal-form", session)


def _write(response: HTTPResponse, settings: Settings, name: str, value: str, seconds: int | None = None) -> None:
    set_cookie(response, settings, name, value, seconds, samesite="Lax")
