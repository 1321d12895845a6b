"""Playing a folder of scripts and telling how many of the tasks in them succeeded, for each channel."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backend.config import Settings
from backend.errors import MemberlineError
from bot.lab.offices import Offices, OwnOffices, RunningOffice
from bot.lab.player import load, office_of, play, transcripts
from bot.lab.system import System

CHANNELS = ("sms", "web", "voice")


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


def evaluate(offices: Offices, folder: Path, channels: Sequence[str]) -> dict[str, Any]:
    """Play every script below `folder` on those of its channels that are asked for; a row for each, and the shares."""
    chosen = [(path, channel) for path, channel in transcripts(folder) if channel in channels]
    if not chosen:
        raise MemberlineError(f"there is no script for {', '.join(channels)} below {folder}")
    rows = [_played(offices, folder, path, channel) for path, channel in chosen]
    return {"channels": _shares(rows), "scripts": rows}


def _played(offices: Offices, folder: Path, path: Path, channel: str) -> dict[str, Any]:
    began, why = time.monotonic(), None
    try:
        play(offices.of(office_of(path)), path, channel)
    except (AssertionError, MemberlineError, OSError) as error:
        why = str(error)
    return {
        "script": str(path.relative_to(folder).with_suffix("")),
        "about": load(path).get("about", ""),
        "channel": channel,
        "success": why is None,
        "why": why,
        "seconds": round(time.monotonic() - began, 1),
    }


def _shares(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    shares = {}
    for channel in [*CHANNELS, "all"]:
        own = [row for row in rows if channel in (row["channel"], "all")]
        done = sum(row["success"] for row in own)
        if own:
            shares[channel] = {"scripts": len(own), "succeeded": done, "success": round(done / len(own), 4)}
    return shares


def table(result: dict[str, Any]) -> str:
    """The same for people: a line a script, the reason below what failed, and the shares at the end."""
    lines = []
    for row in result["scripts"]:
        lines.append(f"{'ok    ' if row['success'] else 'FAILED'} {row['channel']:5} {row['script']}")
        if row["why"]:
            lines += [f"         {line}" for line in row["why"].splitlines()]
    for channel, share in result["channels"].items():
        lines.append(f"{channel:5} {share['succeeded']}/{share['scripts']} tasks succeeded ({share['success']:.1%})")
    return "\n".join(lines)
