"""Answers what was asked for in the open and is decided behind it: reset links and user IDs, codes in place of number
and last four, notices of a lock."""

from __future__ import annotations

import asyncio

from backend.app import Backend
from backend.logins import mail
from backend.members import lock_notices, proof

LOOK_EVERY = 1.0


class LoginMail:
    """Looks at the database, so that a request is answered by any process, also one that was away when it came."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def run(self) -> None:
        while True:
            if not await self.answer():
                await asyncio.sleep(LOOK_EVERY)

    async def answer(self) -> int:
        """How much was waiting."""
        answered = [await one(self._backend) for one in (proof.answer_waiting, mail.answer_waiting)]
        return sum(answered) + await lock_notices.answer_waiting(self._backend)
