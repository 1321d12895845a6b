"""Files readable by this program's account only, whatever the umask; also restricts files that exist already."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

FILE, FOLDER = 0o600, 0o700
PRIVATE_PATTERNS = ("secret_key", "*.db", "*.db-wal", "*.db-shm", "*.db-journal", "sandbox-network.url", "logs/*")
SQLITE_SUFFIXES = ("", "-wal", "-shm", "-journal")


def make_private_folder(folder: Path) -> None:
    """Create the folder if missing and restrict it. A shared one with the sticky bit, such as /tmp, is left alone."""
    folder.mkdir(mode=FOLDER, parents=True, exist_ok=True)
    found = folder.stat()
    if not found.st_mode & stat.S_ISVTX:
        _restrict_mode(folder, found, FOLDER)


def make_private_file(path: Path) -> None:
    """Create the file if missing, and restrict it.

    An existing file is never opened: in POSIX, closing any descriptor of a file drops all locks of the process on it,
    and SQLite would then let another process delete the write-ahead log in use.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDONLY, FILE))
    except FileExistsError:
        keep_private(path)


def keep_private(path: Path) -> None:
    """Restrict the file if it exists. Files of other owners stay as they are, and links are not followed."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISREG(found.st_mode):
        _restrict_mode(path, found, FILE)


def make_private_database(path: Path) -> None:
    """Create and restrict a SQLite file, and restrict its -wal, -shm and -journal files."""
    make_private_file(path)
    for suffix in SQLITE_SUFFIXES:
        keep_private(path.with_name(path.name + suffix))


def make_private_runtime(folder: Path) -> None:
    """Restrict the runtime folder and our own files in it. Other files stay: the folder may be shared."""
    make_private_folder(folder)
    for pattern in PRIVATE_PATTERNS:
        for path in folder.glob(pattern):
            keep_private(path)
    if (folder / "logs").is_dir():
        make_private_folder(folder / "logs")


def sync_folder(folder: Path) -> None:
    """Make the names in the folder outlive a power cut: a file that was synced may still lose a name it just got."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_or_create_text(path: Path, make: Callable[[], str]) -> str:
    """The content of the file; if missing, the result of `make` is written first, by one process only."""
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
        # another owner's file, which the host shares with us on purpose
        return
