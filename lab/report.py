"""Plays a folder of scripts and reports how many of their tasks succeeded, by channel and language."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backend.config import Settings
from backend.errors import MemberlineError
from lab import metrics
from lab.channel_clients import CHANNELS
from lab.player import NO_NOISE, NoiseOptions, list_transcripts, load_script, measure_transcript, script_office
from lab.served_system import OwnSystems, RunningSystem, SystemPool
from lab.system import MemberlineSystem


@contextmanager
def start_own_systems() -> Iterator[SystemPool]:
    """Systems of their own on free ports, with databases that are deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="memberline-lab-") as folder:
        systems = OwnSystems(Path(folder))
        try:
            yield systems
        finally:
            systems.stop()


def use_running_system(settings: Settings) -> SystemPool:
    """The system that runs with these settings. Raises MemberlineError in production: scripts create members."""
    if settings.production:
        raise MemberlineError("transcripts make members of their own and pay their bills: never in production")
    return RunningSystem(MemberlineSystem(f"http://127.0.0.1:{settings.port}"))


def evaluate_transcripts(
    systems: SystemPool, folder: Path, channels: Sequence[str], noise: NoiseOptions = NO_NOISE
) -> dict[str, Any]:
    """Play every script below `folder` on its channels among `channels`; returns a row for each, and the metrics."""
    chosen = [(path, channel) for path, channel in list_transcripts(folder) if channel in channels]
    if not chosen:
        raise MemberlineError(f"there is no script for {', '.join(channels)} below {folder}")
    rows = [_measure_row(systems, folder, path, channel, noise) for path, channel in chosen]
    return {
        "noise": list(noise.kinds),
        "seed": noise.seed,
        "channels": _success_by_channel(rows),
        "groups": metrics.group_metrics(rows),
        "scripts": rows,
    }


def _measure_row(systems: SystemPool, folder: Path, path: Path, channel: str, noise: NoiseOptions) -> dict[str, Any]:
    began = time.monotonic()
    script = load_script(path)
    row: dict[str, Any] = {
        "script": str(path.relative_to(folder).with_suffix("")),
        "about": script.get("about", ""),
        "channel": channel,
        "language": script.get("language", "en"),
        "success": False,
        "why": None,
        "turns": 0,
        "repeats": 0,
        "repeated_questions": [],
        "false_confirmations": [],
    }
    try:
        played = measure_transcript(systems.get_system(script_office(path)), path, channel, noise)
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
    """Format the result for people: a line a script, the reason below a failed one, and the metrics at the end."""
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
    title = "Transcripts: success and length"
    metrics.write_report(folder, result, format_report(result), title, _format_heading(result))
