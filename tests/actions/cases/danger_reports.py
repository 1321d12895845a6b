"""A report of danger, and what the crew was sent about it."""

from __future__ import annotations

from sqlalchemy import select

from backend.outbox.models import OutboxMessage
from backend.tickets.models import Ticket
from tests.support.harness.talk import Talk

WIRE = "a wire is down in my yard at 14 Mill Road"


async def tickets(talk: Talk) -> list[Ticket]:
    async with talk.backend.db.read_session() as session:
        return list(await session.scalars(select(Ticket).order_by(Ticket.id)))


async def texts(talk: Talk, holding: str = "") -> list[str]:
    async with talk.backend.db.read_session() as session:
        found = await session.scalars(select(OutboxMessage).where(OutboxMessage.purpose == "callout"))
        return [one.body for one in found if one.kind == "sms" and holding in one.body]
