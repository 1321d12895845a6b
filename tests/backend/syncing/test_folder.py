"""The watched folder: what is whole is taken and moved, what is still written waits, what is refused says why."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from backend.app import Backend
from backend.errors import MemberlineError
from backend.jobs.service import run_named_job
from backend.members.models import Member
from tests.backend.importing.files import GOOD
from tests.backend.syncing.feeds import count


@pytest.fixture
def folder(backend: Backend, tmp_path: Path) -> Path:
    made = tmp_path / "feeds"
    made.mkdir()
    backend.settings = backend.settings.with_values(sync_dir=made)
    return made


def put(folder: Path, name: str, text: str, *, seconds_ago: float = 120) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    then = time.time() - seconds_ago
    os.utime(path, (then, then))
    return path


async def look(backend: Backend) -> dict[str, int]:
    return dict((await run_named_job(backend, "sync-folder", backend.today()))["result"])


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_whole_files_are_taken_and_moved(backend: Backend, folder: Path) -> None:
    for name in ("members", "accounts"):
        put(folder, f"{name}.csv", GOOD[name])
    assert await look(backend) == {"taken": 2, "refused": 0}
    assert await count(backend, Member) == 2
    stamp = "2026-11-18-100000"
    assert names(folder) == [
        f"done/{stamp}-accounts.csv", f"done/{stamp}-accounts.csv.report.txt",
        f"done/{stamp}-members.csv", f"done/{stamp}-members.csv.report.txt",
    ]  # fmt: skip
    report = (folder / f"done/{stamp}-members.csv.report.txt").read_text(encoding="utf-8")
    assert "members.csv: 2 rows, 2 added, 0 unchanged" in report
    assert await look(backend) == {"taken": 0, "refused": 0}


async def test_a_refused_file_lies_beside_its_reasons(backend: Backend, folder: Path) -> None:
    put(folder, "members.csv", GOOD["members"].replace("(555) 555-0123", "555-0123"))
    put(folder, "bills.xlsx", "PK")
    assert await look(backend) == {"taken": 0, "refused": 2}
    reports = [name for name in names(folder) if name.endswith(".report.txt")]
    assert len(reports) == 2
    assert all(name.startswith("refused/") for name in names(folder))
    said = "".join((folder / name).read_text(encoding="utf-8") for name in reports)
    assert 'members.csv:2: phone "555-0123" is not a phone number with its area code' in said
    assert "it is not one of the files to take: members.csv, accounts.csv" in said


async def test_nothing_is_taken_while_a_file_is_still_written(backend: Backend, folder: Path) -> None:
    put(folder, "members.csv", GOOD["members"])
    late = put(folder, "accounts.csv", GOOD["accounts"], seconds_ago=5)
    assert await look(backend) == {"taken": 0, "refused": 0}
    late.rename(folder / "accounts.csv.part")
    os.utime(folder / "accounts.csv.part", (1, 1))
    assert await look(backend) == {"taken": 0, "refused": 0}
    assert names(folder) == ["accounts.csv.part", "members.csv"]


async def test_a_file_taken_by_a_run_that_died_before_it_was_moved_changes_nothing(
    backend: Backend, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "members.csv", GOOD["members"])
    monkeypatch.setattr("backend.syncing.folder._move", _die)
    with pytest.raises(KeyboardInterrupt):
        await look(backend)
    monkeypatch.undo()
    assert await look(backend) == {"taken": 1, "refused": 0}
    [report] = [name for name in names(folder) if name.endswith(".report.txt")]
    assert "2 rows, 2 unchanged" in (folder / report).read_text(encoding="utf-8")


def _die(*_: object) -> None:
    raise KeyboardInterrupt


async def test_without_a_folder_there_is_nothing_to_do(backend: Backend) -> None:
    assert await look(backend) == {"taken": 0, "refused": 0}


async def test_a_folder_that_is_away_fails_the_job(backend: Backend, folder: Path) -> None:
    await asyncio.to_thread(folder.rename, folder.with_name("unmounted"))
    with pytest.raises(MemberlineError, match="is no folder"):
        await look(backend)
