"""The file of a batch: a header and one row a movement, for a clerk to load into the billing system.

It appears under its name whole or not at all. Everything here waits for the disk: call it in a thread.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Protocol

from backend.private_files import sync_folder

COLUMNS = ("batch", "key", "kind", "account", "amount", "fee", "date", "method", "confirmation", "channel")
MODE = 0o640  # the clerk reads it through the folder's group


class Movement(Protocol):
    """What the file says of a movement, as it is in the table `postings`."""

    key: str
    kind: str
    account_number: str
    amount_cents: int
    fee_cents: int
    on_date: date
    method_kind: str
    confirmation: str
    channel: str


def file_name(number: int, on: date) -> str:
    return f"postings-{on.isoformat()}-{number:06d}.csv"


def format_rows(number: int, rows: Iterable[Movement]) -> bytes:
    """The content of the file. A payment's amount and fee are positive, those of a return or refund negative."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        sign = 1 if row.kind == "payment" else -1
        amounts = (_dollars(sign * row.amount_cents), _dollars(sign * row.fee_cents))
        origin = (row.method_kind, row.confirmation, row.channel)
        writer.writerow((number, row.key, row.kind, row.account_number, *amounts, row.on_date.isoformat(), *origin))
    return text.getvalue().encode()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def stage(folder: Path, name: str, content: bytes) -> None:
    """Write the file under a hidden name, so that it survives a power cut and nobody loads it yet."""
    folder.mkdir(mode=0o770, parents=True, exist_ok=True)
    hidden = _hidden(folder, name)
    handle = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, MODE)  # the service's umask closes it to the group
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)


def publish(folder: Path, name: str) -> bool:
    """Give the staged file its name. False when it has it already, even if somebody has taken it away since.

    Raises FileExistsError where another file has that name.
    """
    hidden, path = _hidden(folder, name), folder / name
    if not hidden.exists():
        return False
    if path.exists() and path.read_bytes() != hidden.read_bytes():
        raise FileExistsError("another file of that name is there: move it away, it is not of this database")
    hidden.rename(path)
    sync_folder(folder)
    return True


def write_copy(folder: Path, name: str, content: bytes) -> Path:
    """Write the file anew, whole or not at all. Raises FileExistsError where another file has its name."""
    stage(folder, name, content)
    publish(folder, name)
    return folder / name


def replace_file(folder: Path, name: str, content: bytes) -> None:
    """Write a file whole or not at all, in the place of an older one of its name."""
    stage(folder, name, content)
    _hidden(folder, name).replace(folder / name)
    sync_folder(folder)


def _hidden(folder: Path, name: str) -> Path:
    return folder / f".{name}.part"


def _dollars(cents: int) -> str:
    """`-11240` as `-112.40`."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
