"""Fresh databases for tests, SQLite and a real PostgreSQL. The schema is made once by the migrations, then copied."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import make_url

from backend.migrations.run import upgrade
from tests.support.postgres import Postgres

KINDS = ("sqlite", "postgresql")


class Databases:
    """Hands out the address of a new, empty, migrated database. The PostgreSQL server starts when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0
        self._postgres: Postgres | None = None

    def new(self, kind: str) -> str:
        """A SQLAlchemy address with its asynchronous driver."""
        if kind == "postgresql":
            return self.postgres.address(self.postgres.new())
        self._made += 1
        template, path = self._folder / "template.db", self._folder / f"memberline_{self._made}.db"
        if not template.exists():
            upgrade(f"sqlite+aiosqlite:///{template}")
        shutil.copyfile(template, path)
        return f"sqlite+aiosqlite:///{path}"

    def drop(self, url: str) -> None:
        """Let one go that nobody uses any more, so that a long run does not fill the disk."""
        if url.startswith("sqlite"):
            Path(url.split(":///", 1)[1]).unlink(missing_ok=True)
        else:
            name = make_url(url).database
            assert name
            self.postgres.take_back(name)

    def empty(self) -> str:
        """The address of a PostgreSQL database without a schema."""
        return self.postgres.address(self.postgres.empty())

    def frozen(self) -> AbstractContextManager[None]:
        """PostgreSQL hangs: every process of it stands still."""
        return self.postgres.frozen()

    def close(self) -> None:
        if self._postgres:
            self._postgres.close()

    @property
    def postgres(self) -> Postgres:
        if self._postgres is None:
            self._postgres = Postgres()
        return self._postgres
