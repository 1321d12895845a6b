"""Has the dialogue engine forget what turned out to be what must not be kept, now or as soon as it is back."""

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
    """What is to be forgotten stands in the database, so that neither a crash nor an absent engine loses it."""

    def __init__(self, backend: Backend, engine: EngineClient, lanes: ConversationQueues) -> None:
        self._backend = backend
        self._engine = engine
        self._lanes = lanes
        self._left = asyncio.Event()
        self._left.set()  # a process of before may have left some

    async def redact_conversation(self, conversation: str) -> None:
        """Before the next turn of a conversation, whose turn it is. If the engine is away it is done later."""
        async with self._backend.db.read_session() as session:
            rows = await history_redaction.list_pending_redactions(session, conversation)
        try:
            for row in rows:
                await self._send_redaction(row)
        except EngineError:
            self._left.set()

    async def run(self) -> None:
        """Until cancelled: do what is left."""
        while True:
            await self._left.wait()
            self._left.clear()
            if not await self._redact_all():
                await asyncio.sleep(RETRY_SECONDS)
                self._left.set()

    async def _redact_all(self) -> bool:
        async with self._backend.db.read_session() as session:
            rows = await history_redaction.list_pending_redactions(session)
        for row in rows:
            lane = self._lanes.get_queue(row.conversation)
            ticket = lane.take_place()
            try:
                await ticket.wait_for_turn()
                async with self._backend.db.read_session() as session:
                    busy, _newest = await inbox.unanswered_state(session, row.conversation, None)
                if busy:  # a turn may be writing to what is to be changed; the next round finds it done
                    return False
                await self._send_redaction(row)
            except EngineError as failure:
                logger.warning("the engine has still to forget something: %s", failure)
                return False
            finally:
                lane.leave_place(ticket)
        return True

    async def _send_redaction(self, row: EngineRedaction) -> None:
        await self._engine.forget(row.conversation, row.messages)
        async with self._backend.db.transaction() as session:
            await history_redaction.delete_pending_redaction(session, row.id)
