"""This process's messages: those that it answers now, and the signs of life by which others know that it does."""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import Any

from backend.app import Backend
from backend.conversations import inbox

logger = logging.getLogger("memberline.leases")

RENEW_SECONDS = 1.0


class MessageLeases:
    """`owner` names this process in the inbox for as long as it runs."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.owner = uuid.uuid4().hex
        self._held: set[int] = set()

    def __contains__(self, inbound_id: int) -> bool:
        return inbound_id in self._held

    def hold(self, inbound_id: int) -> None:
        """From now on renew the lease of this message."""
        self._held.add(inbound_id)

    def drop(self, inbound_id: int) -> None:
        """Its lease runs out, unless it is answered or released."""
        self._held.discard(inbound_id)

    async def run(self) -> None:
        """Until cancelled. A process that answers nothing writes nothing."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if self._held:
                async with self._backend.db.transaction() as session:
                    await inbox.renew(session, self.owner, self._held)

    async def release(self, inbound_id: int, **how: Any) -> bool:
        """Leave a message to whichever process can answer it; as inbox.release."""
        async with self._backend.db.transaction() as session:
            return await inbox.release(session, self.owner, inbound_id, **how)

    async def close(self) -> None:
        """Leave everything to others: this process ends."""
        if not self._held:
            return
        async with self._backend.db.transaction() as session:
            await inbox.release_all(session, self.owner)
