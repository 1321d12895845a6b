"""Copies a database in use, and puts a copy back: SQLite by its backup call, PostgreSQL by its own tools."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url

from backend.errors import MemberlineError
from backend.private_files import SQLITE_SUFFIXES, make_private_file


class BackupError(MemberlineError):
    """A backup that could not be made or put back; the text says what to do."""

    code = "backup"


def sqlite_path(url: str) -> Path:
    return Path(url.split(":///", 1)[1])


def copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy, also while others write: SQLite copies page by page and starts over where one changed."""
    make_private_file(target)
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as origin,
        closing(sqlite3.connect(target)) as copy,
    ):
        origin.backup(copy)
        # the copy is a single file: whoever carries it away would forget a -wal beside it
        copy.execute("PRAGMA journal_mode=DELETE")


def put_back_sqlite(copy: Path, target: Path, *, replace: bool) -> str:
    """Put the copy in the database's place. Returns the name that the old one was moved to, or nothing.

    Raises BackupError where there is a database and `replace` is not set.
    """
    aside = ""
    if target.exists() and target.stat().st_size:
        if not replace:
            raise BackupError(f"there is a database at {target}: say --replace to move it aside first")
        aside = f"{target}.before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        for suffix in SQLITE_SUFFIXES:
            with_suffix = target.with_name(target.name + suffix)
            if with_suffix.exists():
                with_suffix.rename(aside + suffix)
    target.parent.mkdir(parents=True, exist_ok=True)
    make_private_file(target)
    shutil.copyfile(copy, target)
    return aside


def dump_postgresql(url: str, target: Path) -> None:
    """One consistent snapshot in pg_dump's own compressed form."""
    make_private_file(target)
    _run_tool("pg_dump", url, ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])


def put_back_postgresql(dump: Path, url: str, *, replace: bool) -> None:
    """Restore into an empty database, all or nothing. Raises BackupError where there are tables and not `replace`."""
    if query_postgresql(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") != "0":
        if not replace:
            raise BackupError("the database has tables already: say --replace to drop them all first")
        query_postgresql(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    _run_tool(
        "pg_restore", url, ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"], [str(dump)]
    )


def query_postgresql(url: str, statement: str) -> str:
    """The one value that a statement gives."""
    return _run_tool("psql", url, ["--no-psqlrc", "--tuples-only", "--no-align", f"--command={statement}"]).strip()


def _run_tool(name: str, url: str, options: list[str], arguments: list[str] | None = None) -> str:
    """Run a tool of PostgreSQL, return what it prints.

    The password goes by the environment: other accounts can read a command line.
    """
    program = shutil.which(name)
    if program is None:
        raise BackupError(f"{name} is missing: install PostgreSQL's client tools (Debian: postgresql-client)")
    address = make_url(url).set(drivername="postgresql")
    environment = {**os.environ, "PGPASSWORD": str(address.password or "")}
    shown = address.set(password=None).render_as_string(hide_password=False)
    # pg_restore reads the file that comes last, pg_dump none
    command = [program, f"--dbname={shown}", *options, *(arguments or [])]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - no shell
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or [f"exit code {done.returncode}"]
        advice = ""
        if "server version mismatch" in done.stderr:
            advice = f" Install the client tools of the server's version ({program} is another one)."
        raise BackupError(f"{name}: {lines[-1].strip()}.{advice}" if advice else f"{name}: {lines[-1].strip()}")
    return done.stdout
