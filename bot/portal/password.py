"""Forgot Password?, and the page that sets a new one."""

from __future__ import annotations

import re

from sanic import HTTPResponse, Request

from backend.language import tr
from backend.logins import mail
from bot.portal import cookies, pages
from bot.portal.account import LOGIN
from bot.portal.desk import TOKEN, Desk, fields, password_problem

LAST4 = re.compile(r"\d{4}")


class PasswordDesk(Desk):
    PAGES = (
        ("forgot", "GET", "/forgot"),
        ("ask", "POST", "/forgot"),
        ("choose", "GET", "/reset/<token>"),
        ("set", "POST", "/reset/<token>"),
    )

    async def forgot(self, _request: Request) -> HTTPResponse:
        return self.form_page("forgot.html", who="")

    async def ask(self, request: Request) -> HTTPResponse:
        """The same page for anybody: what is mailed is decided behind it."""
        given = fields(request, "who", "last4", "kind")
        who, last4 = given["who"].strip(), given["last4"].strip()
        errors = {} if who else {"who": tr("Please give your full member number or your user ID.")}
        if not LAST4.fullmatch(last4):
            errors["last4"] = tr("Four digits, please: the end of the phone number on the account.")
        if errors:
            return self.form_page("forgot.html", errors, who=who)
        kind = mail.USER_ID if given["kind"] == mail.USER_ID else mail.RESET
        try:
            async with self.backend.db.transaction() as session:
                reference = await mail.ask(
                    session, self.backend, kind, who=who, last4=last4,
                    source=self.source(request), asked_by=mail.PORTAL, channel="portal",
                    device=cookies.device_of(request, self.settings),
                )  # fmt: skip
        except mail.TooMany:
            texts = [tr("No more can be asked for here for 15 minutes.")]
            return self.notice(tr("Please wait a while"), texts, status=429)
        texts = [
            tr("If that fits an online account, your user ID is on its way to the email on file.")
            if kind == mail.USER_ID
            else tr(
                "If that fits an online account, a link to set a new password, good once and for 30 minutes, is on "
                "its way to the email on file."
            ),
            tr("Your reference is {reference}. If no email comes, our office helps.", reference=reference),
        ]
        return self.notice(tr("Please look at your email"), texts)

    async def choose(self, _request: Request, token: str) -> HTTPResponse:
        if not TOKEN.fullmatch(token) or not await mail.is_open(self.backend, token):
            return self._gone()
        return self.form_page("reset.html", here=f"/portal/reset/{token}")

    async def set(self, request: Request, token: str) -> HTTPResponse:
        given = fields(request, "password", "again")
        here = f"/portal/reset/{token}"
        if given["password"] != given["again"]:
            return self.form_page("reset.html", {"password": password_problem("different")}, here=here)
        try:
            await mail.reset(self.backend, token, given["password"])
        except mail.ResetGone:
            return self._gone()
        except mail.PasswordRefused as refused:
            return self.form_page("reset.html", {"password": password_problem(refused.code)}, here=here)
        response = pages.see_other(f"{LOGIN}?set=1")
        cookies.drop_session(response, self.settings)
        return response

    def _gone(self) -> HTTPResponse:
        """The same for a link that never was, one that was used and one that has expired."""
        texts = [tr("The link works once, for 30 minutes. Nothing has been changed now.")]
        return self.notice(tr("This link cannot be used any more"), texts, status=404, again="/portal/forgot")
