"""A lock for each account, over all processes: nobody else works on it in a run meanwhile.

On PostgreSQL these are advisory locks of one connection, so that they end with the process, however it ends. They only
save work: that nothing is done twice is decided by unique keys and by the row lock of the account.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any, Protocol

from sqlalchemy import ARRAY, Integer, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.db import Database

SPACE = 7_262
"""The first of the two numbers of each advisory lock: arbitrary, for accounts alone."""

_TAKE = text("SELECT id FROM unnest(:ids) AS id WHERE pg_try_advisory_lock(:space, id)")
_RELEASE = text("SELECT pg_advisory_unlock(:space, id) FROM unnest(:ids) AS id")


class AccountLocks(Protocol):
    async def take(self, accounts: Collection[int]) -> set[int]:
        """Those of the accounts that nobody else has; they are locked now."""

    async def release(self, accounts: Collection[int]) -> None: ...


class _PostgresLocks:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def take(self, accounts: Collection[int]) -> set[int]:
        return set((await self._execute(_TAKE, accounts)).scalars())

    async def release(self, accounts: Collection[int]) -> None:
        if accounts:
            await self._execute(_RELEASE, accounts)

    async def _execute(self, statement: Any, accounts: Collection[int]) -> Any:
        typed = statement.bindparams(bindparam("ids", type_=ARRAY(Integer)), bindparam("space", type_=Integer))
        return await self._connection.execute(typed, {"ids": list(accounts), "space": SPACE})


class _ProcessLocks:
    """On SQLite, which one app process uses: a set of that process."""

    def __init__(self, taken: set[int]) -> None:
        self._taken = taken
        self._mine: set[int] = set()

    async def take(self, accounts: Collection[int]) -> set[int]:
        free = set(accounts) - self._taken
        self._taken |= free
        self._mine |= free
        return free

    async def release(self, accounts: Collection[int]) -> None:
        self._taken -= self._mine.intersection(accounts)
        self._mine -= set(accounts)

    async def close(self) -> None:
        await self.release(set(self._mine))


@asynccontextmanager
async def open_locks(db: Database) -> AsyncIterator[AccountLocks]:
    """Locks that are released at the end, at the latest."""
    if db.sqlite:
        locks = _ProcessLocks(db.locked_accounts)
        try:
            yield locks
        finally:
            await locks.close()
        return
    async with db.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        try:
            yield _PostgresLocks(connection)
        finally:
            # not given back to the pool: it would keep the locks, and they must end even when this is canceled
            await connection.invalidate()
