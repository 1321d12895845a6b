"""One's own account: language, password, second steps and the browsers that are signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import segno
from sanic import HTTPResponse, Request
from sanic.response import json as json_answer
from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import LANGUAGES, tr
from backend.logins import passwords, throttle
from backend.staff import accounts, passkeys, second_steps, sessions
from backend.staff.roles import ROLE_NAMES, Role
from bot.channels.senders import client_source
from bot.staff.access.door import answer_options, find_site, read_visitor
from bot.staff.access.roles_told import ROLE_MAY, WAYS
from bot.web import pages
from bot.web.cookies import set_cookie
from bot.web.languages import LANGUAGE_COOKIE
from bot.web.pages import form_field
from bot.web.sent_once import repeatable

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

OWN_URL = "/staff/me"
CODES_URL = "/staff/me/codes"
FRESH = timedelta(minutes=30)
"""A second step is changed in a session that is this young: a browser left open is not enough."""


class OwnPages:
    """The routes below /staff/me."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    def routes(self) -> Routes:
        read = Role.READ
        return (
            (self.own_page, "GET", "/me", read),
            (self.set_language, "POST", "/me/language", read),
            (self.change_password, "POST", "/me/password", read),
            (self.codes_page, "GET", "/me/codes", read),
            (self.switch_codes_on, "POST", "/me/codes", read),
            (self.renew_recovery_codes, "POST", "/me/codes/recovery", read),
            (self.remove_codes, "POST", "/me/codes/remove", read),
            (self.own_passkey_options, "POST", "/me/passkeys/options", read),
            (self.add_passkey, "POST", "/me/passkeys", read),
            (self.remove_passkey, "POST", "/me/passkeys/<key_id:int>/remove", read),
            (self.end_own_session, "POST", "/me/sessions/<session_id:int>/end", read),
            (self.end_other_sessions, "POST", "/me/sessions/end", read),
        )

    async def own_page(self, request: Request, name: str) -> HTTPResponse:
        return await self._render(request)

    async def set_language(self, request: Request, name: str) -> HTTPResponse:
        language = form_field(request, "language")
        response = pages.redirect(f"{OWN_URL}?done=language")
        if language in LANGUAGES:
            async with self.backend.db.transaction() as session:
                account = await accounts.find_account(session, name)
                if account is not None:
                    account.language = language
            set_cookie(response, self.backend.settings, LANGUAGE_COOKIE, language, None, "Lax")
        return response

    async def change_password(self, request: Request, name: str) -> HTTPResponse:
        """With the old one; every other browser is signed out."""
        account, old = request.ctx.session.login.account, form_field(request, "old")
        if account is None or account.password_hash is None:
            return pages.redirect(OWN_URL)
        if trouble := await self._find_password_trouble(request, name, old):
            return await self._render(request, {"old": trouble}, status=422)
        fault = accounts.find_password_fault(self.backend, account, form_field(request, "password"))
        if fault:
            return await self._render(request, {"password": fault}, status=422)
        hashed = await passwords.hash_password(form_field(request, "password"))
        async with self.backend.db.transaction() as session:
            row = await accounts.find_account(session, name)
            assert row is not None
            await accounts.set_password(session, self.backend, row, hashed)
            login = await accounts.find_login_by_name(session, self.backend, name)
            assert login is not None
            way = request.ctx.session.row.way
            signed_in = await sessions.start(session, self.backend, login, way, read_visitor(request))
        response = pages.redirect(f"{OWN_URL}?done=password")
        self.staff.cookies.set_sign_in(response, signed_in)
        return response

    async def _find_password_trouble(self, request: Request, name: str, typed: str) -> str:
        """Why this is not the password of who is signed in; empty where it is, or where they have none.

        A session that was left open must not hand the account over. Wrong ones count as failed sign-ins.
        """
        hashed = self._find_password_hash(request)
        if hashed is None:
            return ""
        source = client_source(request, self.backend.settings)
        target = throttle.hash_target(self.backend, f"{sessions.OWNER}{name.casefold()}")
        async with self.backend.db.read_session() as session:
            decision = await throttle.check_throttle(session, self.backend, source, target, known=True)
        if decision == "refuse":
            return tr("Too many tries from here. Please wait 15 minutes.")
        if await passwords.verify_password(hashed, typed):
            return ""
        async with self.backend.db.transaction() as session:
            throttle.record_miss(session, self.backend, source, target)
        return tr("This is not your password now.")

    def _find_password_hash(self, request: Request) -> str | None:
        """None for who signs in by the account of their work alone."""
        login = request.ctx.session.login
        return login.password_hash if self.backend.settings.staff_passwords else None

    async def codes_page(self, request: Request, name: str) -> HTTPResponse:
        return await self._render_codes(request, name)

    async def switch_codes_on(self, request: Request, name: str) -> HTTPResponse:
        if stale := self._ask_fresh(request):
            return stale
        if trouble := await self._find_password_trouble(request, name, form_field(request, "password")):
            return await self._render_codes(request, name, {"password": trouble}, 422)
        async with self.backend.db.transaction() as session:
            codes = await second_steps.confirm_code_app(session, self.backend, name, form_field(request, "code")[:20])
            ended = codes is not None and await self._end_without_second_step(session, request, name)
        if codes is None:
            fault = tr("This code does not fit. Codes change every half minute: type the one that is shown now.")
            return await self._render_codes(request, name, {"code": fault}, 422)
        return self.staff.render_page("access/recovery_codes.html", codes=codes, first=True, ended=ended)

    async def renew_recovery_codes(self, request: Request, name: str) -> HTTPResponse:
        if stale := self._ask_fresh(request):
            return stale
        trouble = ""
        if form_field(request, "confirmed") == "yes":
            trouble = await self._find_password_trouble(request, name, form_field(request, "password"))
        if trouble or form_field(request, "confirmed") != "yes":
            return self._confirm(
                request, tr("New recovery codes?"), tr("The ones you have stop working."), tr("New recovery codes"),
                f"{CODES_URL}/recovery", trouble,
            )  # fmt: skip
        async with self.backend.db.transaction() as session:
            if not (await second_steps.find(session, name)).code_app:
                return pages.redirect(OWN_URL)
            codes = await second_steps.renew_recovery_codes(session, self.backend, name)
        return self.staff.render_page("access/recovery_codes.html", codes=codes, first=False)

    async def remove_codes(self, request: Request, name: str) -> HTTPResponse:
        if stale := self._ask_fresh(request):
            return stale
        trouble = ""
        if form_field(request, "confirmed") == "yes":
            trouble = await self._find_password_trouble(request, name, form_field(request, "password"))
        if trouble or form_field(request, "confirmed") != "yes":
            text = tr("Then your password alone opens the office's pages. Your recovery codes end too.")
            heading, action = tr("Switch codes off?"), f"{CODES_URL}/remove"
            return self._confirm(request, heading, text, tr("Switch codes off"), action, trouble)
        async with self.backend.db.transaction() as session:
            if (await second_steps.find(session, name)).code_app:
                await second_steps.remove_code_app(session, self.backend, name, by=name)
        return pages.redirect(f"{OWN_URL}?done=codes-off")

    @repeatable
    async def own_passkey_options(self, request: Request, name: str) -> HTTPResponse:
        """What the browser needs to make a key, as JSON: {token, options}."""
        if stale := self._ask_fresh(request):
            return stale
        if trouble := await self._find_password_trouble(request, name, form_field(request, "password")):
            return json_answer({"error": trouble}, status=422)
        async with self.backend.db.transaction() as session:
            site = find_site(self.staff, request)
            asked = await passkeys.begin_registration(session, self.backend, site, name)
        return answer_options(asked)

    async def add_passkey(self, request: Request, name: str) -> HTTPResponse:
        if stale := self._ask_fresh(request):
            return stale
        if trouble := await self._find_password_trouble(request, name, form_field(request, "password")):
            return await self._render(request, {"key_password": trouble}, 422)
        async with self.backend.db.transaction() as session:
            key = await passkeys.register(
                session, self.backend, find_site(self.staff, request), name,
                token=form_field(request, "passkey_token"), answer=form_field(request, "answer"),
                label=form_field(request, "label").strip() or tr("Passkey"),
            )  # fmt: skip
            if key is not None:
                await self._end_without_second_step(session, request, name)
        if key is None:
            return await self._render(request, {"label": tr("This key was not accepted. Please try again.")}, 422)
        return pages.redirect(f"{OWN_URL}?done=passkey")

    async def remove_passkey(self, request: Request, name: str, key_id: int) -> HTTPResponse:
        if stale := self._ask_fresh(request):
            return stale
        async with self.backend.db.transaction() as session:
            await passkeys.remove(session, self.backend, name, key_id)
        return pages.redirect(f"{OWN_URL}?done=passkey-removed")

    async def end_own_session(self, request: Request, name: str, session_id: int) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            ended = await sessions.end(session, self.backend, name, session_id, by=name)
        return pages.redirect(f"{OWN_URL}?done={'session' if ended else 'session-gone'}")

    async def end_other_sessions(self, request: Request, name: str) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            here = self.staff.cookies.read_session(request)
            ended = await sessions.end_all(session, self.backend, name, by=name, keep=here)
        return pages.redirect(f"{OWN_URL}?done={'sessions' if ended else 'session-gone'}")

    async def _end_without_second_step(self, session: AsyncSession, request: Request, name: str) -> bool:
        """From now on the password alone opens nothing: whoever came in by it elsewhere is asked again. False when
        there was nobody."""
        here = self.staff.cookies.read_session(request)
        return await sessions.end_all(session, self.backend, name, by=name, keep=here, way="password")

    def _confirm(
        self, request: Request, heading: str, text: str, button: str, action: str, trouble: str
    ) -> HTTPResponse:
        """The read-back of a change of the second step; it asks for the password of who has one."""
        return self.staff.render_page(
            "access/confirm.html", 422 if trouble else 200, heading=heading, facts=(), hidden={}, text=text,
            button=button, action=action, back=OWN_URL, errors={"password": trouble} if trouble else {},
            asks_password=self._find_password_hash(request) is not None,
        )  # fmt: skip

    def _ask_fresh(self, request: Request) -> HTTPResponse | None:
        """A page that asks to sign in again, for a session that is not fresh."""
        if self.backend.clock.now() - request.ctx.session.row.started_at < FRESH:
            return None
        return self.staff.render_page("access/sign_in_again.html", 403)

    async def _render(self, request: Request, errors: dict[str, str] | None = None, status: int = 200) -> HTTPResponse:
        login, done = request.ctx.session.login, str(request.args.get("done") or "")
        async with self.backend.db.read_session() as session:
            steps = await second_steps.find(session, login.name)
            keys = await passkeys.list_of(session, login.name)
            here = self.staff.cookies.read_session(request)
            shown = await sessions.list_of(session, self.backend, login.name, here)
        return self.staff.render_page(
            "access/me.html", status, login=login, steps=steps, keys=keys, sessions=shown, errors=errors or {},
            may=ROLE_MAY[login.role], role_names=ROLE_NAMES, ways=WAYS,
            can_have_keys=find_site(self.staff, request).can_have_keys,
            asks_password=self._find_password_hash(request) is not None,
            done=tell_done(done), done_kind="warn" if done == "session-gone" else "good",
        )  # fmt: skip

    async def _render_codes(
        self, request: Request, name: str, errors: dict[str, str] | None = None, status: int = 200
    ) -> HTTPResponse:
        if stale := self._ask_fresh(request):
            return stale
        async with self.backend.db.transaction() as session:
            if (await second_steps.find(session, name)).code_app:
                return pages.redirect(OWN_URL)
            secret = await second_steps.begin_code_app(session, self.backend, name)
        values: dict[str, Any] = {
            "picture": segno.make(second_steps.make_address(self.backend, name, secret)).svg_data_uri(
                scale=5, border=4, dark="#000", light="#fff"
            ),
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            "demanded": request.ctx.session.needs_second_step,
            "asks_password": self._find_password_hash(request) is not None,
        }
        return self.staff.render_page("access/codes.html", status, errors=errors or {}, **values)


def tell_done(key: str) -> str:
    """What a page says after a change."""
    words = {
        "language": tr("Your language is changed."),
        "password": tr("Your password is changed. Other browsers were signed out."),
        "codes-off": tr("Codes are switched off."),
        "passkey": tr("The passkey is added. You can sign in with it from now on."),
        "passkey-removed": tr("The passkey is removed."),
        "session": tr("That browser is signed out."),
        "session-gone": tr("Nothing was done: no other browser is signed in there any more."),
        "sessions": tr("All other browsers are signed out."),
        "role": tr("The role is changed. It holds at once."),
        "contact": tr("Email and phone are changed."),
        "off": tr("Switched off and signed out everywhere."),
        "steps": tr("Codes and passkeys are removed. The password stays."),
        "meanwhile": tr("Nothing was done: somebody changed this account meanwhile, or it was done already."),
    }
    return words.get(key, "")
