"""The language of a page: as its reader asked, else as the talk was that the link came from, else English."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any

from sanic import HTTPResponse, Request

from backend.config import Settings
from backend.language import ENGLISH, LANGUAGES, use_language
from bot.portal import cookies

LANGUAGE_ARGUMENT = "lang"  # /portal/login?lang=es
LANGUAGE_FIELD = "language"  # of a form: its words are agreed to in the language in which they were shown
PageHandler = Callable[..., Coroutine[Any, Any, HTTPResponse]]
LanguageLookup = Callable[..., Awaitable[str]]
"""The language kept with what the address names; takes the handler's values, such as `token`."""


def with_language(handler: PageHandler, settings: Settings, kept: LanguageLookup | None = None) -> PageHandler:
    """The handler, speaking the reader's language. A wish in the address holds for the pages that follow."""

    @wraps(handler)
    async def spoken(request: Request, **values: str) -> HTTPResponse:
        language = _requested_language(request, settings) or (await kept(**values) if kept else ENGLISH)
        with use_language(language):
            response = await handler(request, **values)
        if (wish := request.args.get(LANGUAGE_ARGUMENT)) in LANGUAGES:
            cookies.set_language(response, settings, wish)
        return response

    return spoken


def _requested_language(request: Request, settings: Settings) -> str:
    """What was asked for here, in the form, or on an earlier page in this browser; else an empty text."""
    form: Any = (request.get_form() if request.method == "POST" else None) or {}
    wishes = (request.args.get(LANGUAGE_ARGUMENT), form.get(LANGUAGE_FIELD), cookies.read_language(request, settings))
    return next((str(wish) for wish in wishes if wish in LANGUAGES), "")
