"""The tickets of an account as its member sees them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.billing.models import Account
from backend.language import mark, tr
from backend.tickets import service as tickets
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.kinds import CREW_KINDS
from backend.tickets.member_notices import HOLD_ONLY_TEXTS, NOTICE_TEXTS, SERVICE_TEXTS
from backend.tickets.models import Ticket

MAX_SHOWN = 20
TITLES = {
    **NOTICE_TEXTS,
    "callback": HOLD_ONLY_TEXTS["callback"],
    "danger": mark("danger"),
    "outage": mark("the power out"),
    "voltage": mark("flickering or weak power"),
    "light": mark("a street or yard light out"),
    "tree": mark("a tree near the lines"),
}


@dataclass(frozen=True)
class TicketView:
    """One ticket. `filed_on` is the co-op's local date; `can_take_back`: it was filed in this session."""

    number: str
    title: str
    status: str
    is_open: bool
    is_power: bool
    filed_on: date
    place: str
    can_take_back: bool


async def list_tickets(
    session: AsyncSession, backend: Backend, account: Account, conversation_id: str, *, of_crew: bool
) -> list[TicketView]:
    """Those of the crew, or those of the office: open ones first, the newest first."""
    of_kind = Ticket.kind.in_(CREW_KINDS) if of_crew else Ticket.kind.not_in(CREW_KINDS)
    query = select(Ticket).where(Ticket.account_id == account.id, of_kind).order_by(Ticket.id.desc()).limit(MAX_SHOWN)
    found = sorted(await session.scalars(query), key=lambda one: one.status not in OPEN_STATUSES)
    return [_view(backend, ticket, conversation_id) for ticket in found]


def ticket_title(ticket: Ticket) -> str:
    words = SERVICE_TEXTS.get(str(ticket.details.get("wish"))) or TITLES.get(ticket.kind, NOTICE_TEXTS["other"])
    title = tr(words)
    return title[:1].upper() + title[1:]


def _view(backend: Backend, ticket: Ticket, conversation_id: str) -> TicketView:
    is_ended = ticket.status in (tickets.CLOSED, tickets.WITHDRAWN)
    return TicketView(
        number=ticket.number,
        title=ticket_title(ticket),
        status=_describe_status(ticket, CREW_KINDS),
        is_open=not is_ended,
        is_power=ticket.kind in ("outage", "danger"),
        filed_on=ticket.created_at.astimezone(backend.coop.zone).date(),
        place=ticket.place or "",
        can_take_back=not is_ended
        and ticket.conversation_id == conversation_id
        and not tickets.has_callout(ticket)
        and not any(note["conversation"] != conversation_id for note in ticket.notes),
    )


def _describe_status(ticket: Ticket, crew: Collection[str]) -> str:
    if ticket.status == tickets.WITHDRAWN:
        return tr("Withdrawn")
    if ticket.status == tickets.CLOSED:
        return tr("Power is back") if ticket.outcome == tickets.RESTORED_OUTCOME else tr("Finished")
    return tr("With the crew") if ticket.kind in crew else tr("With the office")
