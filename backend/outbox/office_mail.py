"""Emails to the office's own mailbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import ENGLISH, use_language
from backend.outbox.service import enqueue

if TYPE_CHECKING:
    from backend.app import Backend


async def mail_office(session: AsyncSession, backend: Backend, *, subject: str, body: str, key: str) -> None:
    """Queue an email, in English, once for each `key`; nothing where the co-op has no mailbox."""
    if not backend.coop.email:
        return
    with use_language(ENGLISH):
        await enqueue(
            session,
            backend,
            kind="email",
            recipient=backend.coop.email,
            subject=subject,
            body=body,
            purpose="office",
            dedupe_key=key[:120],
        )
