"""Steps that were begun and wait for their proof; each token is good once, for a short time."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.logins.service import hash_token
from backend.staff.models import StaffChallenge

if TYPE_CHECKING:
    from backend.app import Backend

LIFETIME = timedelta(minutes=10)


async def begin(session: AsyncSession, backend: Backend, kind: str, *, name: str = "", secret: str = "") -> str:
    """Note that a step was begun; returns its token."""
    now, token = backend.clock.now(), secrets.token_urlsafe(32)
    await session.execute(delete(StaffChallenge).where(StaffChallenge.expires_at <= now))
    session.add(
        StaffChallenge(
            token_hash=hash_token(token), kind=kind, name=name, secret=secret, misses=0, made_at=now,
            expires_at=now + LIFETIME,
        )
    )  # fmt: skip
    return token


async def find(session: AsyncSession, backend: Backend, kind: str, token: str) -> StaffChallenge | None:
    """The step while it waits, locked until the transaction ends."""
    query = select(StaffChallenge).where(
        StaffChallenge.token_hash == hash_token(token),
        StaffChallenge.kind == kind,
        StaffChallenge.expires_at > backend.clock.now(),
    )
    return await session.scalar(query.with_for_update())


async def take(session: AsyncSession, backend: Backend, kind: str, token: str) -> StaffChallenge | None:
    """As `find`, and used up with it."""
    found = await find(session, backend, kind, token)
    if found is not None:
        await session.delete(found)
    return found
