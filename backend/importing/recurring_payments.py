"""drafts.csv and autopay.csv: automatic payments."""

from __future__ import annotations

from collections.abc import Iterator

from backend.autopay.models import AutoPay, LegacyDraft
from backend.importing.bulk_load import BulkLoader, RowValues
from backend.importing.fields import InvalidField, Value, parse_account_number, whole_number_parser
from backend.importing.payment_methods import parse_token
from backend.importing.table import Column, Table

DUE_DATE_WORD = "due"
_day_of_month = whole_number_parser(1, 31)


def parse_run_day(value: str) -> Value:
    """A day of the month, or `due` for the due date of each bill, which is stored as 0."""
    if value.lower() == DUE_DATE_WORD:
        return 0
    try:
        return _day_of_month(value)
    except InvalidField as error:
        raise InvalidField(f'{error}; the due date of each bill is written "{DUE_DATE_WORD}"') from None


DRAFTS = Table(
    "drafts", (Column("account", parse_account_number), Column("token", parse_token)), unique=(("account",),)
)

AUTOPAY = Table(
    "autopay",
    (Column("account", parse_account_number), Column("token", parse_token), Column("day", parse_run_day)),
    unique=(("account",),),
)


async def load_drafts(loader: BulkLoader) -> None:
    rows = ((account, method, True) for account, method in _rows(loader, "drafts"))
    await loader.load(LegacyDraft, ("account_id", "method_id", "active"), rows)


async def load_autopay(loader: BulkLoader) -> None:
    rows = ((account, method, day or None, True) for account, method, day in _rows(loader, "autopay", ", t.day"))
    await loader.load(AutoPay, ("account_id", "method_id", "day_of_month", "active"), rows)


def _rows(loader: BulkLoader, table: str, more: str = "") -> Iterator[RowValues]:
    return loader.staging.rows(
        f"SELECT i.id, m.id{more} FROM {table} t JOIN account_ids i ON i.number = t.account "  # noqa: S608
        "JOIN method_ids m ON m.member = i.member AND m.token = t.token ORDER BY t.line"
    )
