"""Playing a folder of scripts and telling how many of the tasks in them succeeded, by channel and language."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backend.config import Settings
from backend.errors import MemberlineError
from lab import figures
from lab.figures import CHANNELS
from lab.offices import Offices, OwnOffices, RunningOffice
from lab.player import QUIET, Noise, language_of, load, office_of, perform, transcripts
from lab.system import System

__all__ = ["CHANNELS", "evaluate", "own_offices", "running_office", "table", "write"]


@contextmanager
def own_offices() -> Iterator[Offices]:
    """memberlines of its own on free ports, with databases that are thrown away."""
    with tempfile.TemporaryDirectory(prefix="memberline-lab-") as folder:
        offices = OwnOffices(Path(folder))
        try:
            yield offices
        finally:
            offices.stop()


def running_office(settings: Settings) -> Offices:
    """The one that is served with these settings. Raises MemberlineError in production: scripts make members."""
    if settings.production:
        raise MemberlineError("transcripts make members of their own and pay their bills: never in production")
    return RunningOffice(System(f"http://127.0.0.1:{settings.port}"))


def evaluate(offices: Offices, folder: Path, channels: Sequence[str], noise: Noise = QUIET) -> dict[str, Any]:
    """Play every script below `folder` on those of its channels that are asked for; a row for each, and the figures."""
    chosen = [(path, channel) for path, channel in transcripts(folder) if channel in channels]
    if not chosen:
        raise MemberlineError(f"there is no script for {', '.join(channels)} below {folder}")
    rows = [_played(offices, folder, path, channel, noise) for path, channel in chosen]
    return {
        "noise": list(noise.kinds),
        "seed": noise.seed,
        "channels": _shares(rows),
        "groups": figures.grouped(rows),
        "scripts": rows,
    }


def _played(offices: Offices, folder: Path, path: Path, channel: str, noise: Noise) -> dict[str, Any]:
    began = time.monotonic()
    row: dict[str, Any] = {
        "script": str(path.relative_to(folder).with_suffix("")),
        "about": load(path).get("about", ""),
        "channel": channel,
        "language": language_of(path),
        "success": False,
        "why": None,
        "turns": 0,
        "repeats": 0,
        "repeated_questions": [],
        "false_confirmations": [],
    }
    try:
        played = perform(offices.of(office_of(path)), path, channel, noise)
    except (AssertionError, MemberlineError, OSError) as error:
        row["why"] = str(error)
    else:
        row.update(
            success=played.why is None,
            why=played.why,
            turns=played.turns,
            repeats=played.repeats,
            repeated_questions=played.repeated_questions,
            false_confirmations=played.false_confirmations,
        )
    row["seconds"] = round(time.monotonic() - began, 1)
    return row


def _shares(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    shares = {}
    for channel in [*CHANNELS, "all"]:
        own = [row for row in rows if channel in (row["channel"], "all")]
        done = sum(row["success"] for row in own)
        if own:
            shares[channel] = {"scripts": len(own), "succeeded": done, "success": round(done / len(own), 4)}
    return shares


def table(result: dict[str, Any]) -> str:
    """The same for people: a line a script, the reason below what failed, and the figures at the end."""
    lines = []
    for row in result["scripts"]:
        lines.append(f"{'ok    ' if row['success'] else 'FAILED'} {row['channel']:5} {row['script']}")
        if row["why"]:
            lines += [f"         {line}" for line in row["why"].splitlines()]
        lines += [f"         asked twice in the same words: {question}" for question in row["repeated_questions"]]
        lines += [f"         FALSE CONFIRMATION: {wrong}" for wrong in row["false_confirmations"]]
    return "\n".join([*lines, "", _heading(result), figures.table(result["groups"])])


def _heading(result: dict[str, Any]) -> str:
    noise = f"with {', '.join(result['noise'])}, seed {result['seed']}" if result["noise"] else "without noise"
    return f"{len(result['scripts'])} scripts {noise}"


def write(result: dict[str, Any], folder: Path) -> None:
    """report.json, report.txt and report.png in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(result, indent=2, default=str) + "\n", encoding="utf-8")
    (folder / "report.txt").write_text(table(result) + "\n", encoding="utf-8")
    picture = figures.picture("Transcripts: success and length", _heading(result), result["groups"])
    (folder / "report.png").write_bytes(picture)
