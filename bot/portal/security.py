"""Password and sign-ins: a new password, the browsers that are signed in, and the user ID."""

from __future__ import annotations

from sanic import HTTPResponse, Request

from backend.coop import format_clock
from backend.language import mark, tr
from backend.logins import service, signin
from backend.logins.password_change import change_password
from backend.logins.recovery_mail import InvalidPassword
from bot.portal.account import THROTTLED, WRONG_PASSWORD
from bot.portal.base_pages import format_password_problem, parse_fields
from bot.portal.browser_names import name_browser
from bot.portal.password import PASSWORD_MISSING
from bot.portal.signed_in import SignedInPages, Visit
from bot.web import pages
from bot.web.numbers import parse_id

SECURITY_URL = "/portal/security"
OLD_MISSING = mark("Please type your current password.")


class SecurityPages(SignedInPages):
    PAGES = (
        ("security", "GET", "/security"),
        ("change", "POST", "/security/password"),
        ("end", "POST", "/security/sessions"),
    )

    async def security(self, request: Request, visit: Visit) -> HTTPResponse:
        return await self._render(request, visit, {})

    async def _render(self, request: Request, visit: Visit, errors: dict[str, str]) -> HTTPResponse:
        mine = service.hash_token(self.cookies.read_session(request))
        async with self.backend.db.read_session() as session:
            found = await signin.list_sessions(session, self.backend, visit.login)
        zone = self.backend.coop.zone
        shown = [
            {
                "id": row.id,
                "browser": row.browser or tr("A browser"),
                "since": row.started_at.astimezone(zone).date(),
                "seen": format_clock(row.seen_at.astimezone(zone).time()),
                "is_this": row.token_hash == mine,
            }
            for row in found
        ]
        done = str(request.args.get("done") or "")
        return self.render_form("security.html", errors, sessions=shown, done=done, user_id=visit.login.user_id)

    async def change(self, request: Request, visit: Visit) -> HTTPResponse:
        given = parse_fields(request, "old", "password", "again")
        missing = {"old": tr(OLD_MISSING)} if not given["old"] else {}
        missing |= {"password": tr(PASSWORD_MISSING)} if not given["password"] else {}
        if missing:
            return await self._render(request, visit, missing)
        if given["password"] != given["again"]:
            return await self._render(request, visit, {"again": format_password_problem("different")})
        try:
            result = await change_password(
                self.backend,
                visit.login,
                given["old"],
                given["password"],
                source=self.client_source(request),
                device=self.cookies.read_device(request),
                browser=name_browser(request),
            )
        except InvalidPassword as problem:
            return await self._render(request, visit, {"password": format_password_problem(problem.code)})
        if not isinstance(result, signin.PortalSignIn):
            text = tr(THROTTLED) if result == "throttled" else tr(WRONG_PASSWORD)
            return await self._render(request, visit, {"old": text})
        response = pages.redirect(f"{SECURITY_URL}?done=password")
        self.cookies.set_sign_in(response, result)
        return response

    async def end(self, request: Request, visit: Visit) -> HTTPResponse:
        """End one other browser's session, or all others."""
        only = pages.form_field(request, "session")
        token = self.cookies.read_session(request)
        async with self.backend.db.transaction() as session:
            ended = await signin.end_sessions(
                session, self.backend, visit.login, token=token, only=(parse_id(only) or 0) if only else None
            )
        return pages.redirect(f"{SECURITY_URL}?done={'ended' if ended else 'gone'}")
