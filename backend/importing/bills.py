"""bills.csv: bills, and what of each is still owed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from backend.billing import ledger
from backend.billing.models import Bill, LedgerEntry
from backend.importing.cells import BadCell, account_number, cents, day, dollars, text, whole
from backend.importing.loading import Loader, Values
from backend.importing.table import Column, Row, Table

LINE = re.compile(r"\s*(?P<label>.{1,80}?)\s*=\s*(?P<amount>-?\$?[\d,]+\.\d\d)\s*")
LONGEST_LINES = 2000
MOST_DAYS_TO_PAY = 120
MOST_DAYS = 400  # of what one bill is for: a year, read late
_text = text(LONGEST_LINES)


def bill_lines(value: str) -> str:
    """`Basic service charge=29.50; Energy, 730 kWh=82.90`, kept as it is."""
    _text(value)
    _split(value)
    return value


def _split(value: str) -> list[dict[str, Any]]:
    found = [LINE.fullmatch(part) for part in value.split(";") if part.strip()]
    if not all(found):
        raise BadCell("is not of the form: Basic service charge=29.50; Energy, 730 kWh=82.90")
    return [{"label": line["label"], "cents": dollars(line["amount"])} for line in found if line]


def _days(row: Row, first: str, last: str) -> int:
    return (date.fromisoformat(str(row[last])) - date.fromisoformat(str(row[first]))).days


def _wrong(row: Row) -> Iterator[str]:
    amount, paid = int(row["amount_cents"] or 0), int(row["paid_cents"] or 0)
    if str(row["period_end"]) < str(row["period_start"]):
        yield "period_end is before period_start"
    if str(row["due_on"]) < str(row["issued_on"]):
        yield "due_on is before issued_on"
    if _days(row, "issued_on", "due_on") > MOST_DAYS_TO_PAY:
        yield f"due_on is more than {MOST_DAYS_TO_PAY} days after issued_on"
    if _days(row, "period_start", "period_end") > MOST_DAYS:
        yield f"period_end is more than {MOST_DAYS} days after period_start"
    # a seasonal minimum is billed ahead; energy cannot be
    if row["kwh"] and str(row["period_end"]) > str(row["issued_on"]):
        yield "period_end is after issued_on, though the bill has kwh: energy is billed once it was used"
    if amount < 0:  # net metering: the member is owed for what they made
        if paid:
            yield "paid is not empty, but the amount is a credit"
    elif not 0 <= paid <= amount:
        yield "paid is not from nothing to the amount: what is too much belongs in opening_balance of accounts.csv"
    if row["lines"] and (total := sum(line["cents"] for line in _split(str(row["lines"])))) != amount:
        yield f"lines sum to {total} cents, amount is {amount} cents"


BILLS = Table(
    "bills",
    (
        Column("account", account_number),
        Column("number", text(40), required=False),
        Column("issued_on", day),
        Column("due_on", day),
        Column("period_start", day),
        Column("period_end", day),
        Column("kwh", whole(-10_000_000, 10_000_000), required=False, default=0),
        Column("amount_cents", cents, other=("amount", dollars)),
        Column("paid_cents", cents, required=False, default=0, other=("paid", dollars)),
        Column("lines", bill_lines, required=False),
    ),
    unique=(("number",), ("account", "issued_on")),
    wrong=_wrong,
    fill="UPDATE bills SET number = account || '-' || substr(replace(issued_on, '-', ''), 3) WHERE number IS NULL",
)


async def load_bills(loader: Loader) -> None:
    columns = (
        "account_id", "number", "issued_on", "due_on", "period_start", "period_end", "kwh", "amount_cents", "lines",
    )  # fmt: skip
    await loader.load(Bill, columns, _rows(loader))
    await loader.load(
        LedgerEntry, ("correlation", "book", "account_id", "amount_cents", "at", "memo"), _entries(loader)
    )


def _rows(loader: Loader) -> Iterator[Values]:
    query = (
        "SELECT i.id, b.number, b.issued_on, b.due_on, b.period_start, b.period_end, b.kwh, b.amount_cents, b.lines "
        "FROM bills b JOIN account_ids i ON i.number = b.account ORDER BY b.account, b.issued_on"
    )
    for id_, number, issued, due, start, end, kwh, amount, lines in loader.staging.rows(query):
        days = [date.fromisoformat(each) for each in (issued, due, start, end)]
        yield (id_, number, *days, kwh, amount, _split(lines) if lines else [])


def _entries(loader: Loader) -> Iterator[Values]:
    """What is still owed of each bill; a credit is booked as one. What was paid before was money of the books that the
    co-op comes from."""
    query = (
        "SELECT i.id, b.number, b.issued_on, b.amount_cents - b.paid_cents FROM bills b "
        "JOIN account_ids i ON i.number = b.account WHERE b.amount_cents <> b.paid_cents "
        "ORDER BY b.account, b.issued_on"
    )
    for id_, number, issued, owed in loader.staging.rows(query):
        at = loader.morning(issued)
        for book, signed in ((ledger.RECEIVABLE, owed), (ledger.REVENUE, -owed)):
            yield (f"bill:{number}", book, id_, signed, at, "Electric bill")
