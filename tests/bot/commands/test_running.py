"""Which database a command works on is said, and a mistyped address begins no new one."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

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
