"""What goes wrong is one clear line with a status, never a traceback, and names no secret."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.commands.cli import main
from bot.commands.errors import explain_error
from tests.support.ports import free_port


def run(*arguments: str) -> tuple[int, str]:
    """Exit status and the one line on standard error."""
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    [line] = result.stderr.splitlines()
    return result.exit_code, line


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(tmp_path / "run"))


def test_folder_that_is_closed_is_not_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed, stat = str(tmp_path / "closed"), os.stat

    def refuse(path: Any, **options: Any) -> os.stat_result:  # root may enter everything
        if str(path) == closed:
            raise PermissionError(13, "Permission denied", closed)
        return stat(path, **options)

    monkeypatch.setattr(os, "stat", refuse)
    for arguments in (("import", closed), ("sync", closed), ("restore", closed)):
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 2
        assert f"{closed} is closed to the account that this runs as" in result.stderr
    assert "does not exist" in CliRunner().invoke(main, ["import", str(tmp_path / "nowhere")]).stderr


def test_database_that_is_away_is_said_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://coop:opensesame@127.0.0.1:{free_port()}/memberline")
    status, line = run("show", "99999", "--json")
    assert (status, "opensesame" in line) == (2, False)
    assert line.startswith("memberline: DATABASE_URL: no PostgreSQL answers at 127.0.0.1:")


def test_file_that_is_no_database_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes.db").write_text("these are notes, and long enough to be looked at as a database " * 20)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'notes.db'}")
    assert run("outbox") == (
        2, "memberline: the database (DATABASE_URL) cannot be used: file is not a database"
    )  # fmt: skip


@pytest.mark.parametrize("command", ["nlu", "acts", "numbers"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{not json", "line 1: not JSON"),
        (b"\xff\xfe{\x00", "the file is not UTF-8 text: byte 0xff at 0"),
        (b'\n{"text": "hello"}', "line 2: an object with text"),
    ],
)
def test_wrong_file_is_said_with_its_line(tmp_path: Path, command: str, content: bytes, said: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    status, line = run("evaluate", command, str(path))
    assert (status, said in line) == (1, True), line


def test_output_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken.pdf").write_text("")
    status, line = run("export", "99999", "--out", str(tmp_path / "no" / "such" / "folder.zip"))
    assert (status, line) == (1, "memberline: no member has the number 99999")


def test_fault_of_ours_keeps_its_traceback() -> None:
    assert explain_error(IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE"))) is None
    assert explain_error(ValueError("a bug")) is None
    assert explain_error(OperationalError("SELECT 1", {"phone": "+1555"}, sqlite3.OperationalError("locked"))) == (
        "the database (DATABASE_URL) cannot be used: locked",
        2,
    )


def test_settings_that_this_account_may_not_read_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_arguments: object) -> str:
        raise PermissionError(13, "Permission denied", str(tmp_path / "secret_key"))

    monkeypatch.setattr("backend.config.read_or_create_text", closed)
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(tmp_path))
    status, line = run("outbox")
    assert status == 1
    assert line.startswith(f"memberline: SECRET_KEY is not set, and {tmp_path / 'secret_key'} cannot be used")
    version = CliRunner().invoke(main, ["--version"], catch_exceptions=False)
    assert version.exit_code == 0
    assert "database: not known, since the settings cannot be used (SECRET_KEY is not set" in version.stdout
