"""GET /staff and what belongs to it. Without an account in the settings none of it exists."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sanic import Blueprint, HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.audit.service import record
from backend.callout import service as callout
from backend.callout.telling import told as callout_told
from backend.handover import service as handover
from backend.logins import sign_in_codes
from backend.staff import signin
from backend.tickets import service as tickets
from backend.tickets.telling import told_by
from bot.dialogue.normalize import fit_to_keep
from bot.portal.pages import PRIVATE, content_policy, from_our_pages, see_other
from bot.services import Services
from bot.staff import views
from bot.staff.browser import StaffBrowser
from bot.staff.fields import field
from bot.staff.outages import OutagePages
from bot.web.client_source import web_source
from bot.web.guards import guarded
from bot.web.json_requests import READ

FOLDER = Path(__file__).parent / "templates"
LONGEST_ANSWER = 600
Page = Callable[..., Coroutine[Any, Any, HTTPResponse]]


class Office:
    """The pages over the services."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.backend = services.backend
        self.browser = StaffBrowser(services.settings)
        self._pages = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._pages.filters |= views.filters(services.backend)

    def at_the_door(self, handler: Page) -> Page:
        """For everyone, as long as there are accounts; a form must come from our own page."""

        @wraps(handler)
        async def checked(request: Request, **values: Any) -> HTTPResponse:
            if not self.services.settings.staff_accounts:
                raise NotFound()
            if request.method == "POST" and not from_our_pages(request, self.services.settings):
                return self._sign_in_page("Please use this page to sign in.", status=403)
            return await handler(request, **values)

        return guarded(checked, "staff door")  # type: ignore[return-value]

    def inside(self, handler: Page) -> Page:
        """Only for somebody signed in, and a form only with the token of that session."""

        @wraps(handler)
        async def checked(request: Request, **values: Any) -> HTTPResponse:
            if not self.services.settings.staff_accounts:
                raise NotFound()
            name = await signin.signed_in(self.backend, self.browser.session(request))
            if name is None:
                return see_other("/staff/sign-in")
            if request.method == "POST":
                ours = from_our_pages(request, self.services.settings)
                if not ours or not self.browser.form_is_ours(request, field(request, "token")):
                    return self.page("notice.html", 403, heading="Please try again", text="The page was too old.")
            return await handler(request, name, **values)

        return guarded(checked, "staff")  # type: ignore[return-value]

    # the door

    async def sign_in_page(self, request: Request) -> HTTPResponse:
        return self._sign_in_page("")

    async def sign_in(self, request: Request) -> HTTPResponse:
        result = await signin.sign_in(
            self.backend,
            field(request, "name").strip(),
            field(request, "password"),
            source=web_source(request, self.services.settings),
            device=self.browser.device(request),
        )
        if isinstance(result, signin.CodeWanted):
            return self._code_page(result.token)
        if isinstance(result, signin.SignedIn):
            return self._let_in(result)
        if result.reason == "throttled":
            return self._sign_in_page("Too many tries from here. Please wait 15 minutes.", status=429)
        return self._sign_in_page("Name and password do not match.", status=403)

    async def confirm(self, request: Request) -> HTTPResponse:
        """The code that was mailed, when strangers try this name and the browser is new."""
        token = field(request, "code_token")
        result = await signin.confirm(self.backend, token, field(request, "code").strip())
        if result is not None:
            return self._let_in(result)
        if await sign_in_codes.is_open(self.backend, token):
            return self._code_page(token, "That is not the code of our newest email.", 403)
        return self._sign_in_page("That code is used up or too old. Please sign in again.", status=403)

    async def sign_out(self, request: Request, name: str) -> HTTPResponse:
        await signin.sign_out(self.backend, self.browser.session(request), name)
        response = see_other("/staff/sign-in")
        self.browser.drop_session(response)
        return response

    def _let_in(self, signed_in: signin.SignedIn) -> HTTPResponse:
        response = see_other("/staff")
        self.browser.keep(response, signed_in)
        return response

    # inside

    async def desk(self, request: Request, name: str) -> HTTPResponse:
        async with self.backend.db.reading() as session:
            found = await views.desk(session, self.backend.clock.now())
        return self.page("desk.html", desk=found, name=name, token=self.browser.form_token(request))

    async def talk(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        async with self.backend.db.reading() as session:
            found = await views.talk(session, conversation)
        if found is None:
            raise NotFound()
        await self._record("office_read", name, {"conversation": conversation})
        token = self.browser.form_token(request)
        return self.page("talk.html", talk=found, name=name, token=token, longest=LONGEST_ANSWER, ticket="")

    async def ticket(self, request: Request, name: str, number: str) -> HTTPResponse:
        async with self.backend.db.reading() as session:
            found = await tickets.find(session, number)
            if found is None:
                raise NotFound()
            talk = await views.talk(session, found.conversation_id)
            account = await views.account_number(session, found.account_id)
            called = await callout.of_ticket(session, found.id)
            told = await callout_told(session, called.id) if called else []
        await self._record("office_read", name, {"ticket": number})
        token = self.browser.form_token(request)
        return self.page(
            "ticket.html", ticket=found, talk=talk, account=account, callout=called, told=told,
            name=name, token=token, longest=LONGEST_ANSWER,
        )  # fmt: skip

    async def answer(self, request: Request, name: str, conversation: str) -> HTTPResponse:
        """Send what was written; a number that must not be sent is taken out of it first."""
        text = fit_to_keep(field(request, "text").strip()[:LONGEST_ANSWER])
        number = field(request, "ticket")
        if text:
            async with self.backend.db.transaction() as session:
                way = await handover.answer(session, self.backend, conversation, text, name)
                ticket = await tickets.find(session, number) if number and way else None
                if ticket is not None and ticket.conversation_id == conversation:
                    await tickets.answered(session, self.backend, ticket, name)
            if way == "web":
                self.services.pushes.notify(conversation)
            if way is None:
                return self.page("notice.html", 409, heading="No way to write there", text="Please call instead.")
        return see_other(f"/staff/tickets/{number}" if number else f"/staff/talks/{conversation}")

    async def close(self, request: Request, name: str, handover_id: int) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            closed = await handover.close(session, self.backend, handover_id, name)
        if closed is not None:
            self.services.pushes.notify(closed.conversation_id)
        return see_other("/staff")

    async def take_ticket(self, request: Request, name: str, number: str) -> HTTPResponse:
        """Somebody of the office sees to it: the people on call are told so, and called no more."""
        async with self.backend.db.transaction() as session:
            found = await tickets.find(session, number)
            called = await callout.of_ticket(session, found.id) if found else None
            if found is None or called is None:
                raise NotFound()
            await callout.take(session, self.backend, called, found, name, "office")
        return see_other(f"/staff/tickets/{number}")

    async def close_ticket(self, request: Request, name: str, number: str) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            closed = await tickets.close(session, self.backend, number, name)
        for conversation in told_by(closed) if closed else []:
            self.services.pushes.notify(conversation)
        return see_other("/staff")

    async def _record(self, act: str, name: str, after: dict[str, Any] | None = None) -> None:
        async with self.backend.db.transaction() as session:
            await record(
                session,
                self.backend,
                actor=f"office:{name}"[:80],
                level=0,
                channel="office",
                act=act,
                account_id=None,
                after=after,
            )

    def _sign_in_page(self, trouble: str, status: int = 200) -> HTTPResponse:
        return self.page("sign_in.html", status, trouble=trouble)

    def _code_page(self, token: str, trouble: str = "", status: int = 200) -> HTTPResponse:
        return self.page("code.html", status, trouble=trouble, code_token=token)

    def page(self, template: str, status: int = 200, **values: Any) -> HTTPResponse:
        html = self._pages.get_template(template).render(coop=self.backend.coop, **values)
        headers = {**PRIVATE, "content-security-policy": content_policy()}
        return HTTPResponse(html, status=status, headers=headers, content_type="text/html; charset=utf-8")


def blueprint(services: Services) -> Blueprint:
    """Everything under /staff."""
    office = Office(services)
    staff = Blueprint("staff", url_prefix="/staff")
    door, inside = office.at_the_door, office.inside
    staff.add_route(door(office.sign_in_page), "/sign-in", methods=READ, name="sign_in_page")
    staff.add_route(door(office.sign_in), "/sign-in", methods=["POST"], name="sign_in")
    staff.add_route(door(office.confirm), "/sign-in/code", methods=["POST"], name="confirm")
    staff.add_route(inside(office.sign_out), "/sign-out", methods=["POST"], name="sign_out")
    staff.add_route(inside(office.desk), "/", methods=READ, name="desk")
    staff.add_route(inside(office.talk), "/talks/<conversation:str>", methods=READ, name="talk")
    staff.add_route(inside(office.answer), "/talks/<conversation:str>/answer", methods=["POST"], name="answer")
    staff.add_route(inside(office.close), "/handovers/<handover_id:int>/close", methods=["POST"], name="close")
    staff.add_route(inside(office.ticket), "/tickets/<number:str>", methods=READ, name="ticket")
    staff.add_route(inside(office.take_ticket), "/tickets/<number:str>/take", methods=["POST"], name="take_ticket")
    staff.add_route(inside(office.close_ticket), "/tickets/<number:str>/close", methods=["POST"], name="close_ticket")
    pages = OutagePages(office)
    staff.add_route(inside(pages.listing), "/outages", methods=READ, name="outages")
    staff.add_route(inside(pages.add), "/outages", methods=["POST"], name="add_outage")
    staff.add_route(inside(pages.update), "/outages/<outage_id:int>", methods=["POST"], name="update_outage")
    staff.add_route(inside(pages.clear), "/outages/<outage_id:int>/clear", methods=["POST"], name="clear_outage")
    return staff
