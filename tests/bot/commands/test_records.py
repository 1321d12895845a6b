"""The commands for a member's data, as the office runs them."""

from __future__ import annotations

import asyncio
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backend.app import Backend
from bot.commands.cli import main
from tests.backend.privacy.records import plant
from tests.bot.serving import settings_for


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    async def make() -> None:
        backend = Backend.create(settings_for(tmp_path / "run"))
        await backend.db.migrate()
        await plant(backend, "70001", "MINE", "+15555550161")
        await backend.close()

    asyncio.run(make())
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def test_a_member_is_exported_then_erased(folder: Path) -> None:
    done = run("export", "70001")
    assert done.exit_code == 0
    assert "Wrote member-70001.zip" in done.stdout
    assert "hello MINE" in zipfile.ZipFile(folder / "member-70001.zip").read("conversations.txt").decode()
    again = run("export", "70001")
    assert (again.exit_code, again.stderr) == (1, "memberline: member-70001.zip exists already: name another file or "
                                                  "folder\n")  # fmt: skip
    shown = run("erase", "70001", "--reason", "asked by letter")
    assert "nothing was erased; this would be:" in shown.stdout
    assert shown.stdout.endswith("Run it again with --apply to erase.\n")
    erased = json.loads(run("erase", "70001", "--reason", "asked by letter", "--apply", "--json").stdout)
    assert (erased["erased"], erased["deleted"]["inbound_messages"]) == (True, 1)
    assert json.loads(run("audit", "verify").stdout)["ok"] is True
    exported = run("export", "70001-001", "--out", "after")
    assert exported.exit_code == 0
    assert "hello MINE" not in "".join(path.read_text() for path in (folder / "after").iterdir())


def test_evidence_is_written_once_and_as_json(folder: Path) -> None:
    done = run("evidence", "70001-001", "--out", "e.pdf")
    assert done.stdout.startswith("Wrote e.pdf: 1 consents, SHA-256 ")
    path = folder / "e.pdf"
    assert (path.read_bytes()[:5], path.stat().st_mode & 0o077) == (b"%PDF-", 0)
    assert run("evidence", "70001-001", "--out", "e.pdf").exit_code == 1
    assert json.loads(run("evidence", "70001-001", "--json").stdout)["consents"][0]["reply"] == "yes"


def test_retention_counts_and_applies(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("retention").stdout == "Nothing is past its period.\n"
    monkeypatch.setenv("CLOCK_SHIFT", str(500 * 86400))
    assert "--apply deletes it" in run("retention").stdout
    assert json.loads(run("retention", "--apply", "--json").stdout)["rows"]["inbound_messages"] == 1
    assert run("retention").stdout == "Nothing is past its period.\n"
