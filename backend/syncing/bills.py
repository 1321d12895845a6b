"""bills.csv again: new bills, and corrections of those that were issued."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from backend.billing import ledger
from backend.billing.models import Account, Bill, LedgerEntry, OutsideEntry
from backend.importing.bills import BILLS, parse_lines
from backend.importing.staging import BATCH_SIZE
from backend.syncing.feed import Feed, FeedKind
from backend.syncing.takeover import takeover_days

DAYS = ("issued_on", "due_on", "period_start", "period_end")
COLUMNS = ("line", "account", "number", *DAYS, "kwh", "amount_cents", "paid_cents", "lines")
CORRECTION = "correction"


async def apply(feed: Feed) -> None:
    await _mark_known(feed)
    feed.split("EXISTS (SELECT 1 FROM known_bills b WHERE b.number = t.number)")
    await _leave_out_payments(feed)
    feed.outcome.note_all("added", (number for (number,) in feed.staging.rows("SELECT number FROM bills")))
    ids = [
        id_
        for (id_,) in feed.staging.rows("SELECT DISTINCT i.id FROM bills b JOIN account_ids i ON i.number = b.account")
    ]
    for start in range(0, len(ids)):
        await feed.lock_accounts(ids[start : start + BATCH_SIZE])
    await feed.kind.table.load(feed.loader)
    count_new(feed)
    query = f"SELECT {', '.join(COLUMNS)} FROM old_bills ORDER BY line"  # noqa: S608
    for batch in feed.staging.batches(query):
        await _change_batch(feed, [dict(zip(COLUMNS, row, strict=True)) for row in batch])
        await feed.flush()


def count_new(feed: Feed) -> None:
    """An audit row for each account with the number of its new rows, as an import writes it."""
    query = (
        f"SELECT i.id, i.number, count(*) FROM {feed.name} t JOIN account_ids i ON i.number = t.account "  # noqa: S608
        "GROUP BY i.id, i.number ORDER BY i.number"
    )
    for id_, number, count in list(feed.staging.rows(query)):
        feed.act("account_added_to", id_, None, {"number": number, feed.name: count})


async def _mark_known(feed: Feed) -> None:
    feed.staging.run("CREATE TABLE known_bills (number TEXT PRIMARY KEY) WITHOUT ROWID")
    for batch in feed.staging.batches("SELECT number FROM bills WHERE number IS NOT NULL"):
        query = select(Bill.number).where(Bill.number.in_([number for (number,) in batch]))
        feed.staging.insert("known_bills", [(number,) for number in await feed.session.scalars(query)])


async def _leave_out_payments(feed: Feed) -> None:
    """`paid` of a new bill counts only where the bill is from before the account was taken over: later payments come in
    payments.csv or are our own, and would count twice."""
    query = (
        "SELECT b.line, b.number, b.issued_on, i.id FROM bills b JOIN account_ids i ON i.number = b.account "
        "WHERE b.paid_cents <> 0"
    )
    is_warned = await feed.session.scalar(select(OutsideEntry.id).limit(1)) is None
    for batch in feed.staging.batches(query):
        since = await takeover_days(feed, {id_ for *_rest, id_ in batch})
        for line, number, issued, id_ in batch:
            if id_ not in since or issued > since[id_].isoformat():
                feed.staging.run("UPDATE bills SET paid_cents = 0 WHERE line = ?", line)
                if is_warned:
                    feed.outcome.note("paid_not_used", number)


async def _change_batch(feed: Feed, rows: Sequence[dict[str, Any]]) -> None:
    query = (
        select(*Bill.__table__.c, Account.number.label("account"))
        .join(Account, Account.id == Bill.account_id)
        .where(Bill.number.in_([row["number"] for row in rows]))
    )
    known = {bill.number: bill for bill in await feed.session.execute(query)}
    changes = []
    for row in rows:
        bill = known[row["number"]]
        if bill.account != row["account"]:
            feed.report.add(BILLS.file, row["line"], f"bill {bill.number} is of account {bill.account}")
            continue
        values = dict(_changes(feed, row, bill))
        if values:
            changes.append((bill, values))
    feed.report.raise_if_any()
    await _write(feed, changes)


def _changes(feed: Feed, row: dict[str, Any], bill: Any) -> Iterator[tuple[str, Any]]:
    for name in DAYS:
        if row[name] != getattr(bill, name).isoformat():
            yield name, date.fromisoformat(row[name])
    if "kwh" in feed.given and row["kwh"] != bill.kwh:
        yield "kwh", row["kwh"]
    if row["amount_cents"] != bill.amount_cents:
        yield "amount_cents", row["amount_cents"]
    lines = parse_lines(row["lines"]) if row["lines"] else bill.lines
    if lines and sum(int(line["cents"]) for line in lines) != row["amount_cents"]:
        lines = []  # those of before the correction
    if lines != bill.lines:
        yield "lines", lines


async def _write(feed: Feed, changes: Sequence[tuple[Any, dict[str, Any]]]) -> None:
    """`changes`: the row of the bill as it was, with its account's number, and the new values."""
    corrected = [bill for bill, values in changes if "amount_cents" in values]
    if not changes:
        return
    await feed.lock_accounts([bill.account_id for bill in corrected])
    earlier = await _count_corrections(feed, {bill.account_id for bill in corrected})
    for bill, values in changes:
        feed.update(Bill, bill.id, values)
        feed.outcome.note("changed", f"{bill.number} of {bill.account}: {', '.join(values)}")
        before = {"number": bill.number, **{name: _plain(getattr(bill, name)) for name in values}}
        feed.act("bill_changed", bill.account_id, before, {name: _plain(value) for name, value in values.items()})
        if "amount_cents" in values:
            grown = values["amount_cents"] - bill.amount_cents
            feed.book(
                f"{CORRECTION}:{earlier[bill.number] + 1}:{bill.number}",
                {ledger.RECEIVABLE: grown, ledger.REVENUE: -grown},
                bill.account_id,
                feed.now,
                "Bill corrected",
            )


async def _count_corrections(feed: Feed, account_ids: set[int]) -> Counter[str]:
    """How often each bill of these accounts was corrected."""
    query = select(LedgerEntry.correlation).where(
        LedgerEntry.account_id.in_(account_ids),
        LedgerEntry.book == ledger.RECEIVABLE,
        LedgerEntry.correlation.startswith(f"{CORRECTION}:"),
    )
    return Counter(text.split(":", 2)[2] for text in await feed.session.scalars(query))


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, list) else value


FEED = FeedKind(BILLS, key="t.number", day="t.issued_on", missing="days", apply=apply)
