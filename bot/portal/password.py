"""Forgot Password?, and the page that sets a new one."""

from __future__ import annotations

import re

from sanic import HTTPResponse, Request

from backend.language import mark, tr
from backend.logins import recovery_mail
from bot.portal.account import LOGIN_URL
from bot.portal.base_pages import TOKEN, PageHandler, PortalPages, format_password_problem, parse_fields
from bot.web import pages

PASSWORD_MISSING = mark("Please type a password.")
LAST4 = re.compile(r"\d{4}")


class PasswordPages(PortalPages):
    PAGES = (
        ("forgot", "GET", "/forgot"),
        ("ask", "POST", "/forgot"),
        ("choose", "GET", "/reset/<token>"),
        ("set", "POST", "/reset/<token>"),
    )

    async def respond(self, handler: PageHandler, request: Request, **values: str) -> HTTPResponse:
        try:
            return await super().respond(handler, request, **values)
        except recovery_mail.ResetLinkInvalid:
            # the same page for an unknown, a used and an expired link
            texts = [tr("The link works once, for 30 minutes. Nothing has been changed now.")]
            heading = tr("This link cannot be used any more")
            return self.render_notice(heading, texts, status=404, again="/portal/forgot")

    async def forgot(self, _request: Request) -> HTTPResponse:
        return self.render_form("forgot.html", who="", last4="")

    async def ask(self, request: Request) -> HTTPResponse:
        """The same answer for everyone: it says nothing about accounts. bot/workers/login_mail.py sends the mail."""
        given = parse_fields(request, "who", "last4", "kind")
        who, last4 = given["who"].strip(), given["last4"].strip()
        errors = {} if who else {"who": tr("Please give your full member number or your user ID.")}
        if not LAST4.fullmatch(last4):
            errors["last4"] = tr("Four digits, please: the end of the phone number on the account.")
        if errors:
            return self.render_form("forgot.html", errors, who=who, last4=last4)
        kind = recovery_mail.USER_ID if given["kind"] == recovery_mail.USER_ID else recovery_mail.RESET
        try:
            async with self.backend.db.transaction() as session:
                reference = await recovery_mail.request_mail(
                    session, self.backend, kind, who=who, last4=last4,
                    source=self.client_source(request), asked_by=recovery_mail.PORTAL, channel="portal",
                    device=self.cookies.read_device(request),
                )  # fmt: skip
        except recovery_mail.TooManyRequests:
            texts = [tr("No more can be asked for here for 15 minutes.")]
            return self.render_notice(tr("Please wait a while"), texts, status=429)
        texts = [
            tr(
                "If that fits an online account, your user ID goes to the email on file, or by text to the phone on "
                "file where there is no email."
            )
            if kind == recovery_mail.USER_ID
            else tr(
                "If that fits an online account, a link to set a new password goes to the email on file, or by text to "
                "the phone on file where there is no email. It works once, for 30 minutes."
            ),
            tr(
                "For a day after a change of email or phone none goes: then please call {phone}.",
                phone=self.backend.coop.office_phone_display,
            ),
            tr(
                "Your reference is {reference}. If nothing comes, our office sets it right with you.",
                reference=reference,
            ),
        ]
        return self.render_notice(tr("Please look at your email or phone"), texts)

    async def choose(self, _request: Request, token: str) -> HTTPResponse:
        if not TOKEN.fullmatch(token) or not await recovery_mail.is_reset_link_valid(self.backend, token):
            raise recovery_mail.ResetLinkInvalid()
        return self.render_form("reset.html", here=f"/portal/reset/{token}")

    async def set(self, request: Request, token: str) -> HTTPResponse:
        given = parse_fields(request, "password", "again")
        here = f"/portal/reset/{token}"
        if not given["password"]:
            return self.render_form("reset.html", {"password": tr(PASSWORD_MISSING)}, here=here)
        if given["password"] != given["again"]:
            return self.render_form("reset.html", {"password": format_password_problem("different")}, here=here)
        try:
            await recovery_mail.reset(self.backend, token, given["password"])
        except recovery_mail.InvalidPassword as refused:
            return self.render_form("reset.html", {"password": format_password_problem(refused.code)}, here=here)
        response = pages.redirect(f"{LOGIN_URL}?set=1")
        self.cookies.clear_session(response)
        return response
