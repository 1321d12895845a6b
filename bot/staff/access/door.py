"""The way in: name and password, the second step, passkeys, single sign-on, and the link of an invitation."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING
from urllib.parse import quote

from sanic import HTTPResponse, Request
from sanic.response import json as json_answer

from backend.language import tr
from backend.logins import passwords, sign_in_codes
from backend.staff import accounts, kept_forms, passkeys, sessions, signin, single_sign_on
from backend.staff.passkeys import Site
from backend.staff.sessions import Visitor
from bot.channels.senders import client_address, client_source
from bot.staff import sent_forms
from bot.staff.views import format_local_time
from bot.web import pages, sign_in_forms
from bot.web.cookies import read_cookie, set_cookie
from bot.web.pages import form_field

if TYPE_CHECKING:
    from bot.staff.routes import PageHandler, StaffPages

log = logging.getLogger("memberline.staff")
SIGN_IN_URL = "/staff/sign-in"
SSO_COOKIE = "ml_staff_sso"
SSO_SECONDS = 600


class DoorPages:
    """Pages for who is not signed in yet."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    def routes(self) -> tuple[tuple[PageHandler, str, str], ...]:
        """(handler, HTTP method, path below /staff); all are open while anybody may sign in."""
        return (
            (self.sign_in_page, "GET", "/sign-in"),
            (self.sign_in, "POST", "/sign-in"),
            (self.confirm_code, "POST", "/sign-in/code"),
            (self.second_step, "POST", "/sign-in/second"),
            (self.passkey_options, "POST", "/sign-in/passkey/options"),
            (self.passkey_sign_in, "POST", "/sign-in/passkey"),
            (self.begin_single_sign_on, "GET", "/sign-in/sso"),
            (self.return_from_single_sign_on, "GET", "/sign-in/sso/back"),
            (self.finish_single_sign_on, "GET", "/sign-in/sso/finish"),
            (self.invitation_page, "GET", "/invitations/<link:str>"),
            (self.accept_invitation, "POST", "/invitations/<link:str>"),
        )

    async def sign_in_page(self, request: Request) -> HTTPResponse:
        words = {"kept": sent_forms.KEPT, "lost": sent_forms.LOST}
        return self.render(request, trouble=tr(words.get(str(request.args.get("form") or ""), "")))

    def render(self, request: Request, *, trouble: str = "", status: int = 200, typed: str = "") -> HTTPResponse:
        settings = self.backend.settings
        kept, door = sign_in_forms.make_proof(request, settings)
        response = self.staff.render_page(
            "access/sign_in.html", status, trouble=trouble, typed=typed, passwords=settings.staff_passwords, door=door,
            single_sign_on=settings.single_sign_on, passkeys=find_site(self.staff, request).can_have_keys,
        )  # fmt: skip
        sign_in_forms.keep(response, settings, kept)
        return response

    async def sign_in(self, request: Request) -> HTTPResponse:
        typed = form_field(request, "name").strip()
        if not sign_in_forms.is_ours(request, self.backend.settings):
            return self.render(request, trouble=tr(sign_in_forms.TRY_AGAIN), status=403, typed=typed[:60])
        result = await signin.sign_in(
            self.backend,
            typed,
            form_field(request, "password"),
            source=client_source(request, self.backend.settings),
            device=self.staff.cookies.read_device(request),
            visitor=read_visitor(request),
        )
        if isinstance(result, signin.CodeRequired):
            return self._render_code_form(result.token)
        if isinstance(result, signin.SecondStepRequired):
            return await self.render_second_step(request, result.token)
        if isinstance(result, signin.StaffSignIn):
            return await self.finish(request, result)
        if result.reason == "throttled":
            when = format_local_time(self.backend, result.until)
            trouble = tr(
                "Too many wrong tries from here. You can try again at {when}. You need not wait if you have a passkey, "
                "or if an administrator of the office makes you a new link.",
                when=when,
            )
            return self.render(request, trouble=trouble, status=429, typed=typed[:60])
        return self.render(request, trouble=tr("Name and password do not match."), status=403, typed=typed[:60])

    async def confirm_code(self, request: Request) -> HTTPResponse:
        """The mailed code, asked for after many failed tries when the browser is new."""
        token = form_field(request, "code_token")
        result = await signin.confirm(self.backend, token, form_field(request, "code").strip(), read_visitor(request))
        if isinstance(result, signin.SecondStepRequired):
            return await self.render_second_step(request, result.token)
        if result is not None:
            return await self.finish(request, result)
        if await sign_in_codes.is_page_valid(self.backend, token):
            return self._render_code_form(token, tr("That is not the code of our newest email."), 403)
        trouble = tr("That code is used up or too old. Please sign in again.")
        return self.render(request, trouble=trouble, status=403)

    async def second_step(self, request: Request) -> HTTPResponse:
        token = form_field(request, "step")
        result = await signin.finish_second_step(
            self.backend, token, form_field(request, "code")[:40], read_visitor(request)
        )
        if isinstance(result, signin.StaffSignIn):
            return await self.finish(request, result)
        if result.reason == "no_match":
            trouble = tr("This code does not fit, or it was used before. Codes change every half minute.")
            return await self.render_second_step(request, token, trouble, 403)
        if result.reason == "throttled":
            trouble = tr("Too many wrong codes. Please wait 15 minutes, or use a passkey.")
            return await self.render_second_step(request, token, trouble, 429)
        return self.render(request, trouble=tr("That took too long. Please sign in again."), status=403)

    async def render_second_step(
        self, request: Request, token: str, trouble: str = "", status: int = 200
    ) -> HTTPResponse:
        found = await signin.find_second_step(self.backend, token)
        if found is None:
            return self.render(request, trouble=tr("That took too long. Please sign in again."), status=403)
        has_keys = found[1].passkeys > 0 and find_site(self.staff, request).can_have_keys
        return self.staff.render_page(
            "access/second_step.html", status, trouble=trouble, step=token, steps=found[1], passkeys=has_keys
        )

    async def passkey_options(self, request: Request) -> HTTPResponse:
        """What the browser needs to ask for a key, as JSON: {token, options}."""
        step, name = form_field(request, "step"), ""
        if step:
            found = await signin.find_second_step(self.backend, step)
            if found is None:
                return json_answer({"error": tr("That took too long. Please sign in again.")}, status=403)
            name = found[0]
        async with self.backend.db.transaction() as session:
            asked = await passkeys.begin_sign_in(session, self.backend, find_site(self.staff, request), name)
        return answer_options(asked)

    async def passkey_sign_in(self, request: Request) -> HTTPResponse:
        result = await passkeys.sign_in(
            self.backend,
            find_site(self.staff, request),
            token=form_field(request, "passkey_token"),
            answer=form_field(request, "answer"),
            second_step=form_field(request, "step"),
            visitor=read_visitor(request),
        )
        if isinstance(result, signin.StaffSignIn):
            return await self.finish(request, result)
        return self.render(request, trouble=tr("This passkey was not accepted. Please try again."), status=403)

    async def begin_single_sign_on(self, request: Request) -> HTTPResponse:
        if not self.backend.settings.single_sign_on:
            return pages.redirect(SIGN_IN_URL)
        try:
            begun = await single_sign_on.begin(self.backend)
        except single_sign_on.SingleSignOnFailed as failure:
            return self._tell_failure(request, failure)
        response = pages.redirect(begun.url)
        set_cookie(response, self.backend.settings, SSO_COOKIE, begun.token, SSO_SECONDS, "Lax")
        return response

    async def return_from_single_sign_on(self, request: Request) -> HTTPResponse:
        """The provider sends the browser here. What it says is checked, and a page of our own goes on: a browser
        sends the session's cookies only between our own pages."""
        settings = self.backend.settings
        if not settings.single_sign_on:
            return pages.redirect(SIGN_IN_URL)
        token = read_cookie(request, settings, SSO_COOKIE)
        state, code = str(request.args.get("state") or ""), str(request.args.get("code") or "")
        try:
            proven = await single_sign_on.come_back(self.backend, token, state[:200], code[:2000])
        except single_sign_on.SingleSignOnFailed as failure:
            return self._tell_failure(request, failure)
        response = self.staff.render_page("access/going_on.html", next_page=f"{SIGN_IN_URL}/sso/finish")
        set_cookie(response, settings, SSO_COOKIE, proven, SSO_SECONDS, "Lax")
        return response

    async def finish_single_sign_on(self, request: Request) -> HTTPResponse:
        settings = self.backend.settings
        token = read_cookie(request, settings, SSO_COOKIE)
        result = await single_sign_on.finish(self.backend, token, read_visitor(request))
        if isinstance(result, signin.StaffSignIn):
            response = await self.finish(request, result)
        elif result.reason == "no_match":
            trouble = tr("You are known there, but were not invited here. Ask an administrator of the office.")
            response = self.render(request, trouble=trouble, status=403)
        else:
            response = self.render(request, trouble=tr("That took too long. Please sign in again."), status=403)
        set_cookie(response, settings, SSO_COOKIE, "", 0, "Lax")
        return response

    async def invitation_page(self, request: Request, link: str) -> HTTPResponse:
        if not self.backend.settings.staff_passwords:  # with the invitation the account of their work opens the door
            return pages.redirect(SIGN_IN_URL)
        async with self.backend.db.read_session() as session:
            account = await accounts.find_by_link(session, self.backend, link)
        return self._render_invitation(account, link) if account else self._render_dead_link()

    async def accept_invitation(self, request: Request, link: str) -> HTTPResponse:
        """Set the password; the link proves who it is, so this signs in, with the second step of who has one."""
        if not self.backend.settings.staff_passwords:
            return pages.redirect(SIGN_IN_URL)
        password, again = form_field(request, "password"), form_field(request, "again")
        async with self.backend.db.read_session() as session:
            account = await accounts.find_by_link(session, self.backend, link)
        if account is None:
            return self._render_dead_link()
        fault = accounts.find_password_fault(self.backend, account, password)
        if fault:
            return self._render_invitation(account, link, {"password": fault}, 422)
        if password != again:
            return self._render_invitation(account, link, {"again": tr("The two are not the same.")}, 422)
        hashed = await passwords.hash_password(password)
        async with self.backend.db.transaction() as session:
            account = await accounts.find_by_link(session, self.backend, link)
            if account is None:
                return self._render_dead_link()
            await accounts.set_password_by_link(session, self.backend, account, hashed)
            login = await accounts.find_login_by_name(session, self.backend, account.name)
            if login is None:  # the demo's clerk in production
                return self._render_dead_link()
            result = await signin.continue_with(session, self.backend, login, read_visitor(request))
        if isinstance(result, signin.SecondStepRequired):
            return await self.render_second_step(request, result.token)
        return await self.finish(request, result)

    async def finish(self, request: Request, signed_in: sessions.StaffSignIn) -> HTTPResponse:
        """Set the cookies, and go where a kept form waits, else to the inbox."""
        page = await kept_forms.hand_over(self.backend, self.staff.cookies.read_device(request), signed_in)
        response = pages.redirect(quote(page or "/staff"))
        self.staff.cookies.set_sign_in(response, signed_in)
        return response

    async def sign_out(self, request: Request, name: str) -> HTTPResponse:
        await sessions.sign_out(self.backend, self.staff.cookies.read_session(request), name)
        response = pages.redirect(SIGN_IN_URL)
        self.staff.cookies.clear_session(response)
        return response

    def _render_code_form(self, token: str, trouble: str = "", status: int = 200) -> HTTPResponse:
        return self.staff.render_page("access/code.html", status, trouble=trouble, code_token=token)

    def _render_invitation(
        self, account: accounts.StaffAccount, link: str, errors: dict[str, str] | None = None, status: int = 200
    ) -> HTTPResponse:
        role = accounts.parse_role(account.role)
        return self.staff.render_page(
            "access/invitation.html", status, account=account, link=link, errors=errors or {}, role=role
        )

    def _render_dead_link(self) -> HTTPResponse:
        text = tr("It was used, is older than three days, or a newer one was made. An administrator can make another.")
        return self.staff.render_notice(410, tr("This link does not work any more"), text)

    def _tell_failure(self, request: Request, failure: single_sign_on.SingleSignOnFailed) -> HTTPResponse:
        log.warning("single sign-on failed: %s", failure)
        trouble = tr("Signing in there did not work. Please try again, or tell an administrator.")
        return self.render(request, trouble=trouble, status=502)


def answer_options(asked: passkeys.Asked) -> HTTPResponse:
    """{token, options} as JSON for bot/static/passkeys.js."""
    return json_answer({"token": asked.token, "options": json.loads(asked.options)}, headers=pages.PRIVATE_HEADERS)


def read_visitor(request: Request) -> Visitor:
    return Visitor(client_address(request), request.headers.get("user-agent", "")[:400])


def find_site(staff: StaffPages, request: Request) -> Site:
    """The origin that keys are bound to: the public one; on a developer's machine also http://localhost."""
    settings = staff.services.settings
    if not settings.production and request.host.partition(":")[0] == "localhost":
        return Site(f"{request.scheme}://{request.host}")
    return Site(pages.url_origin(settings.public_url))
