"""drafts.csv, autopay.csv and alerts.csv: new rows are added. Members change and end these themselves, so an old row of
a file must not undo what they did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select

from backend.alerts.models import AlertSetting
from backend.autopay.models import AutoPay, LegacyDraft
from backend.db import Base
from backend.importing import existing_rows
from backend.importing.alerts import ALERTS
from backend.importing.payment_methods import AUTOPAY, DRAFTS
from backend.importing.table import Table
from backend.syncing.bills import count_new
from backend.syncing.feed import Feed, FeedKind


def _applier(model: type[Base], column: str | None = None) -> Callable[[Feed], Awaitable[None]]:
    """`column`: of the model, which with the account makes a row; the staged one is `alert`."""

    async def apply(feed: Feed) -> None:
        await _mark_there(feed, model, column)
        staged = "t.alert" if column else "''"
        feed.split(f"EXISTS (SELECT 1 FROM there k WHERE k.account = t.account AND k.what = {staged})")  # noqa: S608
        again = (
            f"SELECT t.account FROM old_{feed.name} t JOIN row_keys r ON r.line = t.line "  # noqa: S608
            "JOIN known_keys k ON k.key = r.key"
        )
        feed.outcome.note_all("not_changed", [account for (account,) in feed.staging.rows(again)])
        await existing_rows.check_single_debit(feed.session, feed.staging, feed.report)
        feed.report.raise_if_any()
        new = list(feed.staging.rows(f"SELECT account FROM {feed.name} ORDER BY line"))  # noqa: S608
        feed.outcome.note_all("added", [account for (account,) in new])
        await feed.kind.table.load(feed.loader)
        count_new(feed)

    return apply


async def _mark_there(feed: Feed, model: type[Base], column: str | None) -> None:
    feed.staging.run("CREATE TABLE there (account TEXT, what TEXT, PRIMARY KEY (account, what)) WITHOUT ROWID")
    wanted = f"SELECT DISTINCT i.id, i.number FROM {feed.name} t JOIN account_ids i ON i.number = t.account"  # noqa: S608
    table: Any = model.__table__
    for batch in feed.staging.batches(wanted):
        names: dict[int, str] = dict(batch)
        columns = [table.c.account_id, *([table.c[column]] if column else [])]
        found = await feed.session.execute(select(*columns).where(table.c.account_id.in_(names)))
        rows = [(names[row[0]], row[1] if column else "") for row in found]
        feed.staging.insert("there", rows, ignore=True)


def _feed(table: Table, model: type[Base], column: str | None = None) -> FeedKind:
    key = "t.account || ' ' || t.alert" if column else "t.account"
    return FeedKind(table, key=key, missing="none", apply=_applier(model, column))


FEEDS = (
    _feed(DRAFTS, LegacyDraft),
    _feed(AUTOPAY, AutoPay),
    _feed(ALERTS, AlertSetting, "kind"),
)
