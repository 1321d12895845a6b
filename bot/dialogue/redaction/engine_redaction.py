"""Makes the engine forget what turned out to be secret, at once or as soon as the engine is back."""

from __future__ import annotations

import asyncio
import logging

from backend.app import Backend
from backend.conversations import history_redaction, inbox
from backend.conversations.history_redaction import EngineRedaction
from bot.dialogue.conversation_queue import ConversationQueues
from bot.dialogue.engine_client import EngineClient, EngineError

logger = logging.getLogger("memberline.unkeeping")

RETRY_SECONDS = 5.0


class EngineRedactor:
    """What is to be forgotten is listed in the database, so that neither a crash nor an absent engine loses it."""

    def __init__(self, backend: Backend, engine: EngineClient, queues: ConversationQueues) -> None:
        self._backend = backend
        self._engine = engine
        self._queues = queues
        self._pending = asyncio.Event()
        self._pending.set()  # an earlier process may have left some

    def notify(self) -> None:
        """Send pending redactions soon."""
        self._pending.set()

    async def redact_conversation(self, conversation: str) -> None:
        """Send a conversation's redactions before its next turn; if the engine is away, `run` sends them later."""
        async with self._backend.db.read_session() as session:
            rows = await history_redaction.list_pending_redactions(session, conversation)
        try:
            for row in rows:
                await self._send_redaction(row)
        except EngineError:
            self._pending.set()

    async def run(self) -> None:
        """Send pending redactions, until canceled."""
        while True:
            await self._pending.wait()
            self._pending.clear()
            if not await self._redact_all():
                await asyncio.sleep(RETRY_SECONDS)
                self._pending.set()

    async def _redact_all(self) -> bool:
        async with self._backend.db.read_session() as session:
            rows = await history_redaction.list_pending_redactions(session)
        for row in rows:
            queue = self._queues.get_queue(row.conversation)
            place = queue.take_place()
            try:
                await place.wait_for_turn()
                async with self._backend.db.read_session() as session:
                    busy, _newest = await inbox.unanswered_state(session, row.conversation, None)
                if busy:  # a turn may be writing to the same history; try again next time
                    return False
                await self._send_redaction(row)
            except EngineError as failure:
                logger.warning("the engine has still to forget something: %s", failure)
                return False
            finally:
                queue.leave_place(place)
        return True

    async def _send_redaction(self, row: EngineRedaction) -> None:
        await self._engine.forget(row.conversation, row.messages)
        async with self._backend.db.transaction() as session:
            await history_redaction.delete_pending_redaction(session, row.id)
