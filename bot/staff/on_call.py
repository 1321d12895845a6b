"""The page behind the link in an email to somebody on call: what it is about, buttons that take and close it."""

from __future__ import annotations

from typing import Any

from sanic import Blueprint, HTTPResponse, Request
from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import links, messages, service
from backend.callout.models import Callout
from backend.callout.roster import OnCallPerson
from backend.language import tr
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from backend.tickets.reporter_notices import reporting_conversations
from bot.portal.base_pages import PortalPages
from bot.services import Services


class OnCallPages(PortalPages):
    """GET shows, POST takes: mail scanners open every link, and must not take a ticket that way."""

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
        values: dict[str, Any] = {"ticket": ticket, "callout": callout, "what": ""}
        if callout.status != service.OVER:  # a link lies about in a mailbox: of what is over it tells nothing
            values["what"] = messages.format_summary(ticket)
        return self.render_page(
            "on_call.html", name=person.name, token=token, open=callout.status in service.OPEN_STATUSES, **values
        )

    async def take(self, _request: Request, token: str) -> HTTPResponse:
        async with self.backend.db.transaction() as session:
            found = await self._find_callout(session, token)
            if found is None:
                return self._render_invalid_link()
            callout, person, ticket = found
            has = await service.take(session, self.backend, callout, ticket, person.name, "link")
        if has is None:
            return self.render_notice(
                tr("It is closed"), [tr("Nothing is to be done about {number}.", number=ticket.number)]
            )
        if has != person.name:
            return self.render_notice(tr("{name} has it", name=has), [messages.format_taken(ticket, has)])
        return self.render_notice(tr("You have it"), [f"{ticket.number}: {messages.format_summary(ticket)}"])

    async def done(self, _request: Request, token: str) -> HTTPResponse:
        """It is seen to: closed as the office closes it, and who told of it hears so."""
        async with self.backend.db.transaction() as session:
            found = await self._find_callout(session, token)
            if found is None:
                return self._render_invalid_link()
            _, person, ticket = found
            closed = await tickets.close(session, self.backend, ticket.number, person.name, crew=True)
        for conversation in reporting_conversations(closed) if closed else []:
            self.services.pushes.notify(conversation)
        return self.render_notice(
            tr("It is closed"), [tr("Nothing is to be done about {number}.", number=ticket.number)]
        )

    async def _find_callout(self, session: AsyncSession, token: str) -> tuple[Callout, OnCallPerson, Ticket] | None:
        found = await links.parse_link(session, self.backend, token)
        return found and (*found, await session.get_one(Ticket, found[0].ticket_id))

    def _render_invalid_link(self) -> HTTPResponse:
        return self.render_notice(
            tr("This link is not valid"), [tr("Please use the newest email or text.")], status=404
        )


def blueprint(services: Services) -> Blueprint:
    """Everything under /on-call."""
    routes = Blueprint("on_call", url_prefix="/on-call")
    OnCallPages(services).register(routes)
    return routes
