"""Opening, finding and closing tickets. Functions flush; the caller commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.conversations.models import Conversation
from backend.language import SPANISH, current
from backend.payments import confirmation
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend

OPEN = ("open", "answered")


async def open_ticket(
    session: AsyncSession,
    backend: Backend,
    conversation_id: str,
    *,
    kind: str,
    details: Mapping[str, str],
    account_id: int | None = None,
    urgent: bool = False,
    due_at: datetime | None = None,
) -> Ticket:
    """A new ticket. The same wish of the same conversation, still open, is found again and not opened twice.

    `details` are in English; that the member speaks Spanish is added to them.
    """
    details = {**details, "language": "Spanish"} if current() == SPANISH else dict(details)
    same = await _same(session, conversation_id, kind, details)
    if same is not None:
        return same
    conversation = await session.get_one(Conversation, conversation_id)
    ticket = Ticket(
        number=await _fresh_number(session),
        kind=kind,
        urgent=urgent,
        account_id=account_id,
        conversation_id=conversation_id,
        details=details,
        due_at=due_at,
        created_at=backend.clock.now(),
    )
    session.add(ticket)
    await session.flush()
    await record(
        session,
        backend,
        actor=conversation_id,
        level=int(conversation.level),
        channel=conversation.channel,
        act=f"ticket_{kind}",
        account_id=account_id,
        after={"number": ticket.number, "urgent": urgent},
    )
    return ticket


async def add_details(session: AsyncSession, ticket: Ticket, more: Mapping[str, str]) -> None:
    """Write down what was said after it was opened."""
    ticket.details = {**ticket.details, **more}
    await session.flush()


async def close(session: AsyncSession, backend: Backend, number: str, by: str) -> Ticket | None:
    """Done, says the office user `by`. None when there is none open with this number."""
    ticket = await find(session, number)
    if ticket is None or ticket.status not in OPEN:
        return None
    before = ticket.status
    ticket.status, ticket.closed_at = "closed", backend.clock.now()
    await _by_office(session, backend, ticket, by, "ticket_closed", before)
    return ticket


async def answered(session: AsyncSession, backend: Backend, ticket: Ticket, by: str) -> None:
    """The office user `by` has written to whoever opened it."""
    before = ticket.status
    ticket.status = "answered"
    await _by_office(session, backend, ticket, by, "ticket_answered", before)


async def _by_office(session: AsyncSession, backend: Backend, ticket: Ticket, by: str, act: str, before: str) -> None:
    await session.flush()
    await record(
        session,
        backend,
        actor=f"office:{by}",
        level=0,
        channel="office",
        act=act,
        account_id=ticket.account_id,
        before={"number": ticket.number, "status": before},
        after={"number": ticket.number, "status": ticket.status},
    )


async def find(session: AsyncSession, number: str) -> Ticket | None:
    return await session.scalar(select(Ticket).where(Ticket.number == number))


async def listing(session: AsyncSession, limit: int = 200) -> list[Ticket]:
    """What is open: danger first, then what else is urgent, promised calls by their time, the oldest."""
    danger = and_(Ticket.urgent, Ticket.kind == "outage")
    query = (
        select(Ticket)
        .where(Ticket.status.in_(OPEN))
        .order_by(danger.desc(), Ticket.urgent.desc(), Ticket.due_at.is_(None), Ticket.due_at, Ticket.id)
        .limit(limit)
    )
    return list(await session.scalars(query))


async def _same(session: AsyncSession, conversation_id: str, kind: str, details: Mapping[str, str]) -> Ticket | None:
    query = select(Ticket).where(
        Ticket.conversation_id == conversation_id, Ticket.kind == kind, Ticket.status.in_(OPEN)
    )
    # what was added since does not make it another wish
    return next((one for one in await session.scalars(query) if dict(details).items() <= one.details.items()), None)


async def _fresh_number(session: AsyncSession) -> str:
    """Read out like a confirmation number, and never the same as one."""
    while True:
        number = await confirmation.fresh(session)
        if await find(session, number) is None:
            return number
