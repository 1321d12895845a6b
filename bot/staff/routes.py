"""The pages under /staff. Without accounts in STAFF_ACCOUNTS they answer 404."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sanic import Blueprint, HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.agent_handoff import service as handover
from backend.audit.service import record
from backend.logins import sign_in_codes
from backend.staff import kept_forms, signin
from backend.tickets import office as office_tickets
from backend.tickets import service as tickets
from bot.channels.senders import client_source
from bot.dialogue.normalize import clean_and_redact
from bot.services import Services
from bot.staff import sent_forms, views
from bot.staff.money import MoneyPages
from bot.staff.outages import OutagePages
from bot.staff.refunds import RefundPages
from bot.staff.tickets import TicketPages
from bot.web import pages
from bot.web.cookies import SignInCookies
from bot.web.guards import mark_guard
from bot.web.json_requests import route_methods
from bot.web.pages import form_field

MAX_ANSWER_LENGTH = 600
SEEN = re.compile(r"\d{1,18}", re.ASCII)
SESSION_SECONDS = int(signin.SESSION_LIFETIME.total_seconds())
SIGN_IN_URL = "/staff/sign-in"
PageHandler = Callable[..., Coroutine[Any, Any, HTTPResponse]]
Routes = tuple[tuple[PageHandler, str, str], ...]


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
            if request.method == "POST" and not pages.is_same_site_post(request, self.services.settings):
                return self._render_sign_in("Please use this page to sign in.", 403)
            return await handler(request, **values)

        return mark_guard(checked, "staff door")  # type: ignore[return-value]

    def require_sign_in(self, handler: PageHandler) -> PageHandler:
        """Guard: only for signed-in staff, and forms only with the token of their session."""

        @wraps(handler)
        async def checked(request: Request, **values: Any) -> HTTPResponse:
            if not self.services.settings.staff_accounts:
                raise NotFound()
            name = await signin.find_session_name(self.backend, self.cookies.read_session(request))
            if name is None:
                return await self._ask_to_sign_in(request)
            session = self.cookies.read_session(request)
            if request.method == "POST":
                same_site = pages.is_same_site_post(request, self.services.settings)
                if not same_site or not self.cookies.is_form_token_valid(request, form_field(request, "token")):
                    return await self._refuse_form(request, name)
                await kept_forms.forget(self.backend, session)
            else:
                request.ctx.kept = await kept_forms.find_kept(self.backend, session, request.path)
            return await handler(request, name, **values)

        return mark_guard(checked, "staff")  # type: ignore[return-value]

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
            return self.render_notice(403, "Please try again", "The page was too old. Nothing was booked or sent.")
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
        return self.render_page("desk.html", queue=queue, name=name, token=self.cookies.form_token(request))

    async def show_conversation(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            view = await views.load_conversation(session, conversation)
        if view is None:
            raise NotFound()
        await self.record_reading(name, {"conversation": conversation})
        token = self.cookies.form_token(request)
        return self.render_page(
            "talk.html",
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
                "talk_close.html", 409, unread=unread, handover_id=handover_id, name=name,
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
        return self.render_page("sign_in.html", status, trouble=trouble, typed=typed)

    def render_notice(self, status: int, heading: str, text: str) -> HTTPResponse:
        return self.render_page("notice.html", status, heading=heading, text=text)

    def _render_code_form(self, token: str, trouble: str = "", status: int = 200) -> HTTPResponse:
        return self.render_page("code.html", status, trouble=trouble, code_token=token)

    def render_page(self, template: str, status: int = 200, **values: Any) -> HTTPResponse:
        return pages.render_private_page(self._templates, template, status, coop=self.backend.coop, **values)


def _read_seen(request: Request) -> int | None:
    """The newest message of the member's that the clerk's page showed."""
    shown = form_field(request, "seen")
    return int(shown) if SEEN.fullmatch(shown) else None


def blueprint(services: Services) -> Blueprint:
    """Everything under /staff."""
    staff = Blueprint("staff", url_prefix="/staff")
    office = StaffPages(services)
    signed_out: Routes = (
        (office.sign_in_page, "GET", "/sign-in"),
        (office.sign_in, "POST", "/sign-in"),
        (office.confirm_code, "POST", "/sign-in/code"),
    )
    signed_in: Routes = (
        (office.sign_out, "POST", "/sign-out"),
        (office.show_queue, "GET", "/"),
        (office.show_conversation, "GET", "/talks/<conversation:str>"),
        (office.send_answer, "POST", "/talks/<conversation:str>/answer"),
        (office.close_handoff, "POST", "/handovers/<handover_id:int>/close"),
        *TicketPages(office).routes(),
        *OutagePages(office).routes(),
        *MoneyPages(office).routes(),
        *RefundPages(office).routes(),
    )
    for guard, routes in ((office.allow_signed_out, signed_out), (office.require_sign_in, signed_in)):
        for handler, method, path in routes:
            staff.add_route(guard(handler), path, methods=route_methods(method), name=handler.__name__)
    return staff
