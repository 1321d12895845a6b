"""Redacts stored data of a conversation that turned out to contain something that must not be kept.

The dialogue engine has its own store; the table `unkept` lists what is still to be redacted there, in redacted form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.models import AgentHandoff
from backend.conversations.models import Conversation, InboundMessage, PendingRedaction, PushEvent
from backend.outbox.models import OutboxMessage
from backend.tickets.models import Ticket

TextChange = Callable[[str], str]


@dataclass(frozen=True)
class EngineRedaction:
    """A detached row of `unkept`."""

    id: int
    conversation: str
    messages: dict[str, str]


async def rewrite(
    session: AsyncSession, conversation_id: str, since: datetime, texts: Mapping[int, str], change: TextChange
) -> None:
    """Replace message texts by row id, and apply `change` to everything derived from them since `since`: answers, page
    events, outgoing texts, tickets, handoff summaries. Queues the redaction in the engine's store."""
    rows = await session.scalars(
        select(InboundMessage).where(
            InboundMessage.conversation_id == conversation_id, InboundMessage.received_at >= since
        )
    )
    forgotten: dict[str, str] = {}
    for row in rows:
        if row.id in texts:
            row.text = texts[row.id]
            forgotten[row.provider_id] = row.text
        if row.reply is not None:
            row.reply = apply_to_texts(row.reply, change)
    await _rewrite_derived(session, conversation_id, since, change, list(forgotten))
    session.add(PendingRedaction(conversation_id=conversation_id, messages=forgotten, at=since))
    await session.flush()


async def _rewrite_derived(
    session: AsyncSession, conversation_id: str, since: datetime, change: TextChange, provider_ids: list[str]
) -> None:
    conversation = await session.get(Conversation, conversation_id, populate_existing=True)
    if conversation is not None:
        conversation.offered = apply_to_texts(conversation.offered, change)
    events = select(PushEvent).where(PushEvent.conversation_id == conversation_id, PushEvent.at >= since)
    for event in await session.scalars(events):
        event.data = apply_to_texts(event.data, change)
    for ticket in await session.scalars(select(Ticket).where(Ticket.conversation_id == conversation_id)):
        ticket.details, ticket.notes = apply_to_texts(ticket.details, change), apply_to_texts(ticket.notes, change)
        ticket.place = change(ticket.place) if ticket.place else ticket.place
    for handoff in await session.scalars(select(AgentHandoff).where(AgentHandoff.conversation_id == conversation_id)):
        handoff.summary = apply_to_texts(handoff.summary, change)
    for name in provider_ids:
        late = select(OutboxMessage).where(OutboxMessage.dedupe_key.startswith(f"reply:{name}:", autoescape=True))
        for message in await session.scalars(late):
            message.body = change(message.body)


def apply_to_texts(value: Any, change: TextChange) -> Any:
    """Apply `change` to every string in a JSON value."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [apply_to_texts(one, change) for one in value]
    if isinstance(value, dict):
        return {name: apply_to_texts(one, change) for name, one in value.items()}
    return value


async def list_pending_redactions(session: AsyncSession, conversation_id: str | None = None) -> list[EngineRedaction]:
    """Redactions pending in the engine, of one conversation or of all, the oldest first."""
    query = select(PendingRedaction).order_by(PendingRedaction.id)
    if conversation_id is not None:
        query = query.where(PendingRedaction.conversation_id == conversation_id)
    return [EngineRedaction(row.id, row.conversation_id, dict(row.messages)) for row in await session.scalars(query)]


async def delete_pending_redaction(session: AsyncSession, row_id: int) -> None:
    await session.execute(delete(PendingRedaction).where(PendingRedaction.id == row_id))
