"""Fresh databases for tests, SQLite and a real PostgreSQL. The schema is made once by the migrations, then copied."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path

from sqlalchemy import make_url

from tests.support.postgres import Postgres, migrate

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
        path = self._folder / f"memberline_{self._made}.db"
        shutil.copyfile(self._template, path)
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

    @cached_property
    def _template(self) -> Path:
        made = self._folder / "template.db"
        migrate(f"sqlite+aiosqlite:///{made}")
        return made

    @property
    def postgres(self) -> Postgres:
        if self._postgres is None:
            self._postgres = Postgres()
        return self._postgres
