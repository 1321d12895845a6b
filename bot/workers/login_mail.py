"""Answers what was asked for in the open and is decided behind it: reset links and user IDs, codes in place of number
and last four, notices of a lock."""

from __future__ import annotations

import asyncio

from backend.app import Backend
from backend.logins import recovery_mail
from backend.members import identity_challenge, lock_notices

POLL_SECONDS = 1.0


class LoginMailWorker:
    """Looks at the database, so that a request is answered by any process, also one that was away when it came."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def run(self) -> None:
        while True:
            if not await self.answer_pending():
                await asyncio.sleep(POLL_SECONDS)

    async def answer_pending(self) -> int:
        """How much was waiting."""
        answered = [
            await one(self._backend) for one in (identity_challenge.process_pending, recovery_mail.process_pending)
        ]
        return sum(answered) + await lock_notices.process_pending(self._backend)
