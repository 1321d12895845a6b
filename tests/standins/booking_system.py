"""A billing system that keeps what it booked in a file, so that several processes see the same books.

By default it books whatever arrives, twice if it is sent twice: what a careless caller does shows. It can be told to be
away, to book and not answer, to lose a call, or to refuse; and `before` and `after` are called around each call and may
raise.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from backend.providers.billing.system import (
    AccountFigures,
    BilledUsage,
    Posting,
    RemoteMember,
    SystemRejected,
    SystemTimeout,
    SystemUnavailable,
)

AWAY, BOOKED_UNANSWERED, LOST = "away", "booked, not answered", "lost"


class StandinBillingSystem:
    """A BillingSystem. `moods` are used up by the next calls of `post`: AWAY, BOOKED_UNANSWERED, LOST, or the code of
    a refusal."""

    def __init__(self, file: Path | str, *, can_be_asked: bool = True) -> None:
        self._books = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._books.execute(
            "create table if not exists booked (id integer primary key, key text, kind text, account text, cents int)"
        )
        self.can_be_asked = can_be_asked
        self.moods: list[str] = []
        self.refused_keys: dict[str, str] = {}
        self.asked: list[str] = []
        self.before: Callable[[str], None] = lambda name: None
        self.after: Callable[[str], None] = lambda name: None

    async def post(self, posting: Posting) -> str:
        self.before("post")
        mood = self.refused_keys.get(posting.key) or (self.moods.pop(0) if self.moods else "")
        if mood == AWAY:
            raise SystemUnavailable("connection refused")
        if mood == LOST:
            raise SystemTimeout("no answer")
        if mood not in ("", BOOKED_UNANSWERED):
            raise SystemRejected(mood)
        values = (posting.key, posting.kind, posting.account_number, posting.amount_cents)
        row = self._books.execute("insert into booked (key, kind, account, cents) values (?, ?, ?, ?)", values)
        self.after("post")
        if mood == BOOKED_UNANSWERED:
            raise SystemTimeout("no answer")
        return f"REF-{row.lastrowid}"

    async def find_posting(self, posting: Posting) -> str | None:
        self.before("find")
        self.asked.append(posting.key)
        if not self.can_be_asked:
            raise SystemRejected("unsupported")
        row = self._books.execute("select id from booked where key = ?", (posting.key,)).fetchone()
        self.after("find")
        return f"REF-{row[0]}" if row else None

    def booked(self) -> list[tuple[str, str, int]]:
        """Key, account and cents of all that was booked, in order."""
        return self._books.execute("select key, account, cents from booked order by id").fetchall()

    def forget(self, key: str) -> None:
        """Somebody deleted the entry there."""
        self._books.execute("delete from booked where key = ?", (key,))

    async def account_figures(self, account_number: str) -> AccountFigures:
        raise SystemRejected("unsupported")

    async def changed_since(self, since: datetime) -> Sequence[RemoteMember]:
        raise SystemRejected("unsupported")

    async def billed_usage(self, account_number: str, start: date, end: date) -> Sequence[BilledUsage]:
        raise SystemRejected("unsupported")

    async def close(self) -> None:
        self._books.close()
