"""usage.csv again: new months, and readings that were corrected."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from backend.importing.bills import USAGE
from backend.syncing.bills import count_new
from backend.syncing.feed import Feed, FeedKind
from backend.usage.models import MeterReading

COLUMNS = ("line", "account", "month", "kwh", "days", "avg_temp_f", "id")


async def apply(feed: Feed) -> None:
    feed.staging.run("CREATE TABLE known_months (account TEXT, month TEXT, PRIMARY KEY (account, month)) WITHOUT ROWID")
    query = (
        "SELECT t.line, t.account, t.month, t.kwh, t.days, t.avg_temp_f, i.id "
        "FROM usage t JOIN account_ids i ON i.number = t.account ORDER BY t.line"
    )
    for batch in feed.staging.batches(query):
        await _change_batch(feed, [dict(zip(COLUMNS, row, strict=True)) for row in batch])
        await feed.flush()
    feed.split("EXISTS (SELECT 1 FROM known_months k WHERE k.account = t.account AND k.month = t.month)")
    new = feed.staging.rows("SELECT account, month FROM usage")
    feed.outcome.note_all("added", (f"{account} {month[:7]}" for account, month in new))
    await feed.kind.table.load(feed.loader)
    count_new(feed)


async def _change_batch(feed: Feed, rows: Sequence[dict[str, Any]]) -> None:
    months = {date.fromisoformat(row["month"]) for row in rows}
    query = select(MeterReading).where(
        MeterReading.account_id.in_({row["id"] for row in rows}), MeterReading.month.in_(months)
    )
    known = {(reading.account_id, reading.month.isoformat()): reading for reading in await feed.session.scalars(query)}
    feed.session.expunge_all()
    there = []
    for row in rows:
        reading = known.get((row["id"], row["month"]))
        if reading is None:
            continue
        there.append((row["account"], row["month"]))
        if not row["days"]:
            row["days"] = calendar.monthrange(reading.month.year, reading.month.month)[1]
        names = [
            name for name in ("kwh", "days", "avg_temp_f") if name in feed.given and row[name] != getattr(reading, name)
        ]
        if names:
            name = f"{row['account']} {row['month'][:7]}"
            feed.update(MeterReading, reading.id, {each: row[each] for each in names})
            feed.outcome.note("changed", f"{name}: {', '.join(names)}")
            before: dict[str, Any] = {"month": row["month"][:7], **{each: getattr(reading, each) for each in names}}
            feed.act("usage_changed", row["id"], before, {each: row[each] for each in names})
    feed.staging.insert("known_months", there)


FEED = FeedKind(USAGE, key="t.account || ' ' || t.month", day="t.month", missing="months", apply=apply)
