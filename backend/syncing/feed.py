"""One file on its way into the database: which of its rows changed since last time, and what is written for them."""

from __future__ import annotations

import hashlib
import itertools
import json
from array import array
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, bindparam, cast, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import AuditAct
from backend.billing.models import Account, LedgerEntry
from backend.db import Base
from backend.importing.bulk_load import BulkLoader, RowValues
from backend.importing.errors import ErrorReport
from backend.importing.staging import BATCH_SIZE, Staging
from backend.importing.table import Table, TableReader, finish_staging
from backend.syncing.models import DIGEST_BYTES, SyncRow
from backend.syncing.outcome import FileOutcome

if TYPE_CHECKING:
    from backend.app import Backend

ACTOR = "sync"
RULES = "1"
"""Part of each digest. Another value has every row looked at again, as is needed when cells are read in another way."""
PAGE = 20_000
SEPARATOR = "\x1f"
LEDGER_COLUMNS = ("correlation", "book", "account_id", "amount_cents", "at", "memo")


@dataclass(frozen=True)
class FeedKind:
    """A kind of file. `key` and `day` are SQL over its staging table; `missing` says which rows of earlier files a file
    must have: `all`, those of its `days` (between its first and last day), the `months` before its last, or `none`."""

    table: Table
    key: str
    apply: Callable[[Feed], Awaitable[None]]
    day: str = "NULL"
    missing: str = "all"


