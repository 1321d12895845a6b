"""Tickets as the office's page and `memberline tickets` list them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.callout.status import callout_to_dict
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.kinds import DANGER
from backend.tickets.models import Ticket
from backend.tickets.service import CLOSED, RESTORED_OUTCOME, WITHDRAWN

WITHDRAWN_VISIBLE_FOR, CLOSED_VISIBLE_FOR = timedelta(days=2), timedelta(days=1)


async def list_open(session: AsyncSession, limit: int = 200) -> list[Ticket]:
    """Open tickets: danger, other urgent ones, promised calls by time, then the oldest."""
    query = (
        select(Ticket)
        .where(Ticket.status.in_(OPEN_STATUSES))
        .order_by(
            (Ticket.kind == DANGER).desc(), Ticket.urgent.desc(), Ticket.due_at.is_(None), Ticket.due_at, Ticket.id
        )
        .limit(limit)
    )
    return list(await session.scalars(query))


async def list_withdrawn(session: AsyncSession, now: datetime, limit: int = 50) -> list[Ticket]:
    """Tickets withdrawn lately, the newest first: a crew may already be on its way."""
    query = select(Ticket).where(Ticket.status == WITHDRAWN, Ticket.closed_at >= now - WITHDRAWN_VISIBLE_FOR)
    return list(await session.scalars(query.order_by(Ticket.id.desc()).limit(limit)))


async def list_closed(session: AsyncSession, now: datetime, limit: int = 20) -> list[Ticket]:
    """Tickets that the office or the crew closed in the last day, the newest first; without those of ended outages."""
    done = or_(Ticket.outcome.is_(None), Ticket.outcome != RESTORED_OUTCOME)
    query = select(Ticket).where(Ticket.status == CLOSED, Ticket.closed_at >= now - CLOSED_VISIBLE_FOR, done)
    return list(await session.scalars(query.order_by(Ticket.closed_at.desc()).limit(limit)))


async def list_tickets(session: AsyncSession, *, only_open: bool = False) -> list[dict[str, Any]]:
    """All tickets as JSON data, the newest first."""
    query = select(Ticket, Account.number).outerjoin(Account, Ticket.account_id == Account.id)
    if only_open:
        query = query.where(Ticket.status.in_(OPEN_STATUSES))
    rows = await session.execute(query.order_by(Ticket.id.desc()))
    found = [(row[0], row[1]) for row in rows]
    return [await ticket_to_dict(session, ticket, number) for ticket, number in found]


async def ticket_to_dict(session: AsyncSession, ticket: Ticket, account: str | None) -> dict[str, Any]:
    """One ticket as JSON data; `account` is the account number, `words` the member's own words, `callout` who was
    alerted when, and who has it."""
    return {
        "number": ticket.number,
        "kind": ticket.kind,
        "status": ticket.status,
        "urgent": ticket.urgent,
        "account": account,
        "place": ticket.place,
        "phone": ticket.phone,
        "words": ticket.details.get("words"),
        "details": ticket.details,
        "notes": ticket.notes,
        "outcome": ticket.outcome,
        "created_at": ticket.created_at,
        "due_at": ticket.due_at,
        "closed_at": ticket.closed_at,
        "callout": await callout_to_dict(session, ticket.id) if ticket.urgent else None,
    }
