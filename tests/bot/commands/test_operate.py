"""The commands of whoever runs the server."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backend.app import Backend
from backend.config import Settings
from backend.outbox.service import enqueue
from bot.commands.cli import main
from bot.web.database_metrics import read_database_metrics
from bot.web.metrics import Metrics
from tests.support.ports import free_port


@pytest.fixture
def folder(migrated_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copyfile(migrated_database, tmp_path / "memberline.db")
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["hold", *arguments], catch_exceptions=False)


async def queue_alert(folder: Path) -> None:
    backend = Backend.create(Settings.from_env({"MEMBERLINE_RUNTIME_DIR": str(folder)}))
    async with backend.db.transaction() as session:
        await enqueue(
            session, backend, kind="email", recipient="a@b.example", body="x", purpose="alert", dedupe_key="k"
        )
    await backend.close()


def test_the_time_of_a_backup_is_kept_for_the_metrics(folder: Path) -> None:
    done = CliRunner().invoke(main, ["backup", str(folder / "backups")], catch_exceptions=False)
    assert (done.exit_code, done.stderr) == (0, "")

    async def finished() -> str:
        backend = Backend.create(Settings.from_env({"MEMBERLINE_RUNTIME_DIR": str(folder)}))
        await read_database_metrics(backend, metrics := Metrics())
        await backend.close()
        return metrics.render().decode()

    assert re.search(r'job_finished_timestamp_seconds\{job_name="backup"\} 1\.\d+e\+09', asyncio.run(finished()))


def test_a_restore_holds_what_the_backup_cannot_know(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    CliRunner().invoke(main, ["backup", str(folder / "backups")], catch_exceptions=False)
    [file] = (folder / "backups").iterdir()
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(folder / "another"))
    done = CliRunner().invoke(main, ["restore", str(file)], catch_exceptions=False)
    assert done.exit_code == 0
    held = [line.split()[0] for line in run("list").stdout.splitlines() if not line.startswith(" ")]
    assert held == ["automatic-payments", "messages", "posting"]
    for name in held:
        assert f"hold release {name}" in done.stdout


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_database_that_is_away_is_one_line_of_the_settings(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    port = free_port()
    monkeypatch.setenv("DATABASE_URL", f"postgresql://coop:opensesame@127.0.0.1:{port}/memberline")
    (folder / "file").touch()
    done = CliRunner().invoke(main, [command, str(folder / ("file" if command == "restore" else "backups"))])
    line = done.stderr.splitlines()[-1]
    assert line.startswith(f"memberline: DATABASE_URL: no PostgreSQL answers at 127.0.0.1:{port}")
    assert (done.exit_code, "opensesame" in done.output) == (2, False)


def test_what_is_no_whole_backup_is_said_in_words(folder: Path) -> None:
    CliRunner().invoke(main, ["backup", str(folder / "backups")], catch_exceptions=False)
    [file] = (folder / "backups").iterdir()
    whole = file.read_bytes()
    for content, said in (
        (b"", "it is no .tar.gz archive"),
        (whole[:2000], "it ends before its end"),
        (whole[:-2000], "it ends before its end"),
        (whole[:900] + bytes(64) + whole[964:], "is damaged"),
    ):
        file.write_bytes(content)
        done = CliRunner().invoke(main, ["restore", str(file), "--replace"], catch_exceptions=False)
        assert (done.exit_code, said in done.stderr, "Error" in done.stderr) == (1, True, False), done.stderr


def test_messages_are_held_and_what_waits_is_told(folder: Path) -> None:
    assert run("list").stdout == "Nothing is on hold.\n"
    assert run("place", "messages", "--reason", "first import").stdout == "messages: on hold\n"
    asyncio.run(queue_alert(folder))
    assert run("list").stdout.splitlines()[-1] == "  1 messages wait in the outbox"
    done = run("release", "messages", "--discard", "--reason", "of last month")
    assert done.stdout == "messages: released\n1 messages that waited are not sent any more\n"
    assert run("list").stdout == "Nothing is on hold.\n"


def test_payments_have_no_messages_to_discard(folder: Path) -> None:
    run("place", "--reason", "the bills look wrong")
    refused = run("release", "--discard", "--reason", "looked at them")
    assert (refused.exit_code, "--discard is for messages" in refused.stderr) == (2, True)
    assert run("list").stdout.startswith("automatic-payments")
