"""A database that cannot be used is said in one line that names the setting, with status 2, and never a traceback."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import URL, make_url

from backend.db import Database
from backend.db.connecting import DatabaseAway
from backend.migrations.run import newest_revision
from bot.commands.cli import main
from tests.backend.databases import Databases


@pytest.fixture(scope="module")
def guarded(databases: Databases) -> URL:
    """A database of the tests' server whose users `guest` and `reader` must give a password."""
    postgres = databases.postgres
    [found] = postgres.query("SHOW hba_file")
    hba = Path(found[0])
    hba.write_text(f"local all guest,reader scram-sha-256\n{hba.read_text()}")
    for name in ("guest", "reader"):
        postgres.query(f"CREATE ROLE {name} LOGIN PASSWORD 'lantern birch'")
    postgres.query("SELECT pg_reload_conf()")
    return make_url(databases.empty())


def said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: URL | str, *command: str) -> tuple[int, str]:
    """Exit status and the last line on standard error; a traceback would be more lines."""
    text = url if isinstance(url, str) else url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", text)
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(tmp_path))
    result = CliRunner().invoke(main, command or ("hold", "list"))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    [line] = result.stderr.splitlines()
    assert "opensesame" not in line
    return result.exit_code, line


def test_wrong_password_is_said(guarded: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, line = said(monkeypatch, tmp_path, guarded.set(username="guest", password="opensesame"))
    assert (status, "DATABASE_URL: PostgreSQL at" in line) == (2, True)
    assert line.endswith("refuses the user guest or the password")


def test_missing_database_is_said(guarded: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, line = said(monkeypatch, tmp_path, guarded.set(database="no_such"))
    assert (status, line.endswith("has no database no_such: make it with createdb")) == (2, True)


def test_user_who_may_make_no_tables_is_said(guarded: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, line = said(monkeypatch, tmp_path, guarded.set(username="reader", password="lantern birch"))
    assert (status, "the database's user may not make tables in it" in line) == (2, True)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://coop:opensesame@nowhere.invalid/memberline", "the host nowhere.invalid is not known"),
        ("postgresql://coop:opensesame@127.0.0.1:1/memberline", "no PostgreSQL answers at 127.0.0.1:"),
        ("postgresql://coop:opensesame@127.0.0.1:1/memberline?sslmode=require", "write ?ssl=require"),
    ],
)
def test_server_that_is_away_is_said(url: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, line = said(monkeypatch, tmp_path, url)
    assert (status, line.startswith("memberline: DATABASE_URL: "), expected in line) == (2, True, True), line


async def test_the_pool_meets_the_same_failure_as_one_of_the_operating_system(guarded: URL) -> None:
    database = Database(guarded.set(username="guest", password="opensesame").render_as_string(hide_password=False))
    with pytest.raises(OSError, match="refuses the user guest") as failure:
        async with database.transaction():
            await database.engine.connect()
    assert isinstance(failure.value, DatabaseAway)
    await database.close()


def test_schema_of_a_newer_version_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(tmp_path / "memberline.db")) as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO alembic_version VALUES ('9335')")
        database.commit()
    status, line = said(monkeypatch, tmp_path, f"sqlite:///{tmp_path / 'memberline.db'}")
    assert status == 2
    assert f"the schema 9335, which this version does not know (its newest is {newest_revision()})" in line
    assert "restore a backup" in line
