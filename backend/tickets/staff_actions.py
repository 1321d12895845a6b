"""What the office and the people on call do with a ticket, and the audit row of it. Functions flush."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.tickets.models import Ticket

if TYPE_CHECKING:
    from backend.app import Backend


async def record_act(
    session: AsyncSession, backend: Backend, ticket: Ticket, actor: str, act: str, before: str
) -> None:
    """Write down that `actor` did `act`; `before` is the status until then."""
    await session.flush()
    await record(
        session,
        backend,
        actor=actor[:80],
        level=0,
        channel="office",
        act=act,
        account_id=ticket.account_id,
        before={"number": ticket.number, "status": before},
        after={"number": ticket.number, "status": ticket.status},
    )


async def add_crew_note(
    session: AsyncSession, backend: Backend, ticket: Ticket, conversation_id: str, by: str, words: str
) -> None:
    """What `by`, who is on call and has shown it by the code, tells of it: signed with the name."""
    at = backend.clock.now().isoformat(timespec="seconds")
    note = {"at": at, "conversation": conversation_id, "words": words, "crew": by}
    ticket.notes = [*ticket.notes, note]
    await record_act(session, backend, ticket, f"oncall:{by}", "ticket_noted", ticket.status)
