"""`memberline sync`: what a clerk reads, what a program reads, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.commands.cli import main
from tests.backend.databases import Databases
from tests.backend.importing.files import only

MEMBERS = "number,name,phone\n00417,Benedict Rowe,555-555-0123\n"


@pytest.fixture
def runner(tmp_path: Path, databases: Databases) -> CliRunner:
    settings = {
        "MEMBERLINE_ENV": "test",
        "DATABASE_URL": databases.new("sqlite"),
        "SECRET_KEY": "a key for tests alone",
        "MEMBERLINE_RUNTIME_DIR": str(tmp_path / "var"),
    }
    return CliRunner(env=settings)


def test_it_tells_and_ends_well(runner: CliRunner, tmp_path: Path) -> None:
    folder = str(only(tmp_path / "a", members=MEMBERS))
    tried = runner.invoke(main, ["sync", folder, "--dry-run"])
    assert tried.exit_code == 0
    assert tried.stdout.splitlines()[:2] == [
        "Dry run: nothing was written. This is what would happen.",
        "members.csv: 1 rows, 1 added, 0 unchanged",
    ]
    taken = json.loads(runner.invoke(main, ["sync", folder, "--json"]).stdout)
    assert taken["files"] == [
        {"file": "members.csv", "status": "taken", "rows": 1, "unchanged": 0, "added": 1, "names": {"added": ["00417"]}}
    ]
    assert "1 rows, 1 unchanged" in runner.invoke(main, ["sync", folder]).output


def test_a_refused_file_and_a_wrong_one_end_with_a_reason(runner: CliRunner, tmp_path: Path) -> None:
    refused = runner.invoke(main, ["sync", str(only(tmp_path / "a", members=MEMBERS.replace("555-555", "555")))])
    assert refused.exit_code == 1
    assert 'members.csv:2: phone "555-0123" is not a phone number with its area code' in refused.output
    workbook = only(tmp_path / "b")
    (workbook / "members.csv").write_bytes(b"PK\x03\x04")
    said = runner.invoke(main, ["sync", str(workbook)])
    assert said.exit_code == 1
    assert "it is a workbook" in said.output
    (workbook / "members.csv").rename(workbook / "members.xlsx")
    assert "members.xlsx: is not one of the files" in runner.invoke(main, ["sync", str(workbook)]).output
