"""The staff's pages about tickets: find one, read it, take it over, close it with words, open it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sanic import HTTPResponse, Request
from sanic.exceptions import NotFound

from backend.billing.models import Account
from backend.callout import service as callout
from backend.callout.delivery import list_notices
from backend.confirmation_numbers import normalize_number
from backend.outage.forwarding import find_forwarded
from backend.staff.roles import Role
from backend.tickets import office
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from backend.tickets.reporter_notices import reporting_conversations
from bot.dialogue.normalize import clean_and_redact
from bot.staff import sent_forms, views
from bot.web import pages
from bot.web.pages import form_field

if TYPE_CHECKING:
    from bot.staff.routes import Routes, StaffPages

MAX_ANSWER_LENGTH = 600
EARLY = "Nothing was closed: this call is promised for later. Say what was done, such as: called at 9, all is clear."
CHANGED = "Nothing was closed: something was told meanwhile. It stands under Told later. Please read it first."
NOT_AGAIN = "It can be opened again for a day after it was closed, and not where the people on call were told of it."


class TicketPages:
    """The routes below /staff/tickets. `staff` has the sign-in, the form tokens and the templates."""

    def __init__(self, staff: StaffPages) -> None:
        self.staff = staff
        self.backend = staff.backend

    def routes(self) -> Routes:
        return (
            (self.find_ticket, "GET", "/tickets", Role.READ),
            (self.show_ticket, "GET", "/tickets/<number:str>", Role.READ),
            (self.take_ticket, "POST", "/tickets/<number:str>/take", Role.AGENT),
            (self.close_ticket, "POST", "/tickets/<number:str>/close", Role.AGENT),
            (self.reopen_ticket, "POST", "/tickets/<number:str>/reopen", Role.AGENT),
        )

    async def find_ticket(self, request: Request, name: str) -> HTTPResponse:
        """By its number, open or closed."""
        typed = str(request.args.get("number") or "").strip()
        number = normalize_number(typed)
        async with self.backend.db.read_session() as session:
            ticket = await tickets.find(session, number) if number else None
        if ticket is None:
            words = f"No ticket has the number {clean_and_redact(typed)[:40]}." if typed else "Type a ticket number."
            return self.staff.render_notice(404, "Not found", words)
        return pages.redirect(f"/staff/tickets/{ticket.number}")

    async def show_ticket(self, request: Request, name: str, number: str) -> HTTPResponse:
        return await self._render_ticket(request, name, number)

    async def _render_ticket(
        self, request: Request, name: str, number: str, *, close_trouble: str = "", status: int = 200
    ) -> HTTPResponse:
        """`close_trouble` is why the form that closes it was refused."""
        async with self.backend.db.read_session() as session:
            ticket = await tickets.find(session, number)
            if ticket is None:
                raise NotFound()
            talk = await views.load_conversation(session, ticket.conversation_id)
            account = await session.get(Account, ticket.account_id) if ticket.account_id else None
            ticket_callout = await callout.find_callout(session, ticket.id)
            notices = await list_notices(session, ticket_callout.id) if ticket_callout else []
            forwarded = (await find_forwarded(session, [ticket.id])).get(ticket.id)
        await self.staff.record_reading(name, {"ticket": number})
        return self.staff.render_page(
            "tickets/ticket.html", status, ticket=ticket, talk=talk, account=account, callout=ticket_callout,
            notices=notices, forwarded=forwarded, name=name, longest=MAX_ANSWER_LENGTH,
            can_reopen=office.can_reopen(self.backend, ticket), needs_words=office.needs_words(self.backend, ticket),
            is_late=ticket.due_at is not None and ticket.due_at < self.backend.clock.now(),
            close_trouble=close_trouble, done=form_field(request, "done"), **sent_forms.page_values(request),
        )  # fmt: skip

    async def take_ticket(self, request: Request, name: str, number: str) -> HTTPResponse:
        """Take over an urgent ticket: the people on call are told so, and called no more."""
        async with self.backend.db.transaction() as session:
            ticket = await tickets.find(session, number)
            ticket_callout = await callout.find_callout(session, ticket.id) if ticket else None
            if ticket is None or ticket_callout is None:
                raise NotFound()
            await callout.take(session, self.backend, ticket_callout, ticket, name, "office")
        return pages.redirect(f"/staff/tickets/{number}")

    async def close_ticket(self, request: Request, name: str, number: str) -> HTTPResponse:
        """Close it with the words of what was done. A call that is promised for later needs them."""
        done = clean_and_redact(form_field(request, "done").strip()[:MAX_ANSWER_LENGTH])
        async with self.backend.db.transaction() as session:
            ticket = await tickets.find(session, number)
            if ticket is None:
                raise NotFound()
            trouble = self._find_close_trouble(request, ticket, done)
            closed = None if trouble else await office.close(session, self.backend, number, name, done=done)
        if trouble:
            return await self._render_ticket(request, name, number, close_trouble=trouble, status=422)
        for conversation in reporting_conversations(closed) if closed else []:
            self.staff.services.pushes.notify(conversation)
        return pages.redirect("/staff")

    def _find_close_trouble(self, request: Request, ticket: Ticket, done: str) -> str:
        """Why it is not closed with this form; empty when it may be."""
        shown = form_field(request, "notes")
        if shown.isdecimal() and int(shown) < len(ticket.notes):
            return CHANGED
        return EARLY if office.needs_words(self.backend, ticket) and not done else ""

    async def reopen_ticket(self, request: Request, name: str, number: str) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            opened = await office.reopen(session, self.backend, number, name)
        if opened is None:
            return self.staff.render_notice(409, "Not opened again", NOT_AGAIN)
        for conversation in reporting_conversations(opened):
            self.staff.services.pushes.notify(conversation)
        return pages.redirect(f"/staff/tickets/{number}")
