"""`memberline --version`: the version, the commit where it is known, and how far the database's schema is."""

from __future__ import annotations

import asyncio
import subprocess
from importlib.metadata import version
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from backend.config import ROOT, Settings
from backend.db import Database
from backend.db.connecting import DatabaseAway
from backend.errors import SettingsError

EMPTY, NOT_CREATED = "empty", "not created yet"


def describe_version() -> str:
    """A line each: never fails, since this is asked when something is wrong."""
    lines = [f"memberline {version('memberline')}"]
    if commit := find_commit(ROOT):
        lines.append(f"commit {commit}")
    return "\n".join([*lines, f"database: {_describe_database()}"])


def find_commit(folder: Path) -> str:
    """The commit that is checked out in `folder`, with `+` when files were changed; empty without git."""
    if not (folder / ".git").exists():
        return ""
    commands = (["rev-parse", "--short=12", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
    try:
        done = [
            subprocess.run(  # noqa: S603 - fixed commands
                # root's checkout, read by the service's account: git would refuse it as somebody else's
                ["git", "-C", str(folder), "-c", f"safe.directory={folder}", *command],  # noqa: S607 - wherever git is
                capture_output=True, text=True, check=True, timeout=10,
            ).stdout.strip()
            for command in commands
        ]  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return done[0] + ("+" if done[1] else "")


def _describe_database() -> str:
    from backend.migrations.run import newest_revision

    newest = newest_revision()
    try:
        found = asyncio.run(read_revision(Settings.from_env().database_url))
    except SettingsError as error:
        return f"not known, since the settings cannot be used ({str(error).splitlines()[0]})"
    return f"revision {found}, the newest is {newest}" if found[0].isdigit() else f"{found}; the newest is {newest}"


async def read_revision(url: str) -> str:
    """The schema's revision, or in words why there is none. Creates nothing."""
    try:
        if url.startswith("sqlite") and not Path(url.split(":///", 1)[1]).is_file():  # noqa: ASYNC240 - a local file
            return NOT_CREATED
    except PermissionError as error:
        return f"not readable ({error.filename}: {error.strerror})"
    database = Database(url)
    try:
        return await database.read_revision() or EMPTY
    except DatabaseAway as error:
        return f"not readable ({error})"
    except (SQLAlchemyError, OSError) as error:
        return f"not readable ({type(error).__name__})"
    finally:
        await database.close()
