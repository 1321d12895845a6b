"""Answers the requests for reset links and user IDs, apart from whoever asked."""

from __future__ import annotations

import asyncio

from backend.app import Backend
from backend.logins.mail import answer_waiting

LOOK_EVERY = 1.0


class LoginMail:
    """Looks at the database, so that a request is answered by any process, also one that was away when it came."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def run(self) -> None:
        while True:
            if not await answer_waiting(self._backend):
                await asyncio.sleep(LOOK_EVERY)
