"""The pages under /staff. As long as nobody was let into the office they answer 404."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial, wraps
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from sanic import Blueprint, HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.audit.service import record
from backend.language import ENGLISH, tr, use_language
from backend.staff import accounts, kept_forms, sessions
from backend.staff.roles import ROLE_NAMES, Role, SignedInStaff
from bot.services import Services
from bot.staff import free_text, sent_forms, views
from bot.staff.access.audit_pages import AuditPages
from bot.staff.access.door import SIGN_IN_URL, DoorPages
from bot.staff.access.own_pages import OwnPages
from bot.staff.access.people_pages import PeoplePages
from bot.staff.calls.pages import CallPages
from bot.staff.inbox.pages import InboxPages
from bot.staff.members.act_pages import MemberActPages
from bot.staff.members.pages import MemberPages
from bot.staff.money.counter import CounterPages
from bot.staff.money.differences import DifferencePages
from bot.staff.money.pages import MoneyPages
from bot.staff.money.refunds import RefundPages
from bot.staff.navigation import find_area, list_areas
from bot.staff.outages.pages import OutagePages
from bot.staff.photos.pages import PhotoPages
from bot.staff.reports.pages import ReportPages
from bot.staff.review.pages import ReviewPages
from bot.staff.settings.history import HistoryPages
from bot.staff.settings.knowledge import KnowledgePages
from bot.staff.settings.pages import SettingsPages
from bot.staff.tickets.by_hand import NewTicketPages
from bot.staff.tickets.listing import TicketListPages
from bot.staff.tickets.pages import TicketPages
from bot.web import pages
from bot.web.cookies import SignInCookies
from bot.web.guards import mark_guard
from bot.web.json_requests import route_methods
from bot.web.languages import find_named_language, keep_named_language
from bot.web.numbers import refuse_large_ids
from bot.web.pages import form_field
from bot.web.sent_once import StillBusy, do_once

SESSION_SECONDS = int(sessions.SESSION_LIFETIME.total_seconds())
OWN_PAGES = ("/staff/me", "/staff/sign-out")
SECOND_STEP_URL = "/staff/me/codes"
EVENTS_URL = "/staff/events"


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
        self.door = DoorPages(self)
        self._templates = pages.create_templates(Path(__file__).parent / "templates")
        self._templates.filters |= views.template_filters(services.backend)

    def allow_signed_out(self, handler: PageHandler) -> PageHandler:
        """Guard of the sign-in pages: open to all once somebody was let in; forms only from our own page."""

        @wraps(handler)
        async def checked(request: Request, **values: Any) -> HTTPResponse:
            await self._refuse_without_people()
            with use_language(find_named_language(request, self.services.settings) or ENGLISH):
                if request.method == "POST" and not pages.is_same_site_post(request, self.services.settings):
                    response = self.door.render(request, trouble=tr("Please use this page to sign in."), status=403)
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
            staff = await self.find_staff(request)
            if staff is None:
                await self._refuse_without_people()
                return await self._ask_to_sign_in(request)
            refuse_large_ids(values.values())
            if request.ctx.session.needs_second_step and not request.path.startswith(OWN_PAGES):
                return pages.redirect(SECOND_STEP_URL)
            request.ctx.staff = staff
            with use_language(staff.language):
                response = await self._respond(request, staff, handler, role, values)
            keep_named_language(request, self.services.settings, response)
            return response

        return mark_guard(checked, "staff")  # type: ignore[return-value]

    async def _refuse_without_people(self) -> None:
        """404 as long as nobody was let into the office."""
        async with self.backend.db.read_session() as session:
            if not await accounts.is_office_open(session, self.backend.settings):
                raise NotFound()

    async def find_staff(self, request: Request) -> SignedInStaff | None:
        """Who is signed in on the browser that asks, None for nobody; `request.ctx.session` is the FoundSession."""
        loads_itself = request.method == "GET" and ("hx-request" in request.headers or request.path == EVENTS_URL)
        found = await sessions.find(self.backend, self.cookies.read_session(request), used=not loads_itself)
        if found is None:
            return None
        request.ctx.session = found
        language = find_named_language(request, self.services.settings) or found.login.language
        return SignedInStaff(found.login.name, found.login.role, language)

    async def _respond(
        self, request: Request, staff: SignedInStaff, handler: PageHandler, role: Role, values: dict[str, Any]
    ) -> HTTPResponse:
        session = self.cookies.read_session(request)
        if request.method == "POST":
            same_site = pages.is_same_site_post(request, self.services.settings)
            if not same_site or not self.cookies.is_form_token_valid(request, form_field(request, "token")):
                return await self._refuse_form(request, staff.name)
        if staff.role < role:
            text = tr(
                "This needs the role {role} or a higher one, and yours is {mine}. Ask somebody who has it.",
                role=tr(ROLE_NAMES[role]), mine=tr(ROLE_NAMES[staff.role]),
            )  # fmt: skip
            return self.render_notice(403, tr("Not with your role"), text)
        if request.method != "POST":
            request.ctx.kept = await kept_forms.find_kept(self.backend, session, request.path)
            return await handler(request, staff.name, **values)
        await kept_forms.forget(self.backend, session)
        if cleaned := free_text.find_cleaned(request):
            others = free_text.list_others(request, cleaned)
            action = request.path + (f"?{request.query_string}" if request.query_string else "")
            return self.render_page("words_taken_out.html", 422, cleaned=cleaned, others=others, action=action)
        if getattr(handler, "repeatable", False):
            return await handler(request, staff.name, **values)
        try:
            done = partial(handler, request, staff.name, **values)
            return await do_once(self.backend, request, form_field(request, "token"), done)
        except StillBusy:
            text = tr("The same form is being done already. Please look at the page before you send it again.")
            return self.render_notice(409, tr("One moment, please"), text)

    async def _ask_to_sign_in(self, request: Request) -> HTTPResponse:
        """To the sign-in; a form that was posted is kept for who signed in on this browser before."""
        if "hx-request" in request.headers:  # a part of a page: the whole page goes to the sign-in
            return HTTPResponse(status=401, headers={**pages.PRIVATE_HEADERS, "hx-redirect": SIGN_IN_URL})
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

    def render_notice(self, status: int, heading: str, text: str) -> HTTPResponse:
        return self.render_page("notice.html", status, heading=heading, text=text)

    def render_page(self, template: str, status: int = 200, **values: Any) -> HTTPResponse:
        """A page inside the office's frame; `staff`, `areas`, `area` and the form `token` come from the request."""
        request = Request.get_current()
        staff: SignedInStaff | None = getattr(request.ctx, "staff", None)
        frame = {
            "coop": self.backend.coop,
            "staff": staff,
            "areas": list_areas(staff.role) if staff else [],
            "area": find_area(request.path),
            "token": self.cookies.page_token(request),
        }
        return pages.render_private_page(self._templates, template, status, **frame | values)


AREA_PAGES: tuple[type[AreaPages], ...] = (
    InboxPages,
    TicketListPages,
    NewTicketPages,
    TicketPages,
    CallPages,
    OutagePages,
    MoneyPages,
    CounterPages,
    RefundPages,
    DifferencePages,
    PhotoPages,
    MemberPages,
    MemberActPages,
    SettingsPages,
    HistoryPages,
    KnowledgePages,
    PeoplePages,
    OwnPages,
    AuditPages,
    ReviewPages,
    ReportPages,
)
"""The areas of the office. Each is made with the StaffPages, and lists its routes."""


def blueprint(services: Services) -> Blueprint:
    """Everything under /staff."""
    staff = Blueprint("staff", url_prefix="/staff")
    office = StaffPages(services)
    signed_in: Routes = (
        (office.door.sign_out, "POST", "/sign-out", Role.READ),
        *(route for area in AREA_PAGES for route in area(office).routes()),
    )
    for handler, method, path in office.door.routes():
        staff.add_route(office.allow_signed_out(handler), path, methods=route_methods(method), name=handler.__name__)
    for handler, method, path, role in signed_in:
        guarded = office.require_role(handler, role)
        staff.add_route(guarded, path, methods=route_methods(method), name=handler.__name__)
    return staff
