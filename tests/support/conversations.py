"""Makes conversations without a message."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.conversations import statements
from backend.conversations.models import Conversation
from backend.conversations.service import IDLE


async def get_or_start(
    session: AsyncSession,
    backend: Backend,
    conversation_id: str,
    *,
    channel: str,
    address: str | None = None,
    source: str = "",
    attested: bool = False,
) -> Conversation:
    """The conversation, started when it is new, and marked as seen now, as the first message of it does."""
    await statements.upsert_conversation(
        session,
        conversation_id,
        backend.clock.now(),
        IDLE,
        channel=channel,
        address=address,
        source=source,
        attested=attested,
    )
    return await session.get_one(Conversation, conversation_id, populate_existing=True)
