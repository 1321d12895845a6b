"""The language of a page: what its reader asked for, else that of the conversation with the link, else English."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any

from sanic import HTTPResponse, Request

from backend.config import Settings
from backend.language import ENGLISH, LANGUAGES, use_language
from bot.portal import cookies

LANGUAGE_ARGUMENT = "lang"  # /portal/login?lang=es
LANGUAGE_FIELD = "language"  # of a form: the consent is kept in the language in which the member read it
PageHandler = Callable[..., Coroutine[Any, Any, HTTPResponse]]
LanguageLookup = Callable[..., Awaitable[str]]
"""Looks up the language of the conversation behind an address; takes the handler's values, such as `token`."""


def with_language(handler: PageHandler, settings: Settings, lookup: LanguageLookup | None = None) -> PageHandler:
    """The handler in the reader's language. A language asked for in the address goes into a cookie for later pages."""

    @wraps(handler)
    async def in_language(request: Request, **values: str) -> HTTPResponse:
        language = _requested_language(request, settings) or (await lookup(**values) if lookup else ENGLISH)
        with use_language(language):
            response = await handler(request, **values)
        if (asked := request.args.get(LANGUAGE_ARGUMENT)) in LANGUAGES:
            cookies.set_language(response, settings, asked)
        return response

    return in_language


def _requested_language(request: Request, settings: Settings) -> str:
    """From the address, the form or the cookie of an earlier page; empty when none names a language."""
    form: Any = (request.get_form() if request.method == "POST" else None) or {}
    asked = (request.args.get(LANGUAGE_ARGUMENT), form.get(LANGUAGE_FIELD), cookies.read_language(request, settings))
    return next((str(language) for language in asked if language in LANGUAGES), "")
