"""Emails to people of the office, each in their own language."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import use_language
from backend.outbox.service import enqueue

if TYPE_CHECKING:
    from backend.app import Backend


async def mail_people(
    session: AsyncSession,
    backend: Backend,
    write: Callable[[], tuple[str, str]],
    people: Iterable[tuple[str, str]],
    *,
    key: str,
) -> None:
    """Queue an email to each of `people`, emails with their language; once for each `key`.

    `write` gives subject and body in the language in use.
    """
    found = {email.lower(): (email, language) for email, language in people if email}
    for folded, (email, language) in found.items():
        with use_language(language):
            subject, body = write()
        mark = hashlib.sha256(folded.encode()).hexdigest()[:16]
        await enqueue(
            session, backend, kind="email", recipient=email, purpose="notice", subject=subject, body=body,
            dedupe_key=f"{key[:100]}-{mark}",
        )  # fmt: skip
