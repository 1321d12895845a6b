"""Which portal sessions are open, by the hash of their cookie: asked by the account page and by the talks beside it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.logins.models import Login, PortalSession

if TYPE_CHECKING:
    from backend.app import Backend

IDLE = timedelta(minutes=30)
MAX_SESSION = timedelta(hours=12)


def is_open(now: datetime) -> ColumnElement[bool]:
    """Of a PortalSession: neither unused for IDLE nor older than MAX_SESSION. One that was ended has no row."""
    return and_(PortalSession.seen_at > now - IDLE, PortalSession.started_at > now - MAX_SESSION)


async def find_open_member(session: AsyncSession, backend: Backend, token_hash: str) -> int | None:
    """The id of the member whose session this is; None where it has ended or never was."""
    query = select(Login.member_id).join(PortalSession, PortalSession.login_id == Login.id)
    return await session.scalar(query.where(PortalSession.token_hash == token_hash, is_open(backend.clock.now())))
