"""What a conversation left in the database."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import inspect, select

from backend.app import Backend
from backend.db import Base

Row = TypeVar("Row", bound=Base)


async def list_rows(backend: Backend, model: type[Row]) -> list[Row]:
    """All rows of a table, the oldest first, detached from their session."""
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(model).order_by(*inspect(model).primary_key)))
