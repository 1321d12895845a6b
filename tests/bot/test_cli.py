"""The command line, as programs read it."""

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
from backend.demo import seed
from bot.cli import main
from tests.bot.serving import free_port, settings_for

TIME = re.compile(r"20\d\d-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?)?")


def texts(value: Any) -> Iterator[tuple[str, str]]:
    """Every text in it with the name it stands under."""
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, dict | list):
            yield from texts(inner)
        elif isinstance(inner, str):
            yield str(name), inner


def test_show_tells_days_and_times_in_iso_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(_seeded(tmp_path))
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(tmp_path))
    result = CliRunner().invoke(main, ["show", "99999-001", "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["balance"]["amount_due_cents"] == 11240
    times = [text for name, text in texts(told) if name.endswith(("_at", "_on")) or name == "at"]
    assert any("T" in text for text in times)
    assert all(TIME.fullmatch(text) for text in times), times


async def _seeded(folder: Path) -> None:
    backend = Backend.create(settings_for(folder))
    await backend.db.migrate()
    await seed(backend)
    await backend.close()


def test_a_job_whose_network_is_away_says_so_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(_seeded(tmp_path))
    monkeypatch.setenv("MEMBERLINE_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("SANDBOX_NETWORK_URL", f"http://127.0.0.1:{free_port()}")
    result = CliRunner().invoke(main, ["jobs", "run", "returns", "--on", "2026-12-01"], catch_exceptions=False)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("memberline: the job 'returns' was not finished")
