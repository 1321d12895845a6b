"""Sends the mail that pages and conversations ask for: reset links, user IDs, identity codes and notices of a lock.

The page or the chat answers everyone alike; whether a mail goes out is decided here, so that neither the answer nor its
time tells whether an account exists.
"""

from __future__ import annotations

import asyncio

from backend.app import Backend
from backend.logins import recovery_mail
from backend.members import identity_challenge, lock_notices

POLL_SECONDS = 1.0


async def send_login_mail(backend: Backend) -> None:
    """Send until canceled. The requests are in the database, so any process can answer them, also after a restart."""
    while True:
        answered = 0
        for process in (
            identity_challenge.process_pending,
            recovery_mail.process_pending,
            lock_notices.process_pending,
        ):
            answered += await process(backend)
        if not answered:
            await asyncio.sleep(POLL_SECONDS)
