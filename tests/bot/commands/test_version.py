"""`memberline --version` names the version, the commit and the database's revision, whatever else is wrong."""

from __future__ import annotations

import asyncio
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from backend.app import Backend
from bot.commands.cli import main
from bot.commands.version import find_commit
from tests.bot.serving import settings_for
from tests.support.ports import free_port


def said(monkeypatch: pytest.MonkeyPatch, **settings: str) -> str:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(main, ["--version"], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_version_and_revision_before_and_after_the_first_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = said(monkeypatch, MEMBERLINE_RUNTIME_DIR=str(tmp_path))
    assert re.match(r"memberline \d+\.\d+\.\d+\n", fresh)
    assert "database: not created yet; the newest is 0" in fresh
    assert list(tmp_path.glob("*.db")) == []

    async def migrate() -> None:
        backend = Backend.create(settings_for(tmp_path))
        await backend.db.migrate()
        await backend.close()

    asyncio.run(migrate())
    assert re.search(r"database: revision (\d+), the newest is \1\n", said(monkeypatch))


def test_database_that_is_away_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"postgresql://coop:opensesame@127.0.0.1:{free_port()}/memberline"
    text = said(monkeypatch, DATABASE_URL=url)
    assert "database: not readable (" in text
    assert "opensesame" not in text


def test_commit_is_marked_when_files_were_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_commit(tmp_path) == ""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    (tmp_path / "file").write_text("one")
    for command in (["init", "-q"], ["add", "file"], ["commit", "-qm", "One"]):
        subprocess.run([*git, *command], check=True)
    commit = find_commit(tmp_path)
    assert re.fullmatch(r"[0-9a-f]{12}", commit)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # as when root made the checkout
    assert find_commit(tmp_path) == commit
    (tmp_path / "file").write_text("two")
    assert find_commit(tmp_path) == f"{commit}+"
