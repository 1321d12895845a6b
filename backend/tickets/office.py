"""What the office and the crew do with tickets: answer, close, open again. Functions flush; the caller commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import service as callout
from backend.tickets import reporter_notices
from backend.tickets.deduplication import OPEN_STATUSES
from backend.tickets.history import record_staff_act
from backend.tickets.kinds import CALLOUT_KINDS
from backend.tickets.lookup import CREW_DONE_PREFIX
from backend.tickets.models import Ticket
from backend.tickets.service import ANSWERED, CLOSED, find

if TYPE_CHECKING:
    from backend.app import Backend


async def close(session: AsyncSession, backend: Backend, number: str, by: str, *, crew: bool = False) -> Ticket | None:
    """Close as done by the office user `by`, or by somebody on call (`crew`), and notify the reporters. None when no
    ticket with this number is open."""
    ticket = await find(session, number)
    if ticket is None or ticket.status not in OPEN_STATUSES:
        return None
    before = ticket.status
    ticket.status, ticket.closed_at = CLOSED, backend.clock.now()
    ticket.outcome = f"{CREW_DONE_PREFIX}{by}" if crew else None
    await record_staff_act(
        session, backend, ticket, f"oncall:{by}" if crew else f"office:{by}", "ticket_closed", before
    )
    await callout.end_callout(session, backend, ticket, by)
    if before != ANSWERED or ticket.kind in CALLOUT_KINDS:  # after an answer, the office has told them itself
        await reporter_notices.notify_closed(session, backend, ticket, by if crew else "")
    return ticket


async def mark_answered(session: AsyncSession, backend: Backend, ticket: Ticket, by: str) -> None:
    """The office user `by` has written to the reporter."""
    before = ticket.status
    if before in OPEN_STATUSES:  # a withdrawn or closed ticket stays so
        ticket.status = ANSWERED
    await record_staff_act(session, backend, ticket, f"office:{by}", "ticket_answered", before)
