"""What makes the backends of a test process cheap: the app has one for its life, tests make thousands."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import LRUCache

import backend.app
import backend.db
from backend.coop import Coop, load_coop
from backend.db.sqlite import BufferedConnection

KEPT = 5000
NEVER_WAIT = {"BEGIN", "PRAGMA synchronous=OFF", "PRAGMA foreign_keys=ON", "PRAGMA busy_timeout=15000"}
"""SQL outside a transaction that takes no lock."""


def share_statements(patch: pytest.MonkeyPatch) -> None:
    """What one engine has compiled serves the others: compiling was a third of what a test of the database takes.

    A statement is kept under its dialect. Two of one class count as equal, since every engine is made with the same
    options and each kind of database is one version of one program.
    """
    for dialect in (PGDialect_asyncpg, SQLiteDialect_aiosqlite):
        patch.setattr(dialect, "__eq__", _is_same)
        patch.setattr(dialect, "__hash__", _hash_class)
    options = {"compiled_cache": LRUCache(KEPT)}
    patch.setattr(backend.db, "create_async_engine", partial(create_async_engine, execution_options=options))


def leave_writing_to_the_system(patch: pytest.MonkeyPatch) -> None:
    """SQLite does not wait for the disk: no file of a test has to outlive a power cut. A killed process loses nothing
    by it. What the app itself asks for is in tests/backend/test_sqlite.py.
    """
    patch.setattr(backend.db, "SYNCHRONOUS", "OFF")


def run_sqlite_beside_the_loop_where_it_waits(patch: pytest.MonkeyPatch) -> None:
    """A statement of SQLite runs in the loop's thread, unless it may wait for the lock of another transaction.

    Going to the connection's thread and back costs more than most statements of a test. Other tasks still get their
    turn after each statement, so what two of them do at once is mixed as before. What takes a lock keeps the thread:
    who holds the lock may need the loop to let go. So does what comes while the thread is busy, as after a canceled
    wait. The app itself always has the thread: the tests of a served system run it so.
    """
    in_thread = BufferedConnection._execute
    pending: Counter[int] = Counter()

    async def execute(self: BufferedConnection, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        if not self._running or not self._connection:
            raise ValueError("Connection closed")
        if pending[id(self)] or (_is_sql(args) and not self._connection.in_transaction and args[0] not in NEVER_WAIT):
            return await in_thread(self, count(id(self), function), *args, **options)
        try:
            return function(*args, **options)
        finally:
            await asyncio.sleep(0)

    def count(key: int, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **options: Any) -> Any:
            try:
                return function(*args, **options)
            finally:
                pending[key] -= 1

        pending[key] += 1
        return run

    patch.setattr(BufferedConnection, "_execute", execute)


def read_coop_once(patch: pytest.MonkeyPatch) -> None:
    """A coop.toml with the same text is parsed once: nothing changes what was read from it."""

    @cache
    def parse(path: Path, _text: bytes | None) -> Coop:
        return load_coop(path)

    patch.setattr(backend.app, "load_coop", lambda path: parse(path, path.read_bytes() if path.is_file() else None))


def _is_sql(args: tuple[Any, ...]) -> bool:
    return bool(args) and isinstance(args[0], str) and args[0] != "regexp"  # a function that SQLAlchemy adds


def _is_same(one: Dialect, other: object) -> bool:
    return type(one) is type(other)


def _hash_class(one: Dialect) -> int:
    return hash(type(one))
