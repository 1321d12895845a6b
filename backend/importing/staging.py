"""A temporary SQLite database on disk that holds the rows while they are checked, so that memory use stays constant.

SQLite unlinks a temporary database when it opens it, so no member data stays behind however this process ends. Each
table is named after its file; `line` is the first line of the row. Days are ISO text, amounts integer cents.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

CACHE_KIB = 32 * 1024
BATCH_SIZE = 5000
"""Rows read or written at a time."""


class Staging:
    def __init__(self) -> None:
        # an empty name is a temporary database of this connection; one thread at a time reads the files into it
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for pragma in (f"cache_size=-{CACHE_KIB}", "journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("BEGIN")  # never committed: without it each insert would be a transaction of its own
        self.run("CREATE TABLE member_ids (number TEXT PRIMARY KEY, id INT) WITHOUT ROWID")
        self.run("CREATE TABLE account_ids (number TEXT PRIMARY KEY, id INT, member TEXT) WITHOUT ROWID")
        self.run("CREATE TABLE method_ids (member TEXT, token TEXT, id INT, PRIMARY KEY (member, token)) WITHOUT ROWID")

    def create(self, table: str, columns: Iterable[str]) -> None:
        self.run(f"CREATE TABLE {table} (line INTEGER PRIMARY KEY, {', '.join(columns)})")

    def insert(self, table: str, rows: list[tuple[Any, ...]], *, ignore: bool = False) -> None:
        if rows:
            places = ", ".join("?" * len(rows[0]))
            self._db.executemany(f"INSERT {'OR IGNORE ' if ignore else ''}INTO {table} VALUES ({places})", rows)  # noqa: S608

    def update_ids(self, table: str, pairs: list[tuple[int, str]]) -> None:
        """`pairs` are (id, number)."""
        self._db.executemany(f"UPDATE {table} SET id = ? WHERE number = ?", pairs)  # noqa: S608

    def update_method_ids(self, rows: list[tuple[int, str, str]]) -> None:
        """`rows` are (id, member number, token)."""
        self._db.executemany("UPDATE method_ids SET id = ? WHERE member = ? AND token = ?", rows)

    def run(self, statement: str, *values: Any) -> None:
        self._db.execute(statement, values)

    def rows(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Rows one by one, not fetched at once; other statements may run in between."""
        return self._db.execute(query, values)

    def scalar(self, query: str, *values: Any) -> Any:
        """The first column of the first row."""
        row = self._db.execute(query, values).fetchone()
        return row[0] if row else None

    def batches(self, query: str) -> Iterator[list[tuple[Any, ...]]]:
        cursor = self._db.execute(query)
        while batch := cursor.fetchmany(BATCH_SIZE):
            yield batch

    def close(self) -> None:
        self._db.close()
