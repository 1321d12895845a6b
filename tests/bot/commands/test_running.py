"""Which database a command works on is said, and a mistyped address begins no new one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner

from backend.migrations.run import config
from backend.private_files import FOLDER
from bot.commands.cli import main
from tests.backend.importing.files import only

MEMBERS = "number,name,phone\n00417,Benedict Rowe,555-555-0123\n"


@pytest.fixture
def folder(tmp_path: Path, migrated_database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime folder with an empty database."""
    (tmp_path / "memberline.db").write_bytes(migrated_database.read_bytes())
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", "a key for tests alone")
    return tmp_path


@pytest.mark.parametrize("command", ["import", "sync"])
def test_what_takes_files_names_its_database_first(folder: Path, command: str) -> None:
    files = only(folder / "files", members=MEMBERS)
    done = CliRunner().invoke(main, [command, str(files)], catch_exceptions=False)
    assert done.exit_code == 0
    assert done.stderr == f"Database: sqlite:///{folder}/memberline.db (development, DATABASE_URL is not set)\n"


def test_others_say_it_on_a_terminal_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = ["hold", "place", "--reason", "a try"]
    assert CliRunner().invoke(main, command, catch_exceptions=False).stderr == ""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder}/memberline.db")
    monkeypatch.setattr("bot.commands.running._someone_looks_on", lambda: True)
    said = CliRunner().invoke(main, command, catch_exceptions=False).stderr
    assert said == f"Database: sqlite:///{folder}/memberline.db (development)\n"


def test_folder_that_is_not_there_is_refused_and_not_made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder.parent / 'nope'}/dir/x.db")
    done = CliRunner().invoke(main, ["hold", "list"])
    expected = f"memberline: DATABASE_URL: the folder {folder.parent / 'nope'}/dir is not there: "
    assert (done.exit_code, done.stderr.startswith(expected)) == (2, True), done.stderr
    assert not (folder.parent / "nope").exists()


def test_the_runtime_folder_is_made_and_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("SECRET_KEY", "a key for tests alone")
    assert CliRunner().invoke(main, ["hold", "list"], catch_exceptions=False).exit_code == 0
    assert (tmp_path / "run" / "memberline.db").is_file()
    assert (tmp_path / "run").stat().st_mode & 0o777 == FOLDER


def set_revision(folder: Path, revision: str) -> None:
    with closing(sqlite3.connect(folder / "memberline.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        database.commit()


def read_revision(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "memberline.db")) as database:
        return str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])


@pytest.mark.parametrize(
    "words", [["show", "00417"], ["hold", "place", "--reason", "a try"], ["jobs", "run", "returns"], ["sync", "."]]
)
def test_a_command_leaves_an_older_schema_to_the_version_that_may_be_serving(folder: Path, words: list[str]) -> None:
    set_revision(folder, "0001")
    done = CliRunner().invoke(main, words)
    line = done.stderr.splitlines()[-1]
    assert (done.exit_code, "has the older schema 0001" in line, "memberline migrate" in line) == (2, True, True)
    assert read_revision(folder) == "0001"


def test_a_command_refuses_a_newer_schema(folder: Path) -> None:
    set_revision(folder, "9335")
    done = CliRunner().invoke(main, ["hold", "list"])
    assert (done.exit_code, "which this version does not know" in done.stderr) == (2, True)


def test_migrate_brings_a_schema_up(folder: Path) -> None:
    newest = read_revision(folder)
    assert CliRunner().invoke(main, ["migrate"]).stdout == f"schema {newest}, as it was\n"
    (folder / "memberline.db").unlink()
    assert CliRunner().invoke(main, ["migrate"]).stdout == f"schema none -> {newest}\n"
    command.downgrade(config(f"sqlite+aiosqlite:///{folder}/memberline.db"), "-1")
    before = read_revision(folder)
    assert before != newest
    assert CliRunner().invoke(main, ["hold", "list"]).exit_code == 2
    assert CliRunner().invoke(main, ["migrate"]).stdout == f"schema {before} -> {newest}\n"
    assert CliRunner().invoke(main, ["hold", "list"]).exit_code == 0
