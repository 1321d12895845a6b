"""accounts.csv again: new accounts, and those that changed, were closed or were opened again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from backend.billing.models import Account
from backend.importing.members import ACCOUNTS
from backend.syncing.closing import stop_payments
from backend.syncing.feed import Feed, FeedKind

COLUMNS = ("number", "service_address", "status", "opened_on")
NUMBER = "t.member || '-' || t.separator"


async def apply(feed: Feed) -> None:
    feed.split(f"EXISTS (SELECT 1 FROM account_ids i WHERE i.number = {NUMBER} AND i.id IS NOT NULL)")  # noqa: S608
    feed.outcome.note_all("added", (number for (number,) in feed.staging.rows(f"SELECT {NUMBER} FROM accounts t")))  # noqa: S608
    await feed.kind.table.load(feed.loader)
    new = f"SELECT i.id, i.number FROM accounts t JOIN account_ids i ON i.number = {NUMBER} ORDER BY t.line"  # noqa: S608
    for id_, number in feed.staging.rows(new):
        feed.act("account_imported", id_, None, {"number": number})  # its day is when the account was taken over
    query = f"SELECT {NUMBER}, service_address, status, opened_on FROM old_accounts t ORDER BY line"  # noqa: S608
    for batch in feed.staging.batches(query):
        await _change_batch(feed, [dict(zip(COLUMNS, row, strict=True)) for row in batch])
        await feed.flush()


async def _change_batch(feed: Feed, rows: Sequence[dict[str, Any]]) -> None:
    numbers = [row["number"] for row in rows]
    query = select(Account.id, Account.number, Account.service_address, Account.status, Account.opened_on)
    query = query.where(Account.number.in_(numbers)).order_by(Account.id).with_for_update(key_share=True)
    known = {row.number: row for row in await feed.session.execute(query)}
    closed = []
    for row in rows:
        there = known[row["number"]]
        if row["opened_on"]:
            row["opened_on"] = date.fromisoformat(row["opened_on"])
        names = [name for name in COLUMNS[1:] if name in feed.given and row[name] != getattr(there, name)]
        if "opened_on" in names and not row["opened_on"]:
            names.remove("opened_on")  # an empty cell does not take back a day that is known
        if not names:
            continue
        sort = "changed"
        if "status" in names:
            sort = "closed" if row["status"] == "closed" else "reopened"
            closed += [there.id] if sort == "closed" else []
        feed.update(Account, there.id, {name: row[name] for name in names})
        feed.outcome.note(sort, f"{there.number}: {', '.join(names)}" if sort == "changed" else there.number)
        before = {"number": there.number, **{name: _plain(getattr(there, name)) for name in names}}
        feed.act(f"account_{sort}", there.id, before, {name: _plain(row[name]) for name in names})
    await stop_payments(feed, closed)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


FEED = FeedKind(ACCOUNTS, key=NUMBER, apply=apply)
