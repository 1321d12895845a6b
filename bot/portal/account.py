"""Signing in and out, and the summary of a member's accounts."""

from __future__ import annotations

import hmac

from sanic import HTTPResponse, Request

from backend.language import mark, tr
from backend.logins import sign_in_codes, signin
from backend.logins.service import is_number
from backend.members.codes import mask_email
from backend.members.service import lacks_separator
from bot.portal import cookies, pages
from bot.portal.desk import Desk, fields
from bot.portal.summary import summary_of

HOME, LOGIN = "/portal", "/portal/login"
NO_MATCH = mark("The user ID or number and the password do not fit each other.")
THROTTLED = mark("Too many tries from here. Please wait 15 minutes, or set a new password by Forgot Password?")
WRONG_CODE = mark("That is not the code of our newest email.")
CODE_GONE = mark("That code is used up or too old. Please sign in again.")
NUMBER_ALONE = mark(
    "The number alone no longer opens an account: add the three digits behind the dash. They are on your bill."
)


class AccountDesk(Desk):
    PAGES = (
        ("summary", "GET", ""),
        ("login", "GET", "/login"),
        ("sign_in", "POST", "/login"),
        ("confirm", "POST", "/login/code"),
        ("sign_out", "POST", "/logout"),
        ("created", "GET", "/created"),
    )

    async def summary(self, request: Request) -> HTTPResponse:
        """What is owed, what was billed and paid, what is set up, and recent use."""
        found = await self.who(request)
        if found is None:
            return pages.see_other(LOGIN)
        _login, member = found
        return self.page(
            "summary.html", summary=await summary_of(self.backend, member), form_token=self._token(request)
        )

    async def login(self, request: Request) -> HTTPResponse:
        if await self.who(request):
            return pages.see_other(HOME)
        said = tr("Your new password is set. You can sign in with it.") if request.args.get("set") == "1" else ""
        said = tr("You are signed out.") if request.args.get("out") == "1" else said
        return self.form_page("sign_in.html", user_id="", said=said)

    async def sign_in(self, request: Request) -> HTTPResponse:
        given = fields(request, "user_id", "password")
        typed = given["user_id"].strip()
        if is_number(typed) and lacks_separator(typed):
            return self._again(typed, NUMBER_ALONE)  # told by its shape alone; nothing was looked up
        result = await signin.sign_in(
            self.backend,
            typed,
            given["password"],
            source=self.source(request),
            device=cookies.device_of(request, self.settings),
        )
        if isinstance(result, signin.CodeWanted):
            return self.form_page("sign_in_code.html", code_token=result.token)
        if isinstance(result, signin.Refused):
            return self._again(typed, THROTTLED if result.reason == "throttled" else NO_MATCH)
        return self._let_in(result)

    async def confirm(self, request: Request) -> HTTPResponse:
        """The code that was mailed, when strangers try this login and the browser is new."""
        given = fields(request, "code_token", "code")
        result = await signin.confirm(self.backend, given["code_token"], given["code"].strip())
        if result is not None:
            return self._let_in(result)
        if await sign_in_codes.is_open(self.backend, given["code_token"]):
            return self.form_page("sign_in_code.html", {"code": tr(WRONG_CODE)}, code_token=given["code_token"])
        return self._again("", CODE_GONE)

    def _let_in(self, result: signin.SignedIn) -> HTTPResponse:
        response = pages.see_other(HOME)
        cookies.keep_session(response, self.settings, result.token)
        cookies.keep_device(response, self.settings, result.device)
        return response

    def _again(self, typed: str, problem: str) -> HTTPResponse:
        return self.form_page("sign_in.html", {"password": tr(problem)}, user_id=typed, said="")

    async def sign_out(self, request: Request) -> HTTPResponse:
        given = fields(request, "form_token")["form_token"]
        if not hmac.compare_digest(given.encode(), self._token(request).encode()):
            return pages.see_other(HOME)
        await signin.sign_out(self.backend, cookies.session_of(request, self.settings))
        response = pages.see_other(f"{LOGIN}?out=1")
        cookies.drop_session(response, self.settings)
        return response

    async def created(self, request: Request) -> HTTPResponse:
        """The confirmation page of a login just made."""
        found = await self.who(request)
        if found is None:
            return pages.see_other(LOGIN)
        login, member = found
        return self.page(
            "created.html", user_id=login.user_id, email=mask_email(member.email) if member.email else tr("none")
        )

    def _token(self, request: Request) -> str:
        return cookies.form_token(self.settings, cookies.session_of(request, self.settings))
