"""The leases of the messages that this process answers: while it renews them no other process takes them."""

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
    """`owner` is the random name of this process in the inbox."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.owner = uuid.uuid4().hex
        self._held: set[int] = set()

    def __contains__(self, inbound_id: int) -> bool:
        return inbound_id in self._held

    def hold(self, inbound_id: int) -> None:
        """Keep renewing the lease of this message."""
        self._held.add(inbound_id)

    def drop(self, inbound_id: int) -> None:
        """Stop renewing: the lease runs out unless the message is answered or released."""
        self._held.discard(inbound_id)

    async def run(self) -> None:
        """Renew until canceled. A process that answers nothing writes nothing."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if self._held:
                async with self._backend.db.transaction() as session:
                    await inbox.renew(session, self.owner, self._held)

    async def release(self, inbound_id: int, **how: Any) -> bool:
        """Leave a message to whichever process can answer it (see inbox.release)."""
        async with self._backend.db.transaction() as session:
            return await inbox.release(session, self.owner, inbound_id, **how)

    async def close(self) -> None:
        """Leave all messages to other processes when this one ends."""
        if not self._held:
            return
        async with self._backend.db.transaction() as session:
            await inbox.release_all(session, self.owner)
