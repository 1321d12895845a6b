"""What all pages for members share: templates, form fields, refusals as pages, the language, and who is signed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

from sanic import Blueprint, HTTPResponse, Request

from backend.language import ENGLISH, mark, tr, use_language
from backend.logins import signin
from backend.logins.models import Login
from backend.logins.passwords import MAX_LENGTH, MIN_LENGTH
from backend.members.models import Member
from bot.channels.senders import client_source
from bot.services import Services
from bot.web import pages
from bot.web.cookies import PORTAL_SESSION, SignInCookies
from bot.web.guards import public
from bot.web.json_requests import route_methods
from bot.web.languages import find_named_language, keep_named_language

TEMPLATES = pages.create_templates(Path(__file__).parent / "templates")
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
MAX_FIELD_LENGTH = 256
PageHandler = Callable[..., Coroutine[Any, Any, HTTPResponse]]

PASSWORD_PROBLEMS = {
    "too_short": mark("Use {shortest} characters or more. A few words in a row are easy to remember."),
    "too_long": mark("Use {longest} characters at most."),
    "common": mark("Many people use this password, so it is tried first. Please choose another."),
    "guessable": mark("This is made of your name, number or user ID, which others know. Please choose another."),
    "different": mark("The two passwords are not the same. Please type both again."),
}


class PortalPages:
    """One method per page; `PAGES` of a subclass lists them: (method of the class, HTTP method, path)."""

    URL_PREFIX = "/portal"
    PAGES: tuple[tuple[str, str, str], ...] = ()

    def __init__(self, services: Services) -> None:
        self.services = services
        self.backend = services.backend
        self.settings = services.settings
        self.cookies = SignInCookies(services.settings, PORTAL_SESSION, "ml_device", "portal-form", "Lax")

    def blueprint(self) -> Blueprint:
        routes = Blueprint(type(self).__name__, url_prefix=self.URL_PREFIX)
        for name, method, path in self.PAGES:
            handler = public(self._in_language(getattr(self, name)))
            routes.add_route(handler, path, methods=route_methods(method), name=name)
        return routes

    def _in_language(self, handler: PageHandler) -> PageHandler:
        """The page in its reader's language. One asked for in the address goes into a cookie for later pages."""

        @wraps(handler)
        async def respond(request: Request, **values: str) -> HTTPResponse:
            named = find_named_language(request, self.settings)
            with use_language(named or await self.find_language(**values)):
                response = await self.respond(handler, request, **values)
            keep_named_language(request, self.settings, response)
            return response

        return respond

    async def find_language(self, **_values: str) -> str:
        """The language where the reader has named none; `_values` are those of the path, such as `token`."""
        return ENGLISH

    async def respond(self, handler: PageHandler, request: Request, **values: str) -> HTTPResponse:
        """Run the handler; a form that was posted from another site is refused."""
        if request.method == "POST" and not pages.is_same_site_post(request, self.settings):
            return self.render_notice(
                tr("This did not come from our page"), [tr("Please open the page again.")], status=403
            )
        return await handler(request, **values)

    async def find_signed_in(self, request: Request) -> tuple[Login, Member] | None:
        """The login and the member of this browser's session."""
        return await signin.find_session(self.backend, self.cookies.read_session(request))

    def client_source(self, request: Request) -> str:
        return client_source(request, self.settings)

    def render_page(self, template: str, status: int = 200, **values: Any) -> HTTPResponse:
        return pages.render_private_page(TEMPLATES, template, status, coop=self.backend.coop, **values)

    def render_form(self, template: str, errors: Mapping[str, str] | None = None, **values: Any) -> HTTPResponse:
        """A page with a form; `errors` by the name of the field. With errors its status is 422."""
        errors = errors or {}
        return self.render_page(template, 422 if errors else 200, errors=errors, **values)

    def render_notice(self, heading: str, texts: list[str], *, status: int = 200, again: str = "") -> HTTPResponse:
        return self.render_page("pay_notice.html", status, heading=heading, texts=texts, again=again)


def parse_fields(request: Request, *names: str) -> dict[str, str]:
    """These fields of a posted form, cut at MAX_FIELD_LENGTH; a missing one is empty."""
    return {name: pages.form_field(request, name)[:MAX_FIELD_LENGTH] for name in names}


def format_password_problem(code: str) -> str:
    return tr(PASSWORD_PROBLEMS.get(code, PASSWORD_PROBLEMS["common"]), shortest=MIN_LENGTH, longest=MAX_LENGTH)
