"""accounts.csv again: new accounts, and those that changed, were closed or were opened again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, select

from backend.billing.models import Account, PrepaidAccount
from backend.importing.members import ACCOUNTS
from backend.syncing.closing import stop_payments
from backend.syncing.feed import Feed, FeedKind

ACCOUNT_COLUMNS = ("service_address", "status", "opened_on")
COLUMNS = ("number", *ACCOUNT_COLUMNS, "prepaid", "daily_use_cents")
NUMBER = "t.member || '-' || t.separator"


async def apply(feed: Feed) -> None:
    feed.split(f"EXISTS (SELECT 1 FROM account_ids i WHERE i.number = {NUMBER} AND i.id IS NOT NULL)")  # noqa: S608
    feed.outcome.note_all("added", (number for (number,) in feed.staging.rows(f"SELECT {NUMBER} FROM accounts t")))  # noqa: S608
    await feed.kind.table.load(feed.loader)
    new = f"SELECT i.id, i.number FROM accounts t JOIN account_ids i ON i.number = {NUMBER} ORDER BY t.line"  # noqa: S608
    for id_, number in feed.staging.rows(new):
        feed.act("account_imported", id_, None, {"number": number})  # its day is when the account was taken over
    query = f"SELECT {NUMBER}, {', '.join(COLUMNS[1:])} FROM old_accounts t ORDER BY line"  # noqa: S608
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
        names = [name for name in ACCOUNT_COLUMNS if name in feed.given and row[name] != getattr(there, name)]
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
    if closed:
        await feed.flush()  # they are closed from here on
    for ended in await stop_payments(feed.session, feed.backend, closed, feed.now):
        feed.act(*ended)
    if "prepaid" in feed.given:
        await _change_prepaid(feed, rows, {number: there.id for number, there in known.items()})


async def _change_prepaid(feed: Feed, rows: Sequence[dict[str, Any]], ids: dict[str, int]) -> None:
    """Which accounts are paid for ahead, and what a day uses. What is left is its credit: payments.csv has that."""
    query = select(PrepaidAccount.account_id, PrepaidAccount.id, PrepaidAccount.daily_cents)
    query = query.where(PrepaidAccount.account_id.in_(ids.values()))
    known = {account_id: (id_, daily) for account_id, id_, daily in await feed.session.execute(query)}
    new, ended = [], []
    for row in rows:
        account_id = ids[row["number"]]
        there = known.get(account_id)
        before = {"prepaid": there is not None, "daily_use_cents": there[1] if there else None}
        daily = row["daily_use_cents"] if "daily_use_cents" in feed.given else before["daily_use_cents"]
        after = {"prepaid": bool(row["prepaid"]), "daily_use_cents": daily if row["prepaid"] else None}
        if after == before:
            continue
        if there is None:
            new.append((account_id, daily))
        elif row["prepaid"]:
            feed.update(PrepaidAccount, there[0], {"daily_cents": daily})
        else:
            ended.append(there[0])
        changed = ", ".join(name for name in after if after[name] != before[name])
        feed.outcome.note("changed", f"{row['number']}: {changed}")
        feed.act("account_changed", account_id, {"number": row["number"], **before}, after)
    await feed.loader.load(PrepaidAccount, ("account_id", "daily_cents"), new)
    await feed.session.execute(delete(PrepaidAccount).where(PrepaidAccount.id.in_(ended)))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


FEED = FeedKind(ACCOUNTS, key=NUMBER, apply=apply)
