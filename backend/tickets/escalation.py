"""Escalates an open ticket on worse news: raises it, notes the words, and informs who has it, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import service as callout
from backend.callout.escalation import relay_update
from backend.reading.hazards.hazard_signs import is_only_medical_need
from backend.tickets import service as tickets
from backend.tickets.danger_signs import is_new_information
from backend.tickets.deduplication import OPEN_STATUSES, SAME_EVENT_WINDOW
from backend.tickets.kinds import CALLOUT_KINDS, DANGER, MAY_BECOME_DANGER
from backend.tickets.models import DENIED_LABEL, UNPROVEN_LABEL, Ticket

if TYPE_CHECKING:
    from backend.app import Backend


@dataclass(frozen=True)
class Escalation:
    """The result. `relayed_text` tells the member who is being informed; empty when nobody is."""

    ticket: Ticket
    relayed_text: str
    was_raised: bool


async def find_escalatable(session: AsyncSession, backend: Backend, conversation_id: str) -> Ticket | None:
    """The open ticket of the last 12 hours that this conversation filed or added to, and that may get worse: danger
    first, then urgent, then the newest."""
    query = (
        select(Ticket)
        .where(Ticket.status.in_(OPEN_STATUSES), Ticket.created_at >= backend.clock.now() - SAME_EVENT_WINDOW)
        .where(Ticket.kind.in_(CALLOUT_KINDS | MAY_BECOME_DANGER))
        # conversation ids are secret, so one in a note can only be that of its author
        .where(
            or_(
                Ticket.conversation_id == conversation_id,
                cast(Ticket.notes, Text).contains(conversation_id, autoescape=True),
            )
        )
        .order_by((Ticket.kind != DANGER), (~Ticket.urgent), Ticket.id.desc())
    )
    return await session.scalar(query.limit(1))


async def escalate(
    session: AsyncSession,
    backend: Backend,
    ticket: Ticket,
    conversation_id: str,
    words: str,
    signs: frozenset[str],
    *,
    of_breath: bool = False,
) -> Escalation:
    """Note `words`, raise the ticket's kind and urgency by `signs`, and inform who has it or is being called.

    `of_breath`: somebody has trouble breathing now, which is news even where a medical need was reported before.
    """
    before = (ticket.kind, ticket.urgent)
    new = of_breath or is_new_information(ticket, words, signs)
    if not is_only_medical_need(signs):
        ticket.kind = DANGER
    ticket.urgent = True
    if DENIED_LABEL in ticket.details:
        ticket.details = {
            key: value for key, value in ticket.details.items() if key not in (DENIED_LABEL, UNPROVEN_LABEL)
        }
        await callout.expedite(session, backend, ticket)
    await tickets.add_note(session, backend, ticket, conversation_id, words)
    raised = before != (ticket.kind, ticket.urgent)
    relayed = await relay_update(session, backend, ticket, words) if raised or new else ""
    await callout.start_callout(session, backend, ticket)
    return Escalation(ticket, relayed, raised)
