"""The language of a page: as its reader asked, else as the talk was that the link came from, else English."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any

from sanic import HTTPResponse, Request

from backend.config import Settings
from backend.language import ENGLISH, LANGUAGES, speaking
from bot.portal import cookies

ARGUMENT = "lang"  # /portal/login?lang=es
FIELD = "language"  # of a form: its words are agreed to in the language in which they were shown
Page = Callable[..., Coroutine[Any, Any, HTTPResponse]]
Kept = Callable[..., Awaitable[str]]
"""The language kept with what the address names; takes the handler's values, such as `token`."""


def in_language(handler: Page, settings: Settings, kept: Kept | None = None) -> Page:
    """The handler, speaking the reader's language. A wish in the address holds for the pages that follow."""

    @wraps(handler)
    async def spoken(request: Request, **values: str) -> HTTPResponse:
        language = _asked(request, settings) or (await kept(**values) if kept else ENGLISH)
        with speaking(language):
            response = await handler(request, **values)
        if (wish := request.args.get(ARGUMENT)) in LANGUAGES:
            cookies.keep_language(response, settings, wish)
        return response

    return spoken


def _asked(request: Request, settings: Settings) -> str:
    """What was asked for here, in the form, or on an earlier page in this browser; else an empty text."""
    form: Any = (request.get_form() if request.method == "POST" else None) or {}
    wishes = (request.args.get(ARGUMENT), form.get(FIELD), cookies.language_of(request, settings))
    return next((str(wish) for wish in wishes if wish in LANGUAGES), "")
