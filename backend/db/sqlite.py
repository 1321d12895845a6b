"""A faster SQLite driver: one round trip to the connection's thread per statement, where aiosqlite makes four.

aiosqlite runs each connection in a thread; creating a cursor, executing, fetching and closing are a round trip each,
and on a busy machine these cost more than the statements. SQLAlchemy fetches all rows at once anyway.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import aiosqlite

from backend.private_files import make_private_database


class BufferedCursor:
    """The cursor interface that SQLAlchemy's aiosqlite adapter uses; rows are fetched with the statement."""

    def __init__(self, connection: BufferedConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> BufferedCursor:
        return self

    async def __aexit__(self, *_error: object) -> None:
        return None

    async def execute(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> BufferedCursor:
        return await self._connection.run_in_thread(self._execute, sql, parameters)

    async def executemany(self, sql: str, parameters: Iterable[Any]) -> BufferedCursor:
        return await self._connection.run_in_thread(self._executemany, sql, parameters)

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        size = size or self.arraysize
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    async def __aiter__(self) -> AsyncIterator[Any]:
        while self._rows:
            yield self._rows.pop(0)

    async def close(self) -> None:
        self._rows = []

    def _execute(self, sql: str, parameters: Any) -> BufferedCursor:
        return self._buffer_rows(self._connection.raw_connection.execute(sql, parameters))

    def _executemany(self, sql: str, parameters: Iterable[Any]) -> BufferedCursor:
        return self._buffer_rows(self._connection.raw_connection.executemany(sql, parameters))

    def _buffer_rows(self, cursor: sqlite3.Cursor) -> BufferedCursor:
        """Fetch everything; runs in the connection's thread."""
        self.description = cursor.description
        if cursor.description is not None:
            self._rows = cursor.fetchall()
        self.rowcount = cursor.rowcount
        self.lastrowid = cursor.lastrowid
        cursor.close()
        return self


class BufferedConnection(aiosqlite.Connection):
    """An aiosqlite connection with buffered cursors."""

    @property
    def raw_connection(self) -> sqlite3.Connection:
        """The sqlite3 connection; use it in its thread only."""
        return self._conn

    async def run_in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        return await self._execute(function, *args)

    def cursor(self) -> BufferedCursor:  # type: ignore[override]
        return BufferedCursor(self)

    async def rollback(self) -> None:
        # the pool rolls back each returned connection; mostly there is nothing to roll back
        if self.raw_connection.in_transaction:
            await super().rollback()


def connect(database: str, **options: Any) -> BufferedConnection:
    """For SQLAlchemy's `async_creator_fn`; the options are those of sqlite3.connect."""

    def open_it() -> sqlite3.Connection:
        if database and not database.startswith((":", "file:")):
            # first, since SQLite creates -wal and -shm with the permissions of the main file
            make_private_database(Path(database))
        return sqlite3.connect(database, **options)

    connection = BufferedConnection(open_it, iter_chunk_size=64)
    # a connection that was not closed must not keep the process alive
    connection._thread.daemon = True
    return connection
