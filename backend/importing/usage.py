"""usage.csv: monthly meter readings of an account."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date

from backend.importing.bulk_load import BulkLoader, RowValues
from backend.importing.fields import parse_account_number, parse_month, whole_number_parser
from backend.importing.table import Column, Table
from backend.usage.models import MeterReading

USAGE = Table(
    "usage",
    (
        Column("account", parse_account_number),
        Column("month", parse_month),
        Column("kwh", whole_number_parser(-10_000_000, 10_000_000)),
        Column("days", whole_number_parser(1, 100), required=False),
        Column("avg_temp_f", whole_number_parser(-80, 140), required=False),
    ),
    unique=(("account", "month"),),
)


async def load_usage(loader: BulkLoader) -> None:
    await loader.load(MeterReading, ("account_id", "month", "kwh", "days", "avg_temp_f"), _rows(loader))


def _rows(loader: BulkLoader) -> Iterator[RowValues]:
    query = (
        "SELECT i.id, u.month, u.kwh, u.days, u.avg_temp_f "
        "FROM usage u JOIN account_ids i ON i.number = u.account ORDER BY u.line"
    )
    for id_, first, kwh, days, temperature in loader.staging.rows(query):
        day = date.fromisoformat(first)
        yield id_, day, kwh, days or calendar.monthrange(day.year, day.month)[1], temperature
