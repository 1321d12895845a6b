"""What is known of a report: by a talk, for an account, at a place or from a phone. Nothing is changed here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import list_by_actor
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.kinds import POWER_KINDS
from backend.tickets.models import Ticket
from backend.tickets.place_matching import is_specific_place, make_place_key

MAX_TICKETS = 20  # tickets of one conversation and account that are looked at
CREW_DONE_PREFIX = "done, says the crew: "
"""Stands before the name of who on call closed it."""


async def list_for_conversation(
    session: AsyncSession, conversation_id: str, account_id: int | None, since: datetime
) -> list[Ticket]:
    """What this conversation told, alone or after others, and what is open for the account, where one is given.

    What is open comes first, and then what was closed after `since` (UTC); each the newest first.
    """
    added = [row for row in await list_by_actor(session, conversation_id, since) if row.act == "ticket_noted"]
    numbers = {str((row.after or {}).get("number")) for row in added}
    near = [Ticket.conversation_id == conversation_id, Ticket.number.in_(numbers)]
    near += [Ticket.account_id == account_id] if account_id is not None else []
    query = select(Ticket).where(or_(*near), or_(Ticket.status.in_(OPEN_STATUSES), Ticket.closed_at >= since))
    found = list(await session.scalars(query.order_by(Ticket.id.desc()).limit(MAX_TICKETS)))
    return sorted(found, key=lambda one: one.status not in OPEN_STATUSES)


async def find_open_outage(session: AsyncSession, conversation_id: str, account_id: int | None) -> Ticket | None:
    """The newest open outage or danger that this conversation, or anybody for this account, has told of."""
    near = [Ticket.conversation_id == conversation_id]
    near += [Ticket.account_id == account_id] if account_id is not None else []
    query = select(Ticket).where(Ticket.kind.in_(POWER_KINDS), Ticket.status.in_(OPEN_STATUSES), or_(*near))
    return await session.scalar(query.order_by(Ticket.id.desc()).limit(1))


async def find_outage_at(session: AsyncSession, place: str | None, phone: str | None) -> Ticket | None:
    """The newest open outage or danger that was told for this place, or from this phone."""
    key = make_place_key(place) if place else ""
    near = [Ticket.place_key == key] if is_specific_place(key) else []
    near += [Ticket.phone == phone] if phone else []
    if not near:
        return None
    query = select(Ticket).where(Ticket.kind.in_(POWER_KINDS), Ticket.status.in_(OPEN_STATUSES), or_(*near))
    return await session.scalar(query.order_by(Ticket.id.desc()).limit(1))


def crew_closer(ticket: Ticket) -> str | None:
    """The name of who on call said that it is done; None when it is open, or ended in another way."""
    outcome = ticket.outcome or ""
    return outcome.removeprefix(CREW_DONE_PREFIX) if outcome.startswith(CREW_DONE_PREFIX) else None
