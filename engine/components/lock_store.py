"""One message of a conversation at a time, in the order of arrival."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore


@dataclass
class _LockEntry:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0  # the holder and those who wait


class OrderedLockStore(InMemoryLockStore):
    """A queue in memory for each conversation that is being answered.

    Rasa's ticket lock is polled once a second: a second message waited up to a second for the first one's
    last millisecond.
    """

    def __init__(self, endpoint_config: Any = None) -> None:
        """`endpoint_config` is what Rasa passes; there is nothing to set."""
        super().__init__()
        self._queues: dict[str, _LockEntry] = {}

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1
    ) -> AsyncGenerator[asyncio.Lock, None]:
        """Hold the conversation's lock; waiters get it in the order in which they asked."""
        queue = self._queues.setdefault(conversation_id, _LockEntry())
        queue.users += 1
        try:
            async with queue.lock:
                yield queue.lock
        finally:
            queue.users -= 1
            if not queue.users:
                del self._queues[conversation_id]
