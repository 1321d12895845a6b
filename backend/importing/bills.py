"""bills.csv: bills, and how much of each is still owed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from backend.billing import ledger
from backend.billing.models import Bill, LedgerEntry
from backend.importing.bulk_load import BulkLoader, RowValues
from backend.importing.fields import (
    InvalidField,
    parse_account_number,
    parse_cents,
    parse_day,
    parse_dollars,
    text_parser,
    whole_number_parser,
)
from backend.importing.table import Column, ParsedRow, Table

LINE = re.compile(r"\s*(?P<label>.{1,80}?)\s*=\s*(?P<amount>-?\$?[\d,]+\.\d\d)\s*")
MAX_LINES_LENGTH = 2000
MAX_DAYS_TO_PAY = 120
MAX_PERIOD_DAYS = 400  # a year, read late
_read_text = text_parser(MAX_LINES_LENGTH)


def parse_bill_lines(value: str) -> str:
    """`Basic service charge=29.50; Energy, 730 kWh=82.90`, stored as it is."""
    _read_text(value)
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
    find_errors=_find_row_errors,
    fill_statement=(
        "UPDATE bills SET number = account || '-' || substr(replace(issued_on, '-', ''), 3) WHERE number IS NULL"
    ),
)


async def load_bills(loader: BulkLoader) -> None:
    columns = (
        "account_id", "number", "issued_on", "due_on", "period_start", "period_end", "kwh", "amount_cents", "lines",
    )  # fmt: skip
    await loader.load(Bill, columns, _rows(loader))
    await loader.load(
        LedgerEntry, ("correlation", "book", "account_id", "amount_cents", "at", "memo"), _ledger_rows(loader)
    )


def _rows(loader: BulkLoader) -> Iterator[RowValues]:
    query = (
        "SELECT i.id, b.number, b.issued_on, b.due_on, b.period_start, b.period_end, b.kwh, b.amount_cents, b.lines "
        "FROM bills b JOIN account_ids i ON i.number = b.account ORDER BY b.account, b.issued_on"
    )
    for id_, number, issued, due, start, end, kwh, amount, lines in loader.staging.rows(query):
        days = [date.fromisoformat(each) for each in (issued, due, start, end)]
        yield (id_, number, *days, kwh, amount, parse_lines(lines) if lines else [])


def _ledger_rows(loader: BulkLoader) -> Iterator[RowValues]:
    """What is still owed of each bill; a credit is booked as negative. Earlier payments stay in the old system's
    books."""
    query = (
        "SELECT i.id, b.number, b.issued_on, b.amount_cents - b.paid_cents FROM bills b "
        "JOIN account_ids i ON i.number = b.account WHERE b.amount_cents <> b.paid_cents "
        "ORDER BY b.account, b.issued_on"
    )
    for id_, number, issued, owed in loader.staging.rows(query):
        at = loader.morning(issued)
        for book, signed in ((ledger.RECEIVABLE, owed), (ledger.REVENUE, -owed)):
            yield (f"bill:{number}", book, id_, signed, at, "Electric bill")
