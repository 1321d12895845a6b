"""The pages under /staff. Without accounts in STAFF_ACCOUNTS they answer 404."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from sanic import Blueprint, HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.agent_handoff import service as handover
from backend.audit.service import record
from backend.language import ENGLISH, tr, use_language
from backend.logins import sign_in_codes
from backend.staff import kept_forms, signin
from backend.staff.roles import ROLE_NAMES, Role, SignedInStaff
from backend.tickets import office as office_tickets
from backend.tickets import service as tickets
from bot.channels.senders import client_source
from bot.dialogue.normalize import clean_and_redact
from bot.services import Services
from bot.staff import sent_forms, views
from bot.staff.money.pages import MoneyPages
from bot.staff.money.refunds import RefundPages
from bot.staff.navigation import find_area, list_areas
from bot.staff.outages.pages import OutagePages
from bot.staff.reports.pages import ReportPages
from bot.staff.review.pages import ReviewPages
from bot.staff.tickets.pages import TicketPages
from bot.web import pages
from bot.web.cookies import SignInCookies
from bot.web.guards import mark_guard
from bot.web.json_requests import route_methods
from bot.web.languages import find_named_language, keep_named_language
from bot.web.pages import form_field

MAX_ANSWER_LENGTH = 600
SEEN = re.compile(r"\d{1,18}", re.ASCII)
SESSION_SECONDS = int(signin.SESSION_LIFETIME.total_seconds())
SIGN_IN_URL = "/staff/sign-in"


class AreaPages(Protocol):
    """The pages of one area."""

    def __init__(self, staff: StaffPages) -> None: ...

    def routes(self) -> Routes: ...


PageHandler = Callable[..., Coroutine[Any, Any, HTTPResponse]]
Routes = tuple[tuple[PageHandler, str, str, Role], ...]
"""(handler, HTTP method, path below /staff, the lowest role that may)."""


class StaffPages:
    def __init__(self, services: Services) -> None:
        self.services = services
        self.backend = services.backend
        self.cookies = SignInCookies(
            services.settings, "ml_staff", "ml_staff_device", "staff-form", "Strict", SESSION_SECONDS
        )
        self._templates = pages.create_templates(Path(__file__).parent / "templates")
        self._templates.filters |= views.template_filters(services.backend)

    def allow_signed_out(self, handler: PageHandler) -> PageHandler:
        """Guard of the sign-in pages: open to all while there are accounts; forms only from our own page."""

        @wraps(handler)
        async def checked(request: Request, **values: Any) -> HTTPResponse:
            if not self.services.settings.staff_accounts:
                raise NotFound()
            with use_language(find_named_language(request, self.services.settings) or ENGLISH):
                if request.method == "POST" and not pages.is_same_site_post(request, self.services.settings):
                    response = self._render_sign_in(tr("Please use this page to sign in."), 403)
                else:
                    response = await handler(request, **values)
            keep_named_language(request, self.services.settings, response)
            return response

        return mark_guard(checked, "staff door")  # type: ignore[return-value]

    def require_role(self, handler: PageHandler, role: Role) -> PageHandler:
        """Guard: only for signed-in staff of this role or a higher one, and forms only with their session's token.

        The handler is called with the request and the name; `request.ctx.staff` is a SignedInStaff.
        """

        @wraps(handler)
        async def checked(request: Request, **values: Any) -> HTTPResponse:
            if not self.services.settings.staff_accounts:
                raise NotFound()
            staff = await self._find_staff(request)
            if staff is None:
                return await self._ask_to_sign_in(request)
            request.ctx.staff = staff
            with use_language(staff.language):
                response = await self._respond(request, staff, handler, role, values)
            keep_named_language(request, self.services.settings, response)
            return response

        return mark_guard(checked, "staff")  # type: ignore[return-value]

    async def _find_staff(self, request: Request) -> SignedInStaff | None:
        name = await signin.find_session_name(self.backend, self.cookies.read_session(request))
        if name is None:
            return None
        return SignedInStaff(name, Role.ADMIN, find_named_language(request, self.services.settings) or ENGLISH)

    async def _respond(
        self, request: Request, staff: SignedInStaff, handler: PageHandler, role: Role, values: dict[str, Any]
    ) -> HTTPResponse:
        session = self.cookies.read_session(request)
        if request.method == "POST":
            same_site = pages.is_same_site_post(request, self.services.settings)
            if not same_site or not self.cookies.is_form_token_valid(request, form_field(request, "token")):
                return await self._refuse_form(request, staff.name)
        if staff.role < role:
            text = tr("This needs the role {role}. Ask an administrator of the office.", role=tr(ROLE_NAMES[role]))
            return self.render_notice(403, tr("Not with your role"), text)
        if request.method == "POST":
            await kept_forms.forget(self.backend, session)
        else:
            request.ctx.kept = await kept_forms.find_kept(self.backend, session, request.path)
        return await handler(request, staff.name, **values)

    async def _ask_to_sign_in(self, request: Request) -> HTTPResponse:
        """To the sign-in; a form that was posted is kept for who signed in on this browser before."""
        if request.method != "POST":
            return pages.redirect(SIGN_IN_URL)
        form = sent_forms.form_to_keep(request)
        if form is None or not pages.is_same_site_post(request, self.services.settings):
            return pages.redirect(f"{SIGN_IN_URL}?form=lost")
        kept = await kept_forms.keep_for_browser(self.backend, self.cookies.read_device(request), *form)
        return pages.redirect(f"{SIGN_IN_URL}?form={'kept' if kept else 'lost'}")

    async def _refuse_form(self, request: Request, name: str) -> HTTPResponse:
        """A form without the session's token. One that the browser calls our own, made before a new sign-in, comes
        back filled in; it is not done."""
        form = sent_forms.form_to_keep(request)
        if form is None or request.headers.get("sec-fetch-site") != "same-origin":
            text = tr("The page was too old. Nothing was booked or sent.")
            return self.render_notice(403, tr("Please try again"), text)
        await kept_forms.keep_for_session(self.backend, self.cookies.read_session(request), name, *form)
        return pages.redirect(quote(form[0]))

    async def sign_in_page(self, request: Request) -> HTTPResponse:
        words = {"kept": sent_forms.KEPT, "lost": sent_forms.LOST}
        return self._render_sign_in(words.get(str(request.args.get("form") or ""), ""))

    async def sign_in(self, request: Request) -> HTTPResponse:
        result = await signin.sign_in(
            self.backend,
            form_field(request, "name").strip(),
            form_field(request, "password"),
            source=client_source(request, self.services.settings),
            device=self.cookies.read_device(request),
        )
        if isinstance(result, signin.CodeRequired):
            return self._render_code_form(result.token)
        if isinstance(result, signin.StaffSignIn):
            return await self._finish_sign_in(request, result)
        typed = form_field(request, "name").strip()[:60]
        if result.reason == "throttled":
            return self._render_sign_in("Too many tries from here. Please wait 15 minutes.", 429, typed)
        return self._render_sign_in("Name and password do not match.", 403, typed)

    async def confirm_code(self, request: Request) -> HTTPResponse:
        """The mailed code, asked for after many failed tries when the browser is new."""
        token = form_field(request, "code_token")
        result = await signin.confirm(self.backend, token, form_field(request, "code").strip())
        if result is not None:
            return await self._finish_sign_in(request, result)
        if await sign_in_codes.is_page_valid(self.backend, token):
            return self._render_code_form(token, "That is not the code of our newest email.", 403)
        return self._render_sign_in("That code is used up or too old. Please sign in again.", 403)

    async def sign_out(self, request: Request, name: str) -> HTTPResponse:
        await signin.sign_out(self.backend, self.cookies.read_session(request), name)
        response = pages.redirect("/staff/sign-in")
        self.cookies.clear_session(response)
        return response

    async def _finish_sign_in(self, request: Request, signed_in: signin.StaffSignIn) -> HTTPResponse:
        page = await kept_forms.hand_over(self.backend, self.cookies.read_device(request), signed_in)
        response = pages.redirect(quote(page or "/staff"))
        self.cookies.set_sign_in(response, signed_in)
        return response

    async def show_queue(self, request: Request, name: str) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            queue = await views.load_queue(session, self.backend.clock.now())
        return self.render_page("inbox/desk.html", queue=queue, name=name, token=self.cookies.form_token(request))

    async def show_conversation(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            view = await views.load_conversation(session, conversation)
        if view is None:
            raise NotFound()
        await self.record_reading(name, {"conversation": conversation})
        token = self.cookies.form_token(request)
        return self.render_page(
            "inbox/talk.html",
            talk=view,
            name=name,
            token=token,
            longest=MAX_ANSWER_LENGTH,
            ticket="",
            **sent_forms.page_values(request),
        )

    async def send_answer(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        """Send the answer to the member. Card and social security numbers are taken out first."""
        text = clean_and_redact(form_field(request, "text").strip()[:MAX_ANSWER_LENGTH])
        number = form_field(request, "ticket")
        seen = _read_seen(request)
        if text:
            async with self.backend.db.transaction() as session:
                channel = await handover.send_answer(session, self.backend, conversation, text, name, seen=seen)
                ticket = await tickets.find(session, number) if number and channel else None
                if ticket is not None and ticket.conversation_id == conversation:
                    await office_tickets.mark_answered(session, self.backend, ticket, name)
            if channel == "web":
                self.services.pushes.notify(conversation)
            if channel is None:
                words = f"Please call instead. What you wrote was not sent: {text}"
                return self.render_notice(409, "No way to write there", words)
        return pages.redirect(f"/staff/tickets/{number}" if number else f"/staff/talks/{conversation}")

    async def close_handoff(self, request: Request, name: str, handover_id: int) -> HTTPResponse:
        """Close it; where the member wrote what the clerk has not seen, that is shown first."""
        try:
            async with self.backend.db.transaction() as session:
                closed = await handover.close(session, self.backend, handover_id, name, seen=_read_seen(request))
        except handover.UnreadMessages as unread:
            return self.render_page(
                "inbox/talk_close.html", 409, unread=unread, handover_id=handover_id, name=name,
                token=self.cookies.form_token(request),
            )  # fmt: skip
        if closed is not None:
            self.services.pushes.notify(closed.conversation_id)
        return pages.redirect("/staff")

    async def record_reading(self, name: str, after: dict[str, Any]) -> None:
        """Write into the audit trail what a staff member looked at."""
        async with self.backend.db.transaction() as session:
            await record(
                session,
                self.backend,
                actor=f"office:{name}"[:80],
                level=0,
                channel="office",
                act="office_read",
                account_id=None,
                after=after,
            )

    def _render_sign_in(self, trouble: str = "", status: int = 200, typed: str = "") -> HTTPResponse:
        return self.render_page("access/sign_in.html", status, trouble=trouble, typed=typed)

    def render_notice(self, status: int, heading: str, text: str) -> HTTPResponse:
        return self.render_page("notice.html", status, heading=heading, text=text)

    def _render_code_form(self, token: str, trouble: str = "", status: int = 200) -> HTTPResponse:
        return self.render_page("access/code.html", status, trouble=trouble, code_token=token)

    def render_page(self, template: str, status: int = 200, **values: Any) -> HTTPResponse:
        """A page inside the office's frame; `staff`, `areas`, `area` and the form `token` come from the request."""
        request = Request.get_current()
        staff: SignedInStaff | None = getattr(request.ctx, "staff", None)
        frame = {
            "coop": self.backend.coop,
            "staff": staff,
            "areas": list_areas(staff.role) if staff else [],
            "area": find_area(request.path),
            "token": self.cookies.form_token(request),
        }
        return pages.render_private_page(self._templates, template, status, **frame | values)


