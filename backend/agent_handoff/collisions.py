"""Keeps two people of the office from answering the same talk without knowing of each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff.models import OfficeMessage
from backend.agent_handoff.service import find_open_handoff
from backend.conversations.models import Conversation


@dataclass(frozen=True)
class Collision:
    """Why an answer was not sent yet: `newer` are others' messages that its author had not seen, the oldest first;
    `owner` is somebody else who has the talk. `is_repeat`: the same answer of the same author has gone out already."""

    newer: Sequence[OfficeMessage] = ()
    owner: str = ""
    is_repeat: bool = False


async def newest_answer(session: AsyncSession, conversation_id: str) -> int:
    """The id of the office's newest message in the talk; 0 without one."""
    query = select(func.max(OfficeMessage.id)).where(OfficeMessage.conversation_id == conversation_id)
    return await session.scalar(query) or 0


async def find_collision(
    session: AsyncSession, conversation_id: str, text: str, by: str, *, last: int, over: str
) -> Collision | None:
    """What the author `by` of the answer `text` should see before it goes out; None to send it.

    `last` is the newest of the office's messages that their page showed; `over` is the owner whom the page has named.
    Locks the talk until the end of the transaction, so that of two answers at the same time one is seen by the other.
    """
    await session.execute(select(Conversation.id).where(Conversation.id == conversation_id).with_for_update())
    query = select(OfficeMessage).where(OfficeMessage.conversation_id == conversation_id, OfficeMessage.id > last)
    newer = list(await session.scalars(query.order_by(OfficeMessage.id)))
    if any(message.author == by and message.text == text for message in newer):
        return Collision(is_repeat=True)
    others = [message for message in newer if message.author != by]
    handoff = await find_open_handoff(session, conversation_id)
    owner = handoff.owner if handoff and handoff.owner not in (None, by, over) else None
    return Collision(others, owner or "") if others or owner else None
