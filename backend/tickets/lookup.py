"""Read-only look-ups of tickets by conversation, account, place or phone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import list_by_actor
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.kinds import POWER_KINDS
from backend.tickets.models import Ticket
from backend.tickets.place_matching import is_specific_place, make_place_key

MAX_TICKETS = 20
CREW_DONE_PREFIX = "done, says the crew: "
"""In `outcome`, before the name of the person on call who closed it."""


async def list_for_conversation(
    session: AsyncSession, conversation_id: str, account_id: int | None, since: datetime
) -> list[Ticket]:
    """Tickets that this conversation filed or added to, and those of the account if given: open ones, then those closed
    after `since` (UTC), each the newest first."""
    added = [row for row in await list_by_actor(session, conversation_id, since) if row.act == "ticket_noted"]
    numbers = {str((row.after or {}).get("number")) for row in added}
    near = [Ticket.conversation_id == conversation_id, Ticket.number.in_(numbers)]
    near += [Ticket.account_id == account_id] if account_id is not None else []
    query = select(Ticket).where(or_(*near), or_(Ticket.status.in_(OPEN_STATUSES), Ticket.closed_at >= since))
    found = list(await session.scalars(query.order_by(Ticket.id.desc()).limit(MAX_TICKETS)))
    return sorted(found, key=lambda one: one.status not in OPEN_STATUSES)


async def find_open_outage(session: AsyncSession, conversation_id: str, account_id: int | None) -> Ticket | None:
    """The newest open outage or danger of this conversation or account."""
    near = [Ticket.conversation_id == conversation_id]
    near += [Ticket.account_id == account_id] if account_id is not None else []
    return await _find_open_power_ticket(session, near)


async def find_outage_at(session: AsyncSession, place: str | None, phone: str | None) -> Ticket | None:
    """The newest open outage or danger at this place, or reported from this phone."""
    key = make_place_key(place) if place else ""
    near = [Ticket.place_key == key] if is_specific_place(key) else []
    near += [Ticket.phone == phone] if phone else []
    return await _find_open_power_ticket(session, near) if near else None


async def _find_open_power_ticket(session: AsyncSession, near: list[ColumnElement[bool]]) -> Ticket | None:
    query = select(Ticket).where(Ticket.kind.in_(POWER_KINDS), Ticket.status.in_(OPEN_STATUSES), or_(*near))
    return await session.scalar(query.order_by(Ticket.id.desc()).limit(1))


def crew_closer(ticket: Ticket) -> str | None:
    """The name of the person on call who closed it; None when it is open or ended otherwise."""
    outcome = ticket.outcome or ""
    return outcome.removeprefix(CREW_DONE_PREFIX) if outcome.startswith(CREW_DONE_PREFIX) else None