AREA_PAGES: tuple[type[AreaPages], ...] = (TicketPages, OutagePages, MoneyPages, RefundPages, ReviewPages, ReportPages)
"""The areas of the office. Each is made with the StaffPages, and lists its routes."""


def _read_seen(request: Request) -> int | None:
    """The newest message of the member's that the clerk's page showed."""
    shown = form_field(request, "seen")
    return int(shown) if SEEN.fullmatch(shown) else None


def blueprint(services: Services) -> Blueprint:
    """Everything under /staff."""
    staff = Blueprint("staff", url_prefix="/staff")
    office = StaffPages(services)
    signed_out = (
        (office.sign_in_page, "GET", "/sign-in"),
        (office.sign_in, "POST", "/sign-in"),
        (office.confirm_code, "POST", "/sign-in/code"),
    )
    signed_in: Routes = (
        (office.sign_out, "POST", "/sign-out", Role.READ),
        (office.show_queue, "GET", "/", Role.READ),
        (office.show_conversation, "GET", "/talks/<conversation:str>", Role.READ),
        (office.send_answer, "POST", "/talks/<conversation:str>/answer", Role.AGENT),
        (office.close_handoff, "POST", "/handovers/<handover_id:int>/close", Role.AGENT),
        *(route for area in AREA_PAGES for route in area(office).routes()),
    )
    for handler, method, path in signed_out:
        staff.add_route(office.allow_signed_out(handler), path, methods=route_methods(method), name=handler.__name__)
    for handler, method, path, role in signed_in:
        guarded = office.require_role(handler, role)
        staff.add_route(guarded, path, methods=route_methods(method), name=handler.__name__)
    return staff
