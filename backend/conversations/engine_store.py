"""The dialogue engine's own copy of the conversations: a database of its own, or tables in ours.

The engine makes these tables (engine/components/tracker_store.py). Here rows are only deleted, a batch a transaction.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import bindparam, inspect, text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.config import Settings
from backend.db import Database

Row = TypeVar("Row")

TABLES = ("tracker_events", "tracker_snapshots", "tracker_answers")
BATCH = 50  # conversations of one transaction

IDLE = "SELECT sender_id FROM tracker_events GROUP BY sender_id HAVING max(timestamp) < :before"
COUNT_OLD = text(
    "SELECT count(*) FROM tracker_events e LEFT JOIN tracker_snapshots s ON s.sender_id = e.sender_id "  # noqa: S608
    f"WHERE e.timestamp < :before AND (e.id <= s.upto OR e.sender_id IN ({IDLE}))"
)
STILL_IDLE = text(
    "SELECT sender_id FROM tracker_events WHERE sender_id IN :keys GROUP BY sender_id HAVING max(timestamp) < :before"
).bindparams(bindparam("keys", expanding=True))
# Of a conversation that goes on, only what the snapshot has taken over: the engine loads the events after it.
DELETE_TAKEN_OVER = text("DELETE FROM tracker_events WHERE sender_id = :sender AND id <= :upto AND timestamp < :before")


def find_url(settings: Settings) -> str:
    """Where the engine keeps its tracker: TRACKER_DB_URL, our PostgreSQL database, or an SQLite file of its own."""
    if given := os.environ.get("TRACKER_DB_URL"):
        return given
    if settings.database_url.startswith("postgresql"):
        return settings.database_url.replace("postgresql+asyncpg:", "postgresql:", 1)
    return f"sqlite:///{settings.runtime_dir / 'tracker.db'}"


class EngineStore:
    """The tracker's tables. One that is not there yet counts as empty."""

    def __init__(self, database: Database | None) -> None:
        self._database = database

    async def count_older(self, cutoff: datetime) -> int:
        """How many events `delete_older` would delete."""
        if self._database is None:
            return 0
        async with self._database.read_session() as session:
            return int(await session.scalar(COUNT_OLD, {"before": cutoff.timestamp()}) or 0)

    async def delete_older(self, cutoff: datetime) -> int:
        """Delete what is older than `cutoff` and needed by no turn; returns how many events."""
        if self._database is None:
            return 0
        before, deleted = {"before": cutoff.timestamp()}, await self.count_older(cutoff)
        async with self._database.read_session() as session:
            idle = (await session.scalars(text(IDLE), before)).all()
            snapshots = (await session.execute(text("SELECT sender_id, upto FROM tracker_snapshots"))).all()
        for keys in _batches(idle):
            async with self._database.transaction() as session:
                # not one that went on meanwhile
                await _delete(session, (await session.scalars(STILL_IDLE, {**before, "keys": keys})).all())
        for rows in _batches(snapshots):
            async with self._database.transaction() as session:
                for sender, upto in rows:
                    await session.execute(DELETE_TAKEN_OVER, {**before, "sender": sender, "upto": upto})
        return deleted

    async def count(self, conversations: Sequence[str]) -> int:
        """How many events of these conversations there are."""
        if self._database is None or not conversations:
            return 0
        query = text("SELECT count(*) FROM tracker_events WHERE sender_id IN :keys")
        async with self._database.read_session() as session:
            bound = query.bindparams(bindparam("keys", expanding=True))
            return int(await session.scalar(bound, {"keys": list(conversations)}) or 0)

    async def delete(self, conversations: Sequence[str]) -> None:
        """Delete all that there is of these conversations."""
        if self._database is None:
            return
        for keys in _batches(conversations):
            async with self._database.transaction() as session:
                await _delete(session, keys)


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


async def _delete(session: AsyncSession, conversations: Sequence[str]) -> None:
    for table in TABLES if conversations else ():
        statement = text(f"DELETE FROM {table} WHERE sender_id IN :keys")  # noqa: S608 - names of our own
        await session.execute(statement.bindparams(bindparam("keys", expanding=True)), {"keys": list(conversations)})


@asynccontextmanager
async def open_engine_store(settings: Settings) -> AsyncIterator[EngineStore]:
    """Open the tracker's database for a while. Nothing is created where there is none."""
    url = find_url(settings)
    if url.startswith("sqlite"):
        path = Path(url.split(":///", 1)[1])
        if not path.is_file():  # noqa: ASYNC240 - a local file
            yield EngineStore(None)
            return
        url = f"sqlite+aiosqlite:///{path}"
    else:
        url = "postgresql+asyncpg:" + url.split(":", 1)[1]
    database = Database(url)
    try:
        yield EngineStore(database if await _has_tables(database) else None)
    finally:
        await database.close()


async def _has_tables(database: Database) -> bool:
    async with database.read_session() as session:
        connection = await session.connection()
        found = await connection.run_sync(lambda each: inspect(each).get_table_names())
    return set(TABLES) <= set(found)
