"""The database: SQLite in a file by default, PostgreSQL by setting, with the same models and tests for both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, ClassVar

import asyncpg
from sqlalchemy import DateTime, Dialect, MetaData, TypeDecorator, event, func, inspect, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from backend.db import sqlite
from backend.db.connecting import connect_postgresql

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

WRITTEN_FLAG = "memberline_written"

STATEMENT_SECONDS = 20.0  # ten times what any of our statements takes
MIGRATIONS, DEMO = 7_262_001, 7_262_002
"""Arbitrary keys of PostgreSQL advisory locks, for what processes that start together must do one at a time."""
WAIT_FOR_CONNECTION_SECONDS = 10.0
"""When all pooled connections are busy this long, the database hangs, and waiting longer would help nobody."""
SYNCHRONOUS = "FULL"
"""SQLite waits for the disk: after a power cut the record that a charge was started must still be there."""

RUN_CONNECTIONS, RUN_CONNECTIONS_SQLITE = 6, 1
"""How many connections the runs of a process use at once. More would not make them faster, since one process computes
for all of them, and would leave fewer to members."""

_in_run: ContextVar[bool] = ContextVar("memberline_in_run", default=False)


@contextmanager
def in_run() -> Iterator[None]:
    """What happens within, in this task and in those that it starts, belongs to a run, and waits for a connection until
    fewer than RUN_CONNECTIONS are used by runs.
    """
    token = _in_run.set(True)
    try:
        yield
    finally:
        _in_run.reset(token)


class Base(DeclarativeBase):
    """A table. One with an `account_id` and a `shown_as` is printed by `memberline show` as a list of that name."""

    metadata = MetaData(naming_convention=NAMING)
    shown_as: ClassVar[str] = ""
    shown_fields: ClassVar[tuple[str, ...]] = ()


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time. SQLite does not store the zone, so it is added when a value is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone must not reach the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self.run_connections = RUN_CONNECTIONS_SQLITE if self.sqlite else RUN_CONNECTIONS
        self._run_room = asyncio.Semaphore(self.run_connections)
        self.locked_accounts: set[int] = set()
        """On SQLite the accounts that runs of this process have in hand."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that commits once, at the end, and rolls back on any error.

        On SQLite the transaction takes the write lock at its start (BEGIN IMMEDIATE): a read that later turns into a
        write would otherwise fail under a second writer instead of waiting for it.
        """
        async with self._room(), self._sessions() as session, session.begin():
            yield session

    @asynccontextmanager
    async def read_session(self) -> AsyncIterator[AsyncSession]:
        """A read-only session: it is rolled back, and takes no write lock on SQLite."""
        async with self._room(), self._sessions() as session:
            if self.sqlite:
                await session.connection(execution_options={"memberline_read_only": True})
            yield session

    @asynccontextmanager
    async def _room(self) -> AsyncIterator[None]:
        """For a run, room among the connections of runs; one that is used within another needs no more."""
        if not _in_run.get():
            yield
            return
        async with self._run_room:
            token = _in_run.set(False)
            try:
                yield
            finally:
                _in_run.reset(token)

    def insert(self, table: type[Base]) -> Any:
        """An INSERT of this database's dialect, for ON CONFLICT."""
        return sqlite_insert(table) if self.sqlite else postgresql_insert(table)

    async def lock_key(self, session: AsyncSession, key: int) -> None:
        """Hold an advisory lock until the transaction ends, waiting for other transactions (of any process) with `key`.

        Nothing to do on SQLite, where only one transaction writes at a time.
        """
        if self.sqlite:
            return
        # polled, since a statement that waits would run into the driver's command timeout
        while not await session.scalar(select(func.pg_try_advisory_xact_lock(key))):  # noqa: ASYNC110 - over processes
            await asyncio.sleep(0.2)

    async def close(self) -> None:
        await self.engine.dispose()

    async def read_revision(self) -> str | None:
        """The schema's revision as Alembic noted it, or None for an empty database."""
        async with self.read_session() as session:
            connection = await session.connection()
            if not await connection.run_sync(lambda plain: inspect(plain).has_table("alembic_version")):
                return None
            found = await session.scalar(text("SELECT version_num FROM alembic_version"))
            return None if found is None else str(found)

    async def migrate(self) -> None:
        """Bring the schema to the newest version (Alembic)."""
        from backend.migrations.run import upgrade  # Alembic is heavy, and only start-up needs it

        await asyncio.to_thread(upgrade, self.url)


async def has_written(session: AsyncSession) -> bool:
    """Whether the session's open transaction has written anything; changes not flushed yet do not count."""
    return bool((await session.connection()).sync_connection.info.get(WRITTEN_FLAG))  # type: ignore[union-attr]


def _watch_writes(engine: AsyncEngine) -> None:
    """Note on each connection whether its transaction has written, for `has_written`."""

    @event.listens_for(engine.sync_engine, "begin")
    def _nothing_yet(connection: Any) -> None:
        connection.info[WRITTEN_FLAG] = False

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def _note(connection: Any, _cursor: Any, _sql: str, _values: Any, context: Any, _many: bool) -> None:
        if context is not None and (context.isinsert or context.isupdate or context.isdelete):
            connection.info[WRITTEN_FLAG] = True


async def _connect_postgresql(*args: Any, **options: Any) -> asyncpg.Connection:
    """For the pool. Raises OSError (DatabaseAway) for every kind of failure."""
    return await connect_postgresql(*args, command_timeout=STATEMENT_SECONDS, **options)


def _engine(url: str) -> AsyncEngine:
    if not url.startswith("sqlite"):
        engine = create_async_engine(
            url,
            hide_parameters=True,
            pool_size=10,
            max_overflow=10,
            pool_pre_ping=True,
            pool_timeout=WAIT_FOR_CONNECTION_SECONDS,
            connect_args={"async_creator_fn": _connect_postgresql},
        )
        _watch_writes(engine)
        return engine
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_timeout=WAIT_FOR_CONNECTION_SECONDS,
        connect_args={"timeout": 15, "async_creator_fn": sqlite.connect},
    )
    _watch_writes(engine)

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # the driver would open the transaction only before the first write; BEGIN is emitted below instead
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", f"synchronous={SYNCHRONOUS}", "foreign_keys=ON", "busy_timeout=15000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        read_only = connection.get_execution_options().get("memberline_read_only")
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine
