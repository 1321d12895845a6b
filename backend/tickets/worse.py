"""Worse news of what is open already: the ticket is raised, the words are kept, and who has it hears it, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import service as callout
from backend.callout import worse as callout_worse
from backend.reading.hazard import is_only_need
from backend.tickets import service as tickets
from backend.tickets.kinds import CALLS_OUT, DANGER, MAY_TURN_DANGEROUS
from backend.tickets.models import DENIED, UNPROVEN, Ticket
from backend.tickets.same_event import OPEN, SAME_WITHIN
from backend.tickets.signs import is_news

if TYPE_CHECKING:
    from backend.app import Backend


@dataclass(frozen=True)
class Worse:
    """What came of it. `passed_on` are true words for the member of who is being told; empty when nobody is anew."""

    ticket: Ticket
    passed_on: str
    raised: bool


async def standing(session: AsyncSession, backend: Backend, conversation_id: str) -> Ticket | None:
    """What this talk has reported, or added to, that may grow worse: danger first, else the newest; of 12 hours."""
    query = (
        select(Ticket)
        .where(Ticket.status.in_(OPEN), Ticket.created_at >= backend.clock.now() - SAME_WITHIN)
        .where(Ticket.kind.in_(CALLS_OUT | MAY_TURN_DANGEROUS))
        # the name of a conversation is told to nobody: in a note it is who told it
        .where(
            or_(
                Ticket.conversation_id == conversation_id,
                cast(Ticket.notes, Text).contains(conversation_id, autoescape=True),
            )
        )
        .order_by((Ticket.kind != DANGER), (~Ticket.urgent), Ticket.id.desc())
    )
    return await session.scalar(query.limit(1))


async def tell(
    session: AsyncSession,
    backend: Backend,
    ticket: Ticket,
    conversation_id: str,
    words: str,
    signs: frozenset[str],
    *,
    of_breath: bool = False,
) -> Worse:
    """Note `words`, raise the ticket to what `signs` tell, and have whoever has it, or is being called, told.

    `of_breath`: somebody breathes badly now, which is news of a need for power that was told before.
    """
    before = (ticket.kind, ticket.urgent)
    new = of_breath or is_news(ticket, words, signs)
    if not is_only_need(signs):
        ticket.kind = DANGER
    ticket.urgent = True
    if DENIED in ticket.details:
        ticket.details = {key: value for key, value in ticket.details.items() if key not in (DENIED, UNPROVEN)}
        await callout.hasten(session, backend, ticket)
    await tickets.add_note(session, backend, ticket, conversation_id, words)
    raised = before != (ticket.kind, ticket.urgent)
    passed_on = ""
    if raised or new:
        passed_on = await callout_worse.pass_on(session, backend, ticket, words)
    await callout.begin(session, backend, ticket)
    return Worse(ticket, passed_on, raised)
