"""A signed-in member's browser without scripts: it posts the forms that a page has, as they are on it."""

from __future__ import annotations

import html
import re

from sqlalchemy import select

from backend.audit.models import AuditRow
from backend.consents.models import Consent
from backend.tickets.models import Ticket
from tests.bot.portal.visitor import Visitor

INPUT = re.compile(r"<input [^>]*>")
ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of the page's last form."""
    form = page[page.rindex("<form") :]
    found = {}
    for tag in INPUT.findall(form):
        attributes = dict(ATTRIBUTE.findall(tag))
        if attributes.get("type") == "hidden":
            found[attributes["name"]] = html.unescape(attributes.get("value", ""))
    return found


async def submit(visitor: Visitor, page: str, url: str, **typed: str) -> tuple[int, str]:
    """Post the page's last form with what was typed; the page that came."""
    status, answer, _ = await visitor.post(url, **(hidden_fields(page) | typed))
    return status, answer


async def confirm(visitor: Visitor, page: str, **typed: str) -> tuple[int, str]:
    """Press the button under a read-back."""
    form = page[page.rindex("<form") :]
    action = re.search(r'action="([^"]+)"', form)
    assert action, page
    return await submit(visitor, page, action[1], yes="1", **typed)


async def consents(visitor: Visitor) -> list[Consent]:
    async with visitor.services.backend.db.read_session() as session:
        query = select(Consent).where(Consent.channel == "portal").order_by(Consent.id)
        return list(await session.scalars(query))


async def tickets(visitor: Visitor) -> list[Ticket]:
    async with visitor.services.backend.db.read_session() as session:
        return list(await session.scalars(select(Ticket).order_by(Ticket.id)))


async def acts(visitor: Visitor) -> list[str]:
    """What was audited on the account page, but for signing in."""
    async with visitor.services.backend.db.read_session() as session:
        query = select(AuditRow.act).where(AuditRow.channel == "portal", AuditRow.account_id.is_not(None))
        return list(await session.scalars(query.order_by(AuditRow.id)))
