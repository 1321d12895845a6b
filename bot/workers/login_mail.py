"""Sends the mail that pages and conversations ask for: reset links, user IDs, identity codes and notices of a lock.

The page or the chat answers everyone alike; whether a mail goes out is decided here, out of the asker's sight.
"""

from __future__ import annotations

import asyncio

from backend.app import Backend
from backend.logins import recovery_mail
from backend.members import identity_challenge, lock_notices

POLL_SECONDS = 1.0


class LoginMailWorker:
    """Polls the database, so that any process can answer a request, also after a restart."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def run(self) -> None:
        while True:
            if not await self.answer_pending():
                await asyncio.sleep(POLL_SECONDS)

    async def answer_pending(self) -> int:
        """Returns how many requests were answered."""
        answered = 0
        for worker in (identity_challenge.process_pending, recovery_mail.process_pending, lock_notices.process_pending):
            answered += await worker(self._backend)
        return answered
