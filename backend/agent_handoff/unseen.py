"""What members wrote that nobody at the office has answered: it puts an answered handoff back into the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import transcript
from backend.agent_handoff.models import AgentHandoff
from backend.conversations.models import InboundMessage

MAX_WORDS = 160


@dataclass(frozen=True)
class UnseenMessages:
    """The messages since the office's last answer, or since the request; `newest` has its secrets masked."""

    count: int
    newest: str
    at: datetime


async def newest_seen(session: AsyncSession, conversation_id: str) -> int:
    """The newest message that is answered or being answered; 0 without. Those queued behind it are for the person."""
    query = select(func.max(InboundMessage.id)).where(
        InboundMessage.conversation_id == conversation_id,
        (InboundMessage.status != "received") | InboundMessage.begun,
    )
    return await session.scalar(query) or 0


async def first_unseen(session: AsyncSession, conversation_id: str, seen: int) -> InboundMessage | None:
    query = select(InboundMessage).where(InboundMessage.conversation_id == conversation_id, InboundMessage.id > seen)
    return await session.scalar(query.order_by(InboundMessage.id).limit(1))


async def list_unseen(session: AsyncSession, handoff: AgentHandoff, seen: int) -> list[InboundMessage]:
    """What the member wrote after `seen`, and after what the handoff's summary has as seen; the oldest first."""
    known = handoff.summary.get("seen")
    if known is None and not seen:
        return []  # one of an earlier version
    query = select(InboundMessage).where(
        InboundMessage.conversation_id == handoff.conversation_id, InboundMessage.id > max(seen, known or 0)
    )
    return list(await session.scalars(query.order_by(InboundMessage.id)))


async def load_unseen(session: AsyncSession, handoffs: Sequence[AgentHandoff]) -> dict[int, UnseenMessages]:
    """By the id of the handoff, where there are any."""
    query = (
        select(AgentHandoff.id, func.count(), func.max(InboundMessage.id))
        .join(InboundMessage, InboundMessage.conversation_id == AgentHandoff.conversation_id)
        .where(
            AgentHandoff.id.in_([each.id for each in handoffs]),
            InboundMessage.id > AgentHandoff.summary["seen"].as_integer(),
        )
        .group_by(AgentHandoff.id)
    )
    found = [(row[0], row[1], row[2]) for row in await session.execute(query)]
    newest = select(InboundMessage).where(InboundMessage.id.in_([each[2] for each in found]))
    messages = {message.id: message for message in await session.scalars(newest)}
    return {
        handoff_id: UnseenMessages(
            count, transcript.member_words(messages[newest_id])[:MAX_WORDS], messages[newest_id].received_at
        )
        for handoff_id, count, newest_id in found
    }


async def load_last_words(session: AsyncSession, conversation_ids: Sequence[str]) -> dict[str, str]:
    """The member's newest words by conversation, with secrets masked."""
    newest = (
        select(func.max(InboundMessage.id))
        .where(InboundMessage.conversation_id.in_(conversation_ids))
        .group_by(InboundMessage.conversation_id)
    )
    found = await session.scalars(select(InboundMessage).where(InboundMessage.id.in_(newest)))
    return {message.conversation_id: transcript.member_words(message)[:MAX_WORDS] for message in found}


def change_summary(handoff: AgentHandoff, **values: Any) -> None:
    """Set values of the summary; None takes one out."""
    changed = {**handoff.summary, **values}
    handoff.summary = {name: value for name, value in changed.items() if value is not None}
