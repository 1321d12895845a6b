"""`memberline staff`: the first person is let in from the server, and helped when nobody can get in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands.cli import main


@pytest.fixture
def folder(tmp_path: Path, migrated_database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "memberline.db").write_bytes(migrated_database.read_bytes())
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["staff", *words], catch_exceptions=False)


def people() -> dict[str, tuple[str, str]]:
    return {each["name"]: (each["role"], each["state"]) for each in json.loads(run("list", "--json").stdout)}


def test_people_are_let_in_and_helped(folder: Path) -> None:
    assert "memberline staff invite NAME --email ADDRESS --role admin" in run("list").stdout, "nobody is there yet"
    first = run("invite", "Ann Lee", "--email", "ann@coop.example", "--role", "admin", "--phone", "573 555 0147")
    assert re.search(r"/staff/invitations/[\w-]{43}\n", first.stdout)
    again = run("invite", "ann  lee", "--email", "other@coop.example", "--role", "admin")
    assert (again.exit_code, again.stderr) == (1, "memberline: Somebody of this name was invited before.\n")
    run("invite", "Bob", "--email", "bob@coop.example", "--role", "read")
    assert run("role", "bob", "--role", "agent").exit_code == 0
    assert run("off", "Bob").exit_code == 0
    assert people() == {"Ann Lee": ("admin", "invited"), "Bob": ("agent", "off")}
    assert "/staff/invitations/" in run("link", "Bob").stdout, "it switches him on again"
    assert people()["Bob"] == ("agent", "invited")
    assert run("link", "Cy").exit_code == 1
    assert "bob@coop.example" in run("list").stdout
