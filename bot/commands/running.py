"""What the commands share: a backend for as long as one runs, and their output."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import click

from backend import logs
from backend.app import Backend
from backend.config import Settings
from backend.config.remarks import describe_database
from backend.errors import MemberlineError
from backend.office_settings.live import refresh


def run_with_backend(work: Callable[[Backend], Awaitable[Any]], *, names_database: bool = False) -> Any:
    """Run `work` with a backend on a database with this version's schema, and close it. An empty database gets its
    tables; one with an older schema is refused. `names_database`: also where nobody looks on.
    """

    async def run() -> Any:
        settings = Settings.from_env()
        tell_database(settings, always=names_database)
        logs.configure(settings.log_format, settings.log_level or "WARNING")
        backend = Backend.create(settings)
        try:
            await _prepare_schema(backend)
            await refresh(backend)
            return await work(backend)
        finally:
            await backend.close()

    return asyncio.run(run())


async def _prepare_schema(backend: Backend) -> None:
    from backend.migrations.run import refuse_other_schema  # Alembic is heavy

    found = await backend.db.read_revision()
    if found is None:
        await backend.db.migrate()
    else:
        refuse_other_schema(found)


def tell_database(settings: Settings, *, always: bool = False) -> None:
    """Say on standard error which database is used: on a terminal, or always. Without the service's settings it is
    another one, which is found out late."""
    if not always and not _someone_looks_on():
        return
    unset = "" if os.environ.get("DATABASE_URL") else ", DATABASE_URL is not set"
    click.echo(f"Database: {describe_database(settings)} ({settings.environment}{unset})", err=True)


def _someone_looks_on() -> bool:
    return sys.stderr.isatty()


def print_json(value: Any) -> None:
    from backend.show import json_default

    click.echo(json.dumps(value, indent=2, default=json_default))


def write_private_file(path: Path, content: bytes) -> None:
    """Write a file that only this account may read. Raises MemberlineError when it exists or cannot be written."""
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
    except FileExistsError:
        raise MemberlineError(f"{path} exists already: name another file") from None
    except OSError as error:
        raise MemberlineError(f"{path} cannot be written: {error.strerror}") from None


class ExistingPath(click.Path):
    """A file or folder to read. click alone says that one does not exist which this account may not enter."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            os.stat(value)
        except PermissionError:
            self.fail(f"{value} is closed to the account that this runs as ({_account()}).", param, ctx)
        except OSError:
            pass  # as click says it
        return super().convert(value, param, ctx)


def _account() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
