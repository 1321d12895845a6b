"""Worse news of what is open already: the ticket is raised, the words are kept, and who has it hears it, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout import escalation as callout_worse
from backend.callout import service as callout
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
    """What came of it. `passed_on` are true words for the member of who is being told; empty when nobody is anew."""

    ticket: Ticket
    relayed_text: str
    was_raised: bool


async def find_escalatable(session: AsyncSession, backend: Backend, conversation_id: str) -> Ticket | None:
    """What this talk has reported, or added to, that may grow worse: danger first, else the newest; of 12 hours."""
    query = (
        select(Ticket)
        .where(Ticket.status.in_(OPEN_STATUSES), Ticket.created_at >= backend.clock.now() - SAME_EVENT_WINDOW)
        .where(Ticket.kind.in_(CALLOUT_KINDS | MAY_BECOME_DANGER))
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
    """Note `words`, raise the ticket to what `signs` tell, and have whoever has it, or is being called, told.

    `of_breath`: somebody breathes badly now, which is news of a need for power that was told before.
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
    passed_on = ""
    if raised or new:
        passed_on = await callout_worse.relay_update(session, backend, ticket, words)
    await callout.start_callout(session, backend, ticket)
    return Escalation(ticket, passed_on, raised)
