"""One store of compiled statements for all engines of a test process.

SQLAlchemy compiles a statement once an engine and keeps it. The app has one engine for its life; tests make thousands,
and compiling anew was a third of what a test of the database takes.
"""

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


def _is_same(one: Dialect, other: object) -> bool:
    return type(one) is type(other)


def _hashed(one: Dialect) -> int:
    return hash(type(one))


def share(patch: pytest.MonkeyPatch) -> None:
    """What one engine has compiled serves the others. A statement is kept under its dialect: two of one class count as
    equal, since every engine is made with the same options and each kind of database is one version of one program.
    """
    for dialect in (PGDialect_asyncpg, SQLiteDialect_aiosqlite):
        patch.setattr(dialect, "__eq__", _is_same)
        patch.setattr(dialect, "__hash__", _hashed)
    options = {"compiled_cache": LRUCache(KEPT)}
    patch.setattr(backend.db, "create_async_engine", partial(create_async_engine, execution_options=options))
