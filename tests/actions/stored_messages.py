"""Messages as the edge stores them before a turn."""

from __future__ import annotations

from backend.conversations import service as conversations
from tests.support.harness.talk import Talk


async def write_down(talk: Talk, message: str) -> int:
    """Write a message down as the edge does before it asks the engine."""
    backend = talk.backend
    async with backend.db.transaction() as session:
        recorded = await conversations.record_inbound(
            session,
            backend,
            channel=talk.channel,
            provider_id=message,
            conversation_id=talk.log.conversation_id,
            text="",
        )
    talk.message_id = message
    return recorded.id
