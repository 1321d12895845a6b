"""The language of a page: asked for in the address, kept in a cookie, else that of the page's reader."""

from __future__ import annotations

from typing import Any

from sanic import HTTPResponse, Request

from backend.config import Settings
from backend.language import LANGUAGES
from bot.web.cookies import read_cookie, set_cookie

LANGUAGE_ARGUMENT = "lang"  # /portal/login?lang=es
LANGUAGE_FIELD = "page_language"  # of a form: the consent is kept in the language in which the member read it
LANGUAGE_COOKIE = "ml_language"


def find_named_language(request: Request, settings: Settings) -> str | None:
    """The language that the reader has named: in the address, in the form, or on an earlier page."""
    form: Any = (request.get_form() if request.method == "POST" else None) or {}
    cookie = read_cookie(request, settings, LANGUAGE_COOKIE)
    named = (request.args.get(LANGUAGE_ARGUMENT), form.get(LANGUAGE_FIELD), cookie)
    return next((str(one) for one in named if one in LANGUAGES), None)


def keep_named_language(request: Request, settings: Settings, response: HTTPResponse) -> None:
    """A language that the address asks for holds for later pages too."""
    asked = request.args.get(LANGUAGE_ARGUMENT)
    if asked in LANGUAGES:
        set_cookie(response, settings, LANGUAGE_COOKIE, asked, None, "Lax")
