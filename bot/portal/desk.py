"""What the pages of the online account share: forms read whole, refusals as pages, and who is signed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping
from functools import wraps
from typing import Any

from sanic import Blueprint, HTTPResponse, Request

from backend.language import mark, tr
from backend.logins import signin
from backend.logins.models import Login
from backend.logins.passwords import LONGEST, SHORTEST
from backend.members.models import Member
from bot.portal import cookies, pages
from bot.portal.languages import in_language
from bot.services import Services
from bot.web.client_source import web_source
from bot.web.guards import public
from bot.web.json_requests import methods

TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
LONGEST_FIELD = 256
Page = Callable[..., Coroutine[Any, Any, HTTPResponse]]

PASSWORD_PROBLEMS = {
    "too_short": mark("Use {shortest} characters or more. A few words in a row are easy to remember."),
    "too_long": mark("Use {longest} characters at most."),
    "common": mark("Many people use this password, so it is tried first. Please choose another."),
    "guessable": mark("This is made of your name, number or user ID, which others know. Please choose another."),
    "different": mark("The two passwords are not the same. Please type both again."),
}


class Desk:
    """One method a page; `PAGES` of a subclass names them: (method of the class, HTTP method, path)."""

    PAGES: tuple[tuple[str, str, str], ...] = ()

    def __init__(self, services: Services) -> None:
        self.services = services
        self.backend = services.backend
        self.settings = services.settings

    def add_to(self, blueprint: Blueprint) -> None:
        for name, method, path in self.PAGES:
            handler = public(self._checked(getattr(self, name)))
            blueprint.add_route(handler, path, methods=methods(method), name=f"{type(self).__name__}_{name}")

    def _checked(self, handler: Page) -> Page:
        @wraps(handler)
        async def checked(request: Request, **values: str) -> HTTPResponse:
            if request.method == "POST" and not pages.from_our_pages(request, self.settings):
                return self.notice(
                    tr("This did not come from our page"), [tr("Please open the page again.")], status=403
                )
            return await handler(request, **values)

        return in_language(checked, self.settings)

    async def who(self, request: Request) -> tuple[Login, Member] | None:
        """Whose browser this is."""
        return await signin.signed_in(self.backend, cookies.session_of(request, self.settings))

    def source(self, request: Request) -> str:
        return web_source(request, self.settings)

    def page(self, template: str, status: int = 200, **values: Any) -> HTTPResponse:
        return pages.private_page(template, status=status, coop=self.backend.coop, **values)

    def form_page(self, template: str, errors: Mapping[str, str] | None = None, **values: Any) -> HTTPResponse:
        """A page with a form; `errors` by the field's name."""
        errors = errors or {}
        return self.page(template, 422 if errors else 200, errors=errors, **values)

    def notice(self, heading: str, texts: list[str], *, status: int = 200, again: str = "") -> HTTPResponse:
        return self.page("pay_notice.html", status, heading=heading, texts=texts, again=again)


def fields(request: Request, *names: str) -> dict[str, str]:
    """The fields of a posted form, as far as they make sense."""
    form: Any = request.get_form() or {}
    return {name: str(form.get(name) or "")[:LONGEST_FIELD] for name in names}


def password_problem(code: str) -> str:
    return tr(PASSWORD_PROBLEMS.get(code, PASSWORD_PROBLEMS["common"]), shortest=SHORTEST, longest=LONGEST)
