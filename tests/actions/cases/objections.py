"""Requests that a member objects to, and the notices about them."""

from __future__ import annotations

from sqlalchemy import select

from backend.app import Backend
from backend.outbox.models import OutboxMessage
from backend.tickets.models import Ticket


async def notices(backend: Backend) -> list[OutboxMessage]:
    async with backend.db.read_session() as session:
        query = select(OutboxMessage).where(OutboxMessage.purpose == "notice").order_by(OutboxMessage.id)
        return list(await session.scalars(query))


async def newest(backend: Backend) -> Ticket:
    async with backend.db.read_session() as session:
        ticket = await session.scalar(select(Ticket).order_by(Ticket.id.desc()).limit(1))
    assert ticket is not None
    return ticket
