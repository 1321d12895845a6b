"""Pages for signing in and out."""

from __future__ import annotations

import re

from sanic import HTTPResponse, Request

from backend.language import mark, tr
from backend.logins import sign_in_codes, signin
from backend.logins.service import is_account_number
from backend.members.codes import mask_email
from backend.members.service import lacks_account_suffix
from bot.portal.base_pages import PortalPages, parse_fields
from bot.portal.browser_names import name_browser
from bot.web import pages, sign_in_forms
from bot.web.pages import form_field

HOME_URL, LOGIN_URL = "/portal", "/portal/login"
PORTAL_PAGE = re.compile(r"/portal/[a-z][a-z-]{1,40}(?:/[A-Za-z0-9-]{1,40})?")
USER_ID_MISSING = mark("Please give your full member number or your user ID.")
PASSWORD_EMPTY = mark("Please type your password.")
NO_MATCH = mark("The user ID or number and the password do not fit each other.")
WRONG_PASSWORD = mark("That is not your current password.")
THROTTLED = mark("Too many tries from here. Please wait 15 minutes, or set a new password by Forgot Password?")
WRONG_CODE = mark("That is not the newest code we sent.")
CODE_EXPIRED = mark("That code is used up or too old. Please sign in again.")
SUFFIX_MISSING = mark(
    "The number alone no longer opens an account: add the three digits behind the dash. They are on your bill."
)


def read_next(page: str | None) -> str:
    """The page of the portal that was asked for before the sign-in, else the first one: never another site's."""
    return page if page and PORTAL_PAGE.fullmatch(page) else HOME_URL


class AccountPages(PortalPages):
    PAGES = (
        ("login", "GET", "/login"),
        ("sign_in", "POST", "/login"),
        ("confirm", "POST", "/login/code"),
        ("sign_out", "POST", "/logout"),
        ("created", "GET", "/created"),
    )

    async def login(self, request: Request) -> HTTPResponse:
        if await self.find_signed_in(request):
            return pages.redirect(read_next(request.args.get("next")))
        notice = tr("Your new password is set. You can sign in with it.") if request.args.get("set") == "1" else ""
        notice = tr("You are signed out.") if request.args.get("out") == "1" else notice
        return self._render_sign_in(request, {}, "", request.args.get("next") or "", notice)

    async def sign_in(self, request: Request) -> HTTPResponse:
        given = parse_fields(request, "user_id", "password")
        typed = given["user_id"].strip()
        if not sign_in_forms.is_ours(request, self.settings):
            return self._render_sign_in_error(request, typed, sign_in_forms.TRY_AGAIN)
        if is_account_number(typed) and lacks_account_suffix(typed):
            # decided by the shape alone, before any lookup: the answer says nothing about an account
            return self._render_sign_in_error(request, typed, SUFFIX_MISSING)
        missing = {"user_id": tr(USER_ID_MISSING)} if not typed else {}
        missing |= {"password": tr(PASSWORD_EMPTY)} if not given["password"] else {}
        if missing:  # not a try: nothing is looked up, nothing is counted
            return self._render_sign_in(request, missing, typed, form_field(request, "next"))
        result = await signin.sign_in(
            self.backend,
            typed,
            given["password"],
            source=self.client_source(request),
            device=self.cookies.read_device(request),
            browser=name_browser(request),
        )
        if isinstance(result, signin.CodeRequired):
            return self.render_form("sign_in_code.html", code_token=result.token, next=form_field(request, "next"))
        if isinstance(result, signin.SignInRefused):
            problem = THROTTLED if result.reason == "throttled" else NO_MATCH
            return self._render_sign_in_error(request, typed, problem)
        return self._finish_sign_in(request, result)

    async def confirm(self, request: Request) -> HTTPResponse:
        """The mailed code, asked for after many failed tries when the browser is new."""
        given = parse_fields(request, "code_token", "code")
        code = given["code"].strip()
        result = await signin.confirm(self.backend, given["code_token"], code, browser=name_browser(request))
        if result is not None:
            return self._finish_sign_in(request, result)
        token = given["code_token"]
        if await sign_in_codes.is_page_valid(self.backend, token):
            errors = {"code": tr(WRONG_CODE)}
            return self.render_form("sign_in_code.html", errors, code_token=token, next=form_field(request, "next"))
        return self._render_sign_in_error(request, "", CODE_EXPIRED)

    def _finish_sign_in(self, request: Request, result: signin.PortalSignIn) -> HTTPResponse:
        response = pages.redirect(read_next(form_field(request, "next")))
        self.cookies.set_sign_in(response, result)
        return response

    def _render_sign_in_error(self, request: Request, typed: str, problem: str) -> HTTPResponse:
        return self._render_sign_in(request, {"password": tr(problem)}, typed, form_field(request, "next"))

    def _render_sign_in(
        self, request: Request, errors: dict[str, str], user_id: str, next_page: str, done: str = ""
    ) -> HTTPResponse:
        kept, door = sign_in_forms.make_proof(request, self.settings)
        response = self.render_form("sign_in.html", errors, user_id=user_id, done=done, next=next_page, door=door)
        sign_in_forms.keep(response, self.settings, kept)
        return response

    async def sign_out(self, request: Request) -> HTTPResponse:
        if not self.cookies.is_form_token_valid(request, parse_fields(request, "form_token")["form_token"]):
            return pages.redirect(HOME_URL)
        await signin.sign_out(self.backend, self.cookies.read_session(request))
        response = pages.redirect(f"{LOGIN_URL}?out=1")
        self.cookies.clear_session(response)
        return response

    async def created(self, request: Request) -> HTTPResponse:
        signed_in = await self.find_signed_in(request)
        if signed_in is None:
            return pages.redirect(LOGIN_URL)
        login, member = signed_in
        return self.render_page(
            "created.html", user_id=login.user_id, email=mask_email(member.email) if member.email else tr("none"),
            kept=request.args.get("kept") == "1",
        )  # fmt: skip
