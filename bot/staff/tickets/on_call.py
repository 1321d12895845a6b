"""The page behind the link in an email to someone on call: the urgent ticket, and buttons to take and close it."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import links, messages, service
from backend.callout.models import Callout
from backend.callout.roster import OnCallPerson
from backend.language import tr
from backend.tickets import office
from backend.tickets.models import Ticket
from backend.tickets.reporter_notices import reporting_conversations
from bot.portal.base_pages import PortalPages


class OnCallPages(PortalPages):
    """Only a POST takes a ticket: mail scanners open every link with a GET."""

    URL_PREFIX = "/on-call"
    PAGES = (
        ("show", "GET", "/<token:str>"),
        ("take", "POST", "/<token:str>"),
        ("done", "POST", "/<token:str>/done"),
    )

    async def show(self, _request: Request, token: str) -> HTTPResponse:
        async with self.backend.db.read_session() as session:
            found = await self._find_callout(session, token)
            if found is None:
                return self._render_invalid_link()
            callout, person, ticket = found
        return self.render_page(
            "on_call.html",
            ticket=ticket,
            callout=callout,
            # links stay in mailboxes: one of a closed call shows no details
            what="" if callout.status == service.OVER else messages.format_summary(ticket),
            name=person.name,
            token=token,
            open=callout.status in service.OPEN_STATUSES,
        )

    async def take(self, _request: Request, token: str) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            found = await self._find_callout(session, token)
            if found is None:
                return self._render_invalid_link()
            callout, person, ticket = found
            holder = await service.take(session, self.backend, callout, ticket, person.name, "link")
        if holder is None:
            return self._render_closed(ticket)
        if holder != person.name:
            return self.render_notice(tr("{name} has it", name=holder), [messages.format_taken(ticket, holder)])
        return self.render_notice(tr("You have it"), [f"{ticket.number}: {messages.format_summary(ticket)}"])

    async def done(self, _request: Request, token: str) -> HTTPResponse:
        """Close the ticket as the staff does; the members who reported it are told."""
        async with self.backend.db.transaction() as session:
            found = await self._find_callout(session, token)
            if found is None:
                return self._render_invalid_link()
            _, person, ticket = found
            closed = await office.close(session, self.backend, ticket.number, person.name, crew=True)
        for conversation in reporting_conversations(closed) if closed else []:
            self.services.pushes.notify(conversation)
        return self._render_closed(ticket)

    async def _find_callout(self, session: AsyncSession, token: str) -> tuple[Callout, OnCallPerson, Ticket] | None:
        found = await links.parse_link(session, self.backend, token)
        return found and (*found, await session.get_one(Ticket, found[0].ticket_id))

    def _render_closed(self, ticket: Ticket) -> HTTPResponse:
        texts = [tr("Nothing is to be done about {number}.", number=ticket.number)]
        return self.render_notice(tr("It is closed"), texts)

    def _render_invalid_link(self) -> HTTPResponse:
        texts = [tr("Please use the newest email or text.")]
        return self.render_notice(tr("This link is not valid"), texts, status=404)
