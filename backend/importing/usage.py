"""usage.csv: what an account used, month by month."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date

from backend.importing.cells import account_number, month, whole
from backend.importing.loading import Loader, Values
from backend.importing.table import Column, Table
from backend.usage.models import Reading

USAGE = Table(
    "usage",
    (
        Column("account", account_number),
        Column("month", month),
        Column("kwh", whole(-10_000_000, 10_000_000)),
        Column("days", whole(1, 100), required=False),
        Column("avg_temp_f", whole(-80, 140), required=False),
    ),
    unique=(("account", "month"),),
)


async def load_usage(loader: Loader) -> None:
    await loader.load(Reading, ("account_id", "month", "kwh", "days", "avg_temp_f"), _rows(loader))


def _rows(loader: Loader) -> Iterator[Values]:
    query = (
        "SELECT i.id, u.month, u.kwh, u.days, u.avg_temp_f "
        "FROM usage u JOIN account_ids i ON i.number = u.account ORDER BY u.line"
    )
    for id_, first, kwh, days, temperature in loader.staging.rows(query):
        day = date.fromisoformat(first)
        yield id_, day, kwh, days or calendar.monthrange(day.year, day.month)[1], temperature
