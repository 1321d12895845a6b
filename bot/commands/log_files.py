"""Log files of the child processes: put aside when they are large, so that the disk does not fill."""

from __future__ import annotations

import shutil
from pathlib import Path

from backend.private_files import make_private_file

MAX_BYTES = 20 * 1024 * 1024
KEPT = 5
"""Files put aside, `engine.log.1` being the newest. [retention] logs deletes them by their age as well."""


def rotate_if_large(log: Path, max_bytes: int = MAX_BYTES, kept: int = KEPT) -> bool:
    """Put the file aside once it has `max_bytes`; returns whether it did.

    It is copied and then emptied, since the process goes on writing to its open file, at its end (O_APPEND). What is
    written between the copy and the emptying is lost: a few lines at most.
    """
    if not log.is_file() or log.stat().st_size < max_bytes:
        return False
    for number in range(kept - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    aside = log.with_name(f"{log.name}.1")
    make_private_file(aside)
    shutil.copyfile(log, aside)
    with log.open("r+b") as file:
        file.truncate(0)
    return True
