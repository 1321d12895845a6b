"""Processes rows that request an action later, so that the time of the original request reveals nothing about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from backend.db import Base

if TYPE_CHECKING:
    from datetime import datetime

    from backend.app import Backend

Row = TypeVar("Row", bound=Base)
BATCH_SIZE = 50


async def process_pending_rows(
    backend: Backend,
    model: type[Row],
    settled_at: InstrumentedAttribute[datetime | None],
    settle: Callable[[AsyncSession, Backend, Row], Awaitable[None]],
) -> int:
    """Call `settle` for each row whose `settled_at` is NULL, the oldest first; returns how many there were.

    Each row is claimed in the transaction that settles it, so that of several processes only one does, once.
    """
    key = model.__table__.c.id
    async with backend.db.read_session() as session:
        query = select(key).where(settled_at.is_(None)).order_by(key).limit(BATCH_SIZE)
        waiting = list(await session.scalars(query))
    for row_id in waiting:
        async with backend.db.transaction() as session:
            claim = update(model).where(key == row_id, settled_at.is_(None)).values({settled_at: backend.clock.now()})
            claimed = await session.execute(claim.returning(key))
            if claimed.scalar_one_or_none() is not None:
                await settle(session, backend, await session.get_one(model, row_id, populate_existing=True))
    return len(waiting)
