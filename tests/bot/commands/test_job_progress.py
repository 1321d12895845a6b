"""A job on a terminal: its line, and Ctrl-C."""

from __future__ import annotations

import io
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from backend.app import Backend
from backend.config import Settings
from backend.jobs import service as jobs
from backend.jobs.runs import Item, run_side_by_side
from bot.commands.job_progress import TerminalProgress, run_watched


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
async def backend(migrated_database: Path, tmp_path: Path) -> AsyncIterator[Backend]:
    shutil.copyfile(migrated_database, tmp_path / "memberline.db")
    environment = {"MEMBERLINE_RUNTIME_DIR": str(tmp_path), "SECRET_KEY": "a key", "RUN_CONCURRENCY": "1"}
    made = Backend.create(Settings.from_env(environment))
    yield made
    await made.close()


def test_line_says_how_many_how_fast_and_how_long() -> None:
    progress = TerminalProgress(Terminal())
    progress.begin("drafts", 80_000)
    for _ in range(1200):
        progress.advance()
    assert progress.describe(30.0) == "drafts: 1,200 of 80,000, 40 a second, 33 min left"


def test_nothing_is_written_where_there_is_no_terminal() -> None:
    out = io.StringIO()
    progress = TerminalProgress(out)
    progress.begin("drafts", 1)
    progress.advance()
    assert out.getvalue() == ""


def test_each_step_has_a_line() -> None:
    out = Terminal()
    progress = TerminalProgress(out)
    for step in ("drafts", "retries"):
        progress.begin(step, 1)
        progress.advance()
    assert [line.rpartition("\x1b[K")[2].partition(":")[0] for line in out.getvalue().split("\n") if line] == [
        "drafts",
        "retries",
    ]


async def test_ctrl_c_ends_the_job_after_what_is_in_hand(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    done: list[int] = []

    async def find(accounts: Collection[int] | None) -> list[Item]:
        return [Item(number, number) for number in range(500) if accounts is None or number in accounts]

    async def work(item: Item) -> list[str]:
        begun.append(item.id)
        if len(begun) == 3:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)  # noqa: ASYNC251 - the signal comes before this goes on
        done.append(item.id)
        return ["done"]

    async def run(backend: Backend, _on: date) -> dict[str, int]:
        return dict(await run_side_by_side(backend, "work", find, work))

    monkeypatch.setitem(jobs.JOBS, "alerts", replace(jobs.JOBS["alerts"], run=run))
    result = await run_watched(backend, "alerts", date(2026, 11, 18))
    assert result["stopped"]
    assert result["result"] == {"done": len(done)}
    assert done == begun
    assert len(done) < 500
