"""The network's SQLite file. A killed process loses nothing that it has answered.

Calls are synchronous on purpose: each takes well under a millisecond, and one at a time on the event loop needs no
lock. Against a second process there is the unique key of the table.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.instruments import SEED_TOKENS, Instrument

FED_ZONE = ZoneInfo("America/New_York")
"""The business day of cards and ACH changes in the Federal Reserve's time zone, wherever the co-op is."""

_SCHEMA = """
create table if not exists methods (
  token text primary key, kind text not null, brand text not null, last4 text not null,
  outcome text not null, code text, exp_month integer, exp_year integer);
create table if not exists charges (
  key text primary key, ref text not null unique, token text not null, amount_cents integer not null,
  description text not null, kind text not null, status text not null, decline_code text,
  details text not null default '{}', posted_on text, return_on text, return_code text);
create index if not exists charges_due on charges (return_on)
  where status = 'posted' and return_on is not null;
create table if not exists returns (
  seq integer primary key autoincrement, key text not null unique, code text not null,
  on_day text not null, amount_cents integer not null);
create table if not exists refunds (
  key text primary key, charge_key text not null, ref text not null unique, amount_cents integer not null,
  reason text not null, status text not null, decided_on text, decision text not null);
create index if not exists refunds_charge on refunds (charge_key);
create table if not exists lost (key text primary key);
create table if not exists entries (
  id text primary key, reference text not null, amount_cents integer not null, description text not null,
  return_url text not null, status text not null, token text, opened_at text not null);
create table if not exists calendar (id integer primary key check (id = 1), days_ahead integer not null);
insert or ignore into calendar values (1, 0);
"""


class NetworkDatabase:
    """One open file. `path` may be ":memory:" in tests."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=5)
        self._connection.row_factory = sqlite3.Row
        # FULL: what was answered is on disk, even after a power cut, as with a real network
        self._connection.executescript(f"pragma journal_mode=wal; pragma synchronous=full; {_SCHEMA}")
        if "details" not in {row["name"] for row in self.all("pragma table_info(charges)")}:
            self.execute("alter table charges add column details text not null default '{}'")  # a file of before
        with self.transaction():
            for token, instrument in SEED_TOKENS.items():
                self.save_method(token, instrument)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction that blocks other writers from its start."""
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        return self._connection.execute(sql, values)

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self.execute(sql, *values).fetchone()
        return row

    def all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        return self.execute(sql, *values).fetchall()

    def save_method(self, token: str, method: Instrument) -> None:
        self.execute("insert or replace into methods values (?, ?, ?, ?, ?, ?, ?, ?)", token, *astuple(method))

    def method(self, token: str) -> Instrument | None:
        row = self.one(
            "select kind, brand, last4, outcome, code, exp_month, exp_year from methods where token = ?", token
        )
        return Instrument(*row) if row else None

    def today(self) -> date:
        """The network's business day: the real one plus the days that the calendar was moved."""
        row = self.one("select days_ahead from calendar")
        return _real_today() + timedelta(days=row["days_ahead"] if row else 0)

    def move_calendar(self, to: date) -> None:
        """Make `to` today; days go on from there."""
        self.execute("update calendar set days_ahead = ?", (to - _real_today()).days)

    def close(self) -> None:
        self._connection.close()


def _real_today() -> date:
    shift = timedelta(seconds=int(os.environ.get("CLOCK_SHIFT") or 0))
    return (datetime.now(UTC) + shift).astimezone(FED_ZONE).date()
