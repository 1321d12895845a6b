"""bills.csv, usage.csv and usage_days.csv: bills, how much of each is still owed, and readings by month and by day."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from backend.billing.models import Bill
from backend.importing.bulk_load import BulkLoader, RowValues
from backend.importing.fields import (
    InvalidField,
    parse_account_number,
    parse_cents,
    parse_day,
    parse_dollars,
    parse_kwh,
    parse_month,
    text_parser,
    whole_number_parser,
)
from backend.importing.table import Column, ParsedRow, Table
from backend.usage.models import DailyReading, MeterReading

LINE = re.compile(r"\s*(?P<label>.{1,80}?)\s*=\s*(?P<amount>-?\$?[\d,]+\.\d\d)\s*")
MAX_LINES_LENGTH = 2000
MAX_DAYS_TO_PAY = 120
MAX_PERIOD_DAYS = 400  # a year, read late
MAX_WH_A_DAY = 999_999_999
_parse_text = text_parser(MAX_LINES_LENGTH)


def parse_bill_lines(value: str) -> str:
    """`Basic service charge=29.50; Energy, 730 kWh=82.90`, stored as it is."""
    _parse_text(value)
    parse_lines(value)
    return value


def parse_lines(value: str) -> list[dict[str, Any]]:
    matches = [LINE.fullmatch(part) for part in value.split(";") if part.strip()]
    if not all(matches):
        raise InvalidField("is not of the form: Basic service charge=29.50; Energy, 730 kWh=82.90")
    return [{"label": line["label"], "cents": parse_dollars(line["amount"])} for line in matches if line]


def _days(row: ParsedRow, first: str, last: str) -> int:
    return (date.fromisoformat(str(row[last])) - date.fromisoformat(str(row[first]))).days


def _find_row_errors(row: ParsedRow) -> Iterator[str]:
    amount, paid = int(row["amount_cents"] or 0), int(row["paid_cents"] or 0)
    if str(row["period_end"]) < str(row["period_start"]):
        yield "period_end is before period_start"
    if str(row["due_on"]) < str(row["issued_on"]):
        yield "due_on is before issued_on"
    if _days(row, "issued_on", "due_on") > MAX_DAYS_TO_PAY:
        yield f"due_on is more than {MAX_DAYS_TO_PAY} days after issued_on"
    if _days(row, "period_start", "period_end") > MAX_PERIOD_DAYS:
        yield f"period_end is more than {MAX_PERIOD_DAYS} days after period_start"
    # a seasonal minimum is billed ahead; energy cannot be
    if row["kwh"] and str(row["period_end"]) > str(row["issued_on"]):
        yield "period_end is after issued_on, though the bill has kwh: energy is billed once it was used"
    if amount < 0:  # net metering: the member is owed for what they made
        if paid:
            yield "paid is not empty, but the amount is a credit"
    elif not 0 <= paid <= amount:
        yield "paid is not from nothing to the amount: what is too much belongs in opening_balance of accounts.csv"
    if row["lines"] and (total := sum(line["cents"] for line in parse_lines(str(row["lines"])))) != amount:
        yield f"lines sum to {total} cents, amount is {amount} cents"


async def _load_bills(loader: BulkLoader) -> None:
    columns = (
        "account_id", "number", "issued_on", "due_on", "period_start", "period_end", "kwh", "amount_cents", "lines",
    )  # fmt: skip
    await loader.load(Bill, columns, _bill_rows(loader))
    # earlier payments stay in the old system's books
    query = (
        "SELECT i.id, b.number, b.issued_on, b.amount_cents - b.paid_cents FROM bills b "
        "JOIN account_ids i ON i.number = b.account WHERE b.amount_cents <> b.paid_cents "
        "ORDER BY b.account, b.issued_on"
    )
    await loader.book_owed(
        (f"bill:{number}", account_id, owed, loader.morning(issued), "Electric bill")
        for account_id, number, issued, owed in loader.staging.rows(query)
    )


def _bill_rows(loader: BulkLoader) -> Iterator[RowValues]:
    query = (
        "SELECT i.id, b.number, b.issued_on, b.due_on, b.period_start, b.period_end, b.kwh, b.amount_cents, b.lines "
        "FROM bills b JOIN account_ids i ON i.number = b.account ORDER BY b.account, b.issued_on"
    )
    for id_, number, issued, due, start, end, kwh, amount, lines in loader.staging.rows(query):
        days = [date.fromisoformat(each) for each in (issued, due, start, end)]
        yield (id_, number, *days, kwh, amount, parse_lines(lines) if lines else [])


async def _load_usage(loader: BulkLoader) -> None:
    await loader.load(MeterReading, ("account_id", "month", "kwh", "days", "avg_temp_f"), _usage_rows(loader))


def _usage_rows(loader: BulkLoader) -> Iterator[RowValues]:
    query = (
        "SELECT i.id, u.month, u.kwh, u.days, u.avg_temp_f "
        "FROM usage u JOIN account_ids i ON i.number = u.account ORDER BY u.line"
    )
    for account_id, month, kwh, days, temperature in loader.staging.rows(query):
        first = date.fromisoformat(month)
        yield account_id, first, kwh, days or calendar.monthrange(first.year, first.month)[1], temperature


async def _load_days(loader: BulkLoader) -> None:
    query = "SELECT i.id, u.day, u.wh FROM usage_days u JOIN account_ids i ON i.number = u.account ORDER BY u.line"
    rows = ((id_, date.fromisoformat(day), wh) for id_, day, wh in loader.staging.rows(query))
    await loader.load(DailyReading, ("account_id", "day", "wh"), rows)


BILLS = Table(
    "bills",
    (
        Column("account", parse_account_number),
        Column("number", text_parser(40), required=False),
        Column("issued_on", parse_day),
        Column("due_on", parse_day),
        Column("period_start", parse_day),
        Column("period_end", parse_day),
        Column("kwh", whole_number_parser(-10_000_000, 10_000_000), required=False, default=0),
        Column("amount_cents", parse_cents, alternative=("amount", parse_dollars)),
        Column("paid_cents", parse_cents, required=False, default=0, alternative=("paid", parse_dollars)),
        Column("lines", parse_bill_lines, required=False),
    ),
    unique=(("number",), ("account", "issued_on")),
    load=_load_bills,
    find_errors=_find_row_errors,
    fill_statement=(
        "UPDATE bills SET number = account || '-' || substr(replace(issued_on, '-', ''), 3) WHERE number IS NULL"
    ),
)

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
    load=_load_usage,
)

USAGE_DAYS = Table(
    "usage_days",
    (
        Column("account", parse_account_number),
        Column("day", parse_day),
        Column("wh", whole_number_parser(-MAX_WH_A_DAY, MAX_WH_A_DAY), alternative=("kwh", parse_kwh)),
    ),
    unique=(("account", "day"),),
    load=_load_days,
)
