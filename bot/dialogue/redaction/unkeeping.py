"""Has the dialogue engine forget what turned out to be what must not be kept, now or as soon as it is back."""

from __future__ import annotations

import asyncio
import logging

from backend.app import Backend
from backend.conversations import inbox, unkeeping
from backend.conversations.unkeeping import Forgetting
from bot.dialogue.conversation_queue import Lanes
from bot.dialogue.engine_client import Engine, EngineError

logger = logging.getLogger("memberline.unkeeping")

RETRY_SECONDS = 5.0


class Unkeeping:
    """What is to be forgotten stands in the database, so that neither a crash nor an absent engine loses it."""

    def __init__(self, backend: Backend, engine: Engine, lanes: Lanes) -> None:
        self._backend = backend
        self._engine = engine
        self._lanes = lanes
        self._left = asyncio.Event()
        self._left.set()  # a process of before may have left some

    async def now(self, conversation: str) -> None:
        """Before the next turn of a conversation, whose turn it is. If the engine is away it is done later."""
        async with self._backend.db.reading() as session:
            rows = await unkeeping.to_forget(session, conversation)
        try:
            for row in rows:
                await self._forget(row)
        except EngineError:
            self._left.set()

    async def run(self) -> None:
        """Until cancelled: do what is left."""
        while True:
            await self._left.wait()
            self._left.clear()
            if not await self._all():
                await asyncio.sleep(RETRY_SECONDS)
                self._left.set()

    async def _all(self) -> bool:
        async with self._backend.db.reading() as session:
            rows = await unkeeping.to_forget(session)
        for row in rows:
            lane = self._lanes.of(row.conversation)
            ticket = lane.draw()
            try:
                await ticket.came()
                async with self._backend.db.reading() as session:
                    busy, _newest = await inbox.unanswered(session, row.conversation, None)
                if busy:  # a turn may be writing to what is to be changed; the next round finds it done
                    return False
                await self._forget(row)
            except EngineError as failure:
                logger.warning("the engine has still to forget something: %s", failure)
                return False
            finally:
                lane.leave(ticket)
        return True

    async def _forget(self, row: Forgetting) -> None:
        await self._engine.forget(row.conversation, row.messages)
        async with self._backend.db.transaction() as session:
            await unkeeping.forgotten(session, row.id)
