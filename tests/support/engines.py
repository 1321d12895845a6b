"""What makes the engines of a test process cheap: the app has one for its life, tests make thousands."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import LRUCache

import backend.db

KEPT = 5000


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


def _is_same(one: Dialect, other: object) -> bool:
    return type(one) is type(other)


def _hash_class(one: Dialect) -> int:
    return hash(type(one))
