"""Watches a folder into which the co-op's system puts its files: takes them when they are whole, and moves them away.

A file that was taken is moved to `done/`, one that was refused to `refused/`, each with a report beside it. A process
that dies between the two leaves a taken file where it was: the next look takes it again, which changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from backend.errors import MemberlineError
from backend.importing.errors import ImportRefused
from backend.importing.service import looks_like_import_file
from backend.private_files import make_private_folder
from backend.syncing.outcome import FileOutcome
from backend.syncing.service import CHANGED_MEANWHILE, FEEDS, FILES, REFUSED, sync_folder

if TYPE_CHECKING:
    from backend.app import Backend

log = logging.getLogger(__name__)

QUIET = timedelta(seconds=60)
"""A file that was written to less long ago may still be."""
PARTIAL = (".part", ".partial", ".filepart", ".tmp", ".crdownload")
"""What a copy in progress is called: the file of that name is not whole yet."""
DONE, REFUSED_FOLDER = "done", "refused"


async def take_folder(backend: Backend, _on: date) -> dict[str, int]:
    """Take what lies in SYNC_DIR; returns how many files were taken and refused. MemberlineError without the folder."""
    folder = backend.settings.sync_dir
    counts = {"taken": 0, "refused": 0}
    if folder is None:
        return counts
    if not folder.is_dir():
        raise MemberlineError(f"SYNC_DIR: {folder} is no folder; is it mounted?")
    names = await asyncio.to_thread(_list_whole, folder)
    if not names:
        return counts
    strange = [name for name in names if name not in FILES]
    for name in strange:
        outcome = FileOutcome(name, status=REFUSED, reason=f"it is not one of the files to take: {', '.join(FILES)}")
        _move(backend, folder, outcome)
        counts["refused"] += 1
    if known := [name for name in names if name in FILES]:
        try:
            outcomes = (await sync_folder(backend, folder, only=known)).files
        except ImportRefused as refusal:  # such as a file that came this moment: the next look has it
            log.warning("the files of SYNC_DIR were not taken: %s", refusal)
            return counts
        for outcome in outcomes:
            if outcome.reason == CHANGED_MEANWHILE:
                continue
            _move(backend, folder, outcome)
            counts["refused" if outcome.status == REFUSED else "taken"] += 1
    return counts


def _list_whole(folder: Path) -> list[str]:
    """The names of files to take or to refuse; none while any of them is still being written: they belong together."""
    stems = {feed.table.name for feed in FEEDS}
    found = []
    # written by another machine's clock as well as by this one's: the file system's own time is what counts
    now = _file_system_time(folder)
    for path in sorted(folder.iterdir()):
        if not path.is_file():
            continue
        if path.name.endswith(PARTIAL) and Path(path.stem).name in FILES:
            return []
        if path.name in FILES or looks_like_import_file(path.name, stems):
            if now - path.stat().st_mtime < QUIET.total_seconds():
                return []
            found.append(path.name)
    return found


def _file_system_time(folder: Path) -> float:
    probe = folder / ".memberline-clock"
    try:
        probe.write_bytes(b"")
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)


def _move(backend: Backend, folder: Path, outcome: FileOutcome) -> None:
    """Into done/ or refused/, under the time and the name, with a report beside."""
    target = folder / (REFUSED_FOLDER if outcome.status == REFUSED else DONE)
    make_private_folder(target)
    local = backend.clock.now().astimezone(backend.coop.zone)
    name = _free_name(target, local, outcome.file)
    report = target / f"{name}.report.txt"
    report.write_text("\n".join(outcome.lines()) + "\n", encoding="utf-8")
    report.chmod(0o600)  # it names members
    os.replace(folder / outcome.file, target / name)
    log.info("%s was %s: %s", outcome.file, outcome.status, report)


def _free_name(target: Path, local: datetime, file: str) -> str:
    taken: Sequence[str] = os.listdir(target)
    for number in range(1, 1000):
        name = f"{local:%Y-%m-%d-%H%M%S}{'' if number == 1 else f'-{number}'}-{file}"
        if name not in taken:
            return name
    raise OSError(f"{target} is full of {file}")