@dataclass
class Feed:
    """What is needed to take one file; everything is written in the transaction of `session`, which is set then.

    `known` is how many rows earlier files had; `now` is aware UTC.
    """

    kind: FeedKind
    backend: Backend
    staging: Staging
    report: ErrorReport
    outcome: FileOutcome
    now: datetime
    file_wins: bool = False
    session: AsyncSession = field(init=False)
    known: int = 0
    given: frozenset[str] = frozenset()
    progress: Callable[[str, int, int], None] = lambda step, done, of: None
    _lines: array[int] = field(
        default_factory=lambda: array("I")
    )  # by id of `known`: where the file has it; 0: nowhere
    _updates: dict[tuple[type[Base], tuple[str, ...]], list[dict[str, Any]]] = field(default_factory=dict)
    _bookings: list[RowValues] = field(default_factory=list)
    _acts: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.kind.table.name

    @property
    def loader(self) -> BulkLoader:
        return BulkLoader(self.backend, self.session, self.staging, self.now)

    # reading

    async def load_known(self, session: AsyncSession) -> None:
        """Stage what earlier files had."""
        self.staging.run("CREATE TABLE known (id INTEGER PRIMARY KEY, key TEXT, digest BLOB, day TEXT, missing INT)")
        # the day as text, as staging has it: millions of dates would be made only to be written down again
        columns = (SyncRow.key, SyncRow.digest, cast(SyncRow.day, String), SyncRow.missing_since.is_not(None))
        last = ""
        while True:
            query = select(*columns).where(SyncRow.kind == self.name, SyncRow.key > last)
            page = (await session.execute(query.order_by(SyncRow.key).limit(PAGE))).all()
            self.staging.insert("known", [(place, *row) for place, row in enumerate(page, self.known)])
            self.known += len(page)
            if len(page) < PAGE:
                break
            last = page[-1].key
        self.staging.run("CREATE INDEX known_digest ON known (digest)")
        self._lines = array("I", bytes(4 * self.known))

    def stage_changed(self, path: Path) -> None:
        """Stage the rows that are not as in an earlier file. Blocks for seconds: call it in a thread."""
        table, staging = self.kind.table, self.staging
        staging.run("CREATE TABLE batch (line INTEGER PRIMARY KEY, digest BLOB)")
        staging.run("CREATE TABLE file_rows (line INTEGER PRIMARY KEY, digest BLOB)")
        reader = TableReader(table, path, self.report)
        size, batch, key = max(path.stat().st_size, 1), [], b""
        for line, row in reader.rows():
            key = key or self._digest_key(reader.header)
            text = SEPARATOR.join(row)
            batch.append((line, row, hashlib.blake2b(text.encode(), digest_size=DIGEST_BYTES, key=key).digest()))
            self.outcome.rows += 1
            if len(batch) == BATCH_SIZE:
                self._stage_batch(reader, batch)
                self.progress(table.file, self.outcome.rows * _mean_bytes(batch), size)
                batch = []
        self._stage_batch(reader, batch)
        self.given = reader.given()
        finish_staging(table, staging, self.report)
        staging.run("CREATE TABLE row_keys (line INTEGER PRIMARY KEY, key TEXT, day TEXT, digest BLOB, contacts TEXT)")
        staging.run(
            f"INSERT INTO row_keys SELECT t.line, {self.kind.key}, {self.kind.day}, f.digest, NULL "  # noqa: S608
            f"FROM {table.name} t JOIN file_rows f ON f.line = t.line"
        )
        staging.run("CREATE INDEX row_keys_key ON row_keys (key)")
        self._stage_differences()
        self._report_repeated_keys()

    def _digest_key(self, header: Sequence[str]) -> bytes:
        secret = self.backend.settings.derived_key("sync")
        return hashlib.blake2b(SEPARATOR.join([RULES, self.name, *header]).encode(), key=secret.encode()).digest()

    def _stage_batch(self, reader: TableReader, batch: list[tuple[int, list[str], bytes]]) -> None:
        if not batch:
            return
        self.staging.insert("batch", [(line, digest) for line, _row, digest in batch])
        new = set()
        for line, id_ in self.staging.rows("SELECT b.line, k.id FROM batch b LEFT JOIN known k ON k.digest = b.digest"):
            if id_ is None:
                new.add(line)
            else:
                self._lines[id_] = line
        self.staging.run("DELETE FROM batch")
        self.staging.insert("file_rows", [(line, digest) for line, _row, digest in batch if line in new])
        parsed = [(line, *reader.parse(line, row)) for line, row, _digest in batch if line in new]
        self.staging.insert(self.name, parsed)

    def _stage_differences(self) -> None:
        """Of what is known, stage what the file does not have as it was, and what it has with other values."""
        self.staging.run("CREATE TABLE unseen (id INTEGER PRIMARY KEY)")
        unseen = ((id_,) for id_, line in enumerate(self._lines) if not line)
        while batch := list(itertools.islice(unseen, BATCH_SIZE)):
            self.staging.insert("unseen", batch)
        self.staging.run(
            "CREATE TABLE known_keys AS SELECT k.id, k.key, k.missing FROM known k "
            "WHERE k.key IN (SELECT key FROM row_keys)"
        )
        self.staging.run("CREATE INDEX known_keys_key ON known_keys (key)")

    def _report_repeated_keys(self) -> None:
        """A changed row beside the unchanged one: which of them is right?"""
        query = "SELECT r.line, r.key, k.id FROM row_keys r JOIN known_keys k ON k.key = r.key ORDER BY r.line"
        for line, key, id_ in self.staging.rows(query):
            if other := self._lines[id_]:
                self.report.add(self.kind.table.file, line, f"{key} is in line {other} too, with other values")

    # writing

    def split(self, known: str) -> None:
        """Move the staged rows that the database has already (SQL condition on `t`) to the table `old_<file>`."""
        self.staging.run(f"CREATE TABLE old_{self.name} AS SELECT t.* FROM {self.name} t WHERE {known}")  # noqa: S608
        self.staging.run(f"DELETE FROM {self.name} WHERE line IN (SELECT line FROM old_{self.name})")  # noqa: S608

    def update(self, model: type[Base], id_: int, values: dict[str, Any]) -> None:
        names = tuple(sorted(values))
        self._updates.setdefault((model, names), []).append({"row_id": id_, **{f"new_{n}": values[n] for n in names}})

    def book(self, correlation: str, books: dict[str, int], account_id: int, at: datetime, memo: str) -> None:
        """One booking; `books` are signed cents that sum to zero. Zeros are left out."""
        assert not sum(books.values())
        self._bookings += [(correlation, book, account_id, cents, at, memo) for book, cents in books.items() if cents]

    def act(
        self, act: str, account_id: int | None, before: dict[str, Any] | None, after: dict[str, Any] | None
    ) -> None:
        """An audit row, written at the end: the trail is locked from its first row to the commit."""
        self._acts.append((None, act, account_id, json.dumps(before), json.dumps(after)))
        if len(self._acts) >= BATCH_SIZE:
            self.staging.insert("acts", self._acts)
            self._acts = []

    async def flush(self) -> None:
        """Write what was collected, a batch at a time: memory stays bounded however much changes."""
        for (model, names), rows in self._updates.items():
            table: Any = model.__table__
            values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
            connection = await self.session.connection()
            await connection.execute(update(table).where(table.c.id == bindparam("row_id")).values(values), rows)
        if self._bookings:
            await self.loader.load(LedgerEntry, LEDGER_COLUMNS, self._bookings)
        self.staging.insert("acts", self._acts)
        self._updates, self._bookings, self._acts = {}, [], []

    def acts(self) -> Iterator[AuditAct]:
        for act, account_id, before, after in self.staging.rows(
            "SELECT act, account_id, before, after FROM acts ORDER BY id"
        ):
            yield AuditAct(ACTOR, 0, "job", act, account_id, json.loads(before), json.loads(after))

    async def lock_accounts(self, ids: Sequence[int]) -> None:
        """As `lock_account` does for one: nothing else decides about their money until the commit."""
        query = select(Account.id).where(Account.id.in_(ids)).order_by(Account.id).with_for_update(key_share=True)
        await self.session.execute(query)

    # what was in earlier files

    async def save_rows(self) -> None:
        """Keep each changed row's digest, and mark what is missing or back."""
        columns = ("kind", "key", "digest", "day", "contacts", "changed_at", "missing_since")
        query = (
            "SELECT {} FROM row_keys r LEFT JOIN known_keys k ON k.key = r.key WHERE k.key IS {} NULL ORDER BY r.line"
        )
        new = self.staging.rows(query.format("r.key, r.digest, r.day, r.contacts", ""))
        await self.loader.load(
            SyncRow, columns, ((self.name, k, d, _day(day), c, self.now, None) for k, d, day, c in new)
        )
        old = query.format("r.key, r.digest, r.day, r.contacts", "NOT")
        for batch in self.staging.batches(old):
            rows = [
                {"of": key, "new_digest": digest, "new_day": _day(day), "new_contacts": contacts}
                for key, digest, day, contacts in batch
            ]
            await self._update_rows(rows, digest="new_digest", day="new_day", contacts="new_contacts")
        back = (
            "SELECT k.key FROM known k WHERE k.missing AND (k.id NOT IN (SELECT id FROM unseen) "
            "OR k.id IN (SELECT id FROM known_keys))"
        )
        await self._mark([key for (key,) in self.staging.rows(back)], None)
        await self._mark([key for (key,) in self.staging.rows("SELECT key FROM gone WHERE NOT missing")], self.now)

    async def _update_rows(self, rows: list[dict[str, Any]], **columns: str) -> None:
        table: Any = SyncRow.__table__
        values = {name: bindparam(given, type_=table.c[name].type) for name, given in columns.items()}
        where = (table.c.kind == self.name, table.c.key == bindparam("of"))
        connection = await self.session.connection()
        await connection.execute(update(table).where(*where).values(values | {"changed_at": self.now}), rows)

    async def _mark(self, keys: Sequence[str], since: datetime | None) -> None:
        for start in range(0, len(keys), BATCH_SIZE):
            some = [(self.name, key) for key in keys[start : start + BATCH_SIZE]]
            where = tuple_(SyncRow.kind, SyncRow.key).in_(some)
            await self.session.execute(update(SyncRow).where(where).values(missing_since=since))

    def find_missing(self) -> list[str]:
        """Stage what an earlier file had and this one should have; returns the keys that were not missing before."""
        self.staging.run("CREATE TABLE gone (key TEXT, missing INT)")
        if self.kind.missing == "none":
            return []
        self.staging.run(
            "INSERT INTO gone SELECT k.key, k.missing FROM unseen u JOIN known k ON k.id = u.id "  # noqa: S608
            f"WHERE k.id NOT IN (SELECT id FROM known_keys) AND {self._window()}"
        )
        return [key for (key,) in self.staging.rows("SELECT key FROM gone WHERE NOT missing ORDER BY key")]

    def _window(self) -> str:
        if self.kind.missing == "all":
            return "1"
        days = (
            "SELECT r.day FROM row_keys r UNION ALL "
            "SELECT seen.day FROM known seen WHERE seen.id NOT IN (SELECT id FROM unseen)"
        )
        last = "<" if self.kind.missing == "months" else "<="
        return f"day >= (SELECT min(day) FROM ({days})) AND day {last} (SELECT max(day) FROM ({days}))"  # noqa: S608


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _mean_bytes(batch: list[tuple[int, list[str], bytes]]) -> int:
    """About how many bytes a row has, for the time left."""
    return sum(len(cell) + 1 for cell in batch[0][1])
