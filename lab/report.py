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
from lab import metrics
from lab.metrics import CHANNELS
from lab.player import (
    NO_NOISE,
    NoiseOptions,
    list_transcripts,
    load_script,
    measure_transcript,
    script_language,
    script_office,
)
from lab.system import MemberlineSystem
from lab.system_pool import OwnSystems, RunningSystem, SystemPool

__all__ = [
    "CHANNELS",
    "evaluate_transcripts",
    "format_report",
    "start_own_systems",
    "use_running_system",
    "write_report",
]


@contextmanager
def start_own_systems() -> Iterator[SystemPool]:
    """memberlines of its own on free ports, with databases that are thrown away."""
    with tempfile.TemporaryDirectory(prefix="memberline-lab-") as folder:
        offices = OwnSystems(Path(folder))
        try:
            yield offices
        finally:
            offices.stop()


def use_running_system(settings: Settings) -> SystemPool:
    """The one that is served with these settings. Raises MemberlineError in production: scripts make members."""
    if settings.production:
        raise MemberlineError("transcripts make members of their own and pay their bills: never in production")
    return RunningSystem(MemberlineSystem(f"http://127.0.0.1:{settings.port}"))


def evaluate_transcripts(
    offices: SystemPool, folder: Path, channels: Sequence[str], noise: NoiseOptions = NO_NOISE
) -> dict[str, Any]:
    """Play every script below `folder` on those of its channels that are asked for; a row for each, and the figures."""
    chosen = [(path, channel) for path, channel in list_transcripts(folder) if channel in channels]
    if not chosen:
        raise MemberlineError(f"there is no script for {', '.join(channels)} below {folder}")
    rows = [_measure_row(offices, folder, path, channel, noise) for path, channel in chosen]
    return {
        "noise": list(noise.kinds),
        "seed": noise.seed,
        "channels": _success_by_channel(rows),
        "groups": metrics.group_metrics(rows),
        "scripts": rows,
    }


def _measure_row(offices: SystemPool, folder: Path, path: Path, channel: str, noise: NoiseOptions) -> dict[str, Any]:
    began = time.monotonic()
    row: dict[str, Any] = {
        "script": str(path.relative_to(folder).with_suffix("")),
        "about": load_script(path).get("about", ""),
        "channel": channel,
        "language": script_language(path),
        "success": False,
        "why": None,
        "turns": 0,
        "repeats": 0,
        "repeated_questions": [],
        "false_confirmations": [],
    }
    try:
        played = measure_transcript(offices.get_system(script_office(path)), path, channel, noise)
    except (AssertionError, MemberlineError, OSError) as error:
        row["why"] = str(error)
    else:
        row.update(
            success=played.failure is None,
            why=played.failure,
            turns=played.turns,
            repeats=played.repeats,
            repeated_questions=played.repeated_questions,
            false_confirmations=played.false_confirmations,
        )
    row["seconds"] = round(time.monotonic() - began, 1)
    return row


def _success_by_channel(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    shares = {}
    for channel in [*CHANNELS, "all"]:
        own = [row for row in rows if channel in (row["channel"], "all")]
        done = sum(row["success"] for row in own)
        if own:
            shares[channel] = {"scripts": len(own), "succeeded": done, "success": round(done / len(own), 4)}
    return shares


def format_report(result: dict[str, Any]) -> str:
    """The same for people: a line a script, the reason below what failed, and the figures at the end."""
    lines = []
    for row in result["scripts"]:
        lines.append(f"{'ok    ' if row['success'] else 'FAILED'} {row['channel']:5} {row['script']}")
        if row["why"]:
            lines += [f"         {line}" for line in row["why"].splitlines()]
        lines += [f"         asked twice in the same words: {question}" for question in row["repeated_questions"]]
        lines += [f"         FALSE CONFIRMATION: {wrong}" for wrong in row["false_confirmations"]]
    return "\n".join([*lines, "", _format_heading(result), metrics.format_table(result["groups"])])


def _format_heading(result: dict[str, Any]) -> str:
    noise = f"with {', '.join(result['noise'])}, seed {result['seed']}" if result["noise"] else "without noise"
    return f"{len(result['scripts'])} scripts {noise}"


def write_report(result: dict[str, Any], folder: Path) -> None:
    """report.json, report.txt and report.png in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(result, indent=2, default=str) + "\n", encoding="utf-8")
    (folder / "report.txt").write_text(format_report(result) + "\n", encoding="utf-8")
    picture = metrics.draw_chart("Transcripts: success and length", _format_heading(result), result["groups"])
    (folder / "report.png").write_bytes(picture)
