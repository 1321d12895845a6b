"""Files that only the account of this program may read, whatever the umask, also those that were there before."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

FILE, FOLDER = 0o600, 0o700
PRIVATE_PATTERNS = ("secret_key", "*.db", "*.db-wal", "*.db-shm", "*.db-journal", "sandbox-network.url", "logs/*")
SQLITE_SUFFIXES = ("", "-wal", "-shm", "-journal")


def make_private_folder(folder: Path) -> None:
    """Make the folder where it is missing, and close it to others. One that belongs to all, as /tmp, stays as it is."""
    folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    found = folder.stat()
    if not found.st_mode & stat.S_ISVTX:
        _restrict_mode(folder, found, FOLDER)


def make_private_file(path: Path) -> None:
    """Make the file where it is missing, empty, and close it to others.

    One that is there is never opened: closing a file gives up all locks that this process has on it (POSIX), and SQLite
    would then let another process delete the write-ahead log under it.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDONLY, FILE))
    except FileExistsError:
        keep_private(path)


def keep_private(path: Path) -> None:
    """Close the file to others if there is one. What is not ours cannot be changed, and a link is not followed."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISREG(found.st_mode):
        _restrict_mode(path, found, FILE)


def make_private_database(path: Path) -> None:
    """A SQLite file and those beside it. SQLite makes these with the rights of the file itself."""
    make_private_file(path)
    for suffix in SQLITE_SUFFIXES:
        keep_private(path.with_name(path.name + suffix))


def make_private_runtime(folder: Path) -> None:
    """The folder of what this program keeps, and what earlier versions or another umask left open in it.

    Only what is known to be ours: the folder may be shared with other programs.
    """
    make_private_folder(folder)
    for pattern in PRIVATE_PATTERNS:
        for path in folder.glob(pattern):
            keep_private(path)
    if (folder / "logs").is_dir():
        make_private_folder(folder / "logs")


def read_or_create_text(path: Path, make: Callable[[], str]) -> str:
    """What stands in the file; where there is none, what `make` gives is written first, by one process only."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE)
    except FileExistsError:
        keep_private(path)
    else:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(make())
        keep_private(path)
    return path.read_text(encoding="ascii").strip()


def _restrict_mode(path: Path, found: os.stat_result, mode: int) -> None:
    if stat.S_IMODE(found.st_mode) & 0o777 == mode:
        return
    try:
        path.chmod(mode)
    except PermissionError:
        # somebody else's file, which the host has opened to us on purpose
        return
