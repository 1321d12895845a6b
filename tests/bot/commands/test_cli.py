"""The command line and its JSON output."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from backend.app import Backend
from backend.conversations.models import Conversation
from backend.demo import DEMO_PASSWORD, seed
from backend.members.service import find_account
from backend.tickets import office
from backend.tickets import service as tickets
from bot.commands.cli import main
from tests.backend.payments.nacha_files import Row, make_file
from tests.bot.serving import settings_for
from tests.support.ports import free_port

TIME = re.compile(r"20\d\d-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?)?")


def texts(value: Any) -> Iterator[tuple[str, str]]:
    """Every text in it with the name it stands under."""
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, dict | list):
            yield from texts(inner)
        elif isinstance(inner, str):
            yield str(name), inner


def test_show_formats_days_and_times_in_iso_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(_seeded(tmp_path))
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(tmp_path))
    result = CliRunner().invoke(main, ["show", "99999-001", "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    output = json.loads(result.stdout)
    assert output["balance"]["amount_due_cents"] == 11240
    times = [text for name, text in texts(output) if name.endswith(("_at", "_on")) or name == "at"]
    assert any("T" in text for text in times)
    assert all(TIME.fullmatch(text) for text in times), times


def test_tickets_are_listed_with_strangers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(_seeded(tmp_path))
    asyncio.run(_two_tickets(tmp_path))
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(tmp_path))
    found = {}
    for flags in (["--json"], ["--json", "--open"]):
        result = CliRunner().invoke(main, ["tickets", *flags], catch_exceptions=False)
        assert result.exit_code == 0
        found[len(flags)] = json.loads(result.stdout)
    assert [(each["kind"], each["account"], each["status"]) for each in found[1]] == [
        ("light", None, "open"),
        ("meter", "99999-001", "closed"),
    ]
    assert [each["kind"] for each in found[2]] == ["light"]
    light = found[2][0]
    assert (light["place"], light["words"], light["notes"], light["urgent"]) == ("12 Oak Road", "dark", [], False)
    assert {"number", "phone", "details", "created_at", "due_at"} <= set(light)
    shown = json.loads(CliRunner().invoke(main, ["show", "99999-001", "--json"]).stdout)
    assert [each["number"] for each in shown["tickets"]] == [found[1][1]["number"]]


async def _two_tickets(folder: Path) -> None:
    backend = Backend.create(settings_for(folder))
    async with backend.db.transaction() as session:
        now = backend.clock.now()
        session.add(Conversation(id="web-1", channel="web", last_seen_at=now, started_at=now))
        account = await find_account(session, "99999-001")
        assert account is not None
        meter = await tickets.open_ticket(
            session, backend, "web-1", kind="meter", details={"words": "blank"}, account_id=account.id
        )
        await office.close(session, backend, meter.number, "ann")
        await tickets.open_ticket(
            session, backend, "web-1", kind="light", details={"words": "dark"}, place="12 Oak Road"
        )
    await backend.close()


async def _seeded(folder: Path) -> None:
    backend = Backend.create(settings_for(folder))
    await backend.db.migrate()
    await seed(backend)
    await backend.close()


def test_job_without_its_network_fails_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(_seeded(tmp_path))
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("SANDBOX_NETWORK_URL", f"http://127.0.0.1:{free_port()}")
    result = CliRunner().invoke(main, ["jobs", "run", "returns", "--on", "2026-12-01"], catch_exceptions=False)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("memberline: the job 'returns' was not finished")


def test_the_demo_members_password_opens_no_office() -> None:
    for password, code in ((DEMO_PASSWORD, 1), ("another lantern of birch", 0)):
        typed = f"{password}\n{password}\n"
        done = CliRunner().invoke(main, ["staff-password", "ann"], input=typed, catch_exceptions=False)
        assert (done.exit_code, "everybody can read" in done.stderr) == (code, bool(code))


def test_return_file_is_previewed_booked_and_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(_seeded(tmp_path))
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(tmp_path))
    good, bad = tmp_path / "nov.ach", tmp_path / "cut.ach"
    good.write_text(make_file(Row("XXX222", 700, "R03")))
    bad.write_text(good.read_text()[:300])

    def run(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, ["returns", *words], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return str(result.output)

    assert "nothing booked" in run(str(good), "--dry-run")
    assert json.loads(run()) == []
    assert "line 4: R03 $7.00 no payment: no payment of ours fits" in run(str(good))
    [waiting] = json.loads(run())
    assert (waiting["code"], waiting["amount_cents"], waiting["outcome"]) == ("R03", 700, "unmatched")
    assert json.loads(run(str(good), "--json"))["counts"] == {"unmatched": 1}
    assert "cut.ach: line 4: a record has 94 characters" in run(str(bad), code=1)
    assert json.loads(run(str(bad), "--json", code=1))["faults"][0]["line"] == 4
    assert json.loads(CliRunner().invoke(main, ["refunds", "--json"]).stdout) == []
