"""drafts.csv and autopay.csv: what pays bills by itself."""

from __future__ import annotations

from collections.abc import Iterator

from backend.autopay.models import AutoPay, LegacyDraft
from backend.importing.cells import BadCell, Value, account_number, whole
from backend.importing.loading import Loader, Values
from backend.importing.methods import token
from backend.importing.table import Column, Table

DUE = "due"
_day_of_month = whole(1, 31)


def run_day(value: str) -> Value:
    """A day of the month, or `due` for the due date of each bill, which is kept as 0."""
    if value.lower() == DUE:
        return 0
    try:
        return _day_of_month(value)
    except BadCell as error:
        raise BadCell(f'{error}; the due date of each bill is written "{DUE}"') from None


DRAFTS = Table("drafts", (Column("account", account_number), Column("token", token)), unique=(("account",),))

AUTOPAY = Table(
    "autopay",
    (Column("account", account_number), Column("token", token), Column("day", run_day)),
    unique=(("account",),),
)


async def load_drafts(loader: Loader) -> None:
    rows = ((account, method, True) for account, method in _rows(loader, "drafts"))
    await loader.load(LegacyDraft, ("account_id", "method_id", "active"), rows)


async def load_autopay(loader: Loader) -> None:
    rows = ((account, method, day or None, True) for account, method, day in _rows(loader, "autopay", ", t.day"))
    await loader.load(AutoPay, ("account_id", "method_id", "day_of_month", "active"), rows)


def _rows(loader: Loader, table: str, more: str = "") -> Iterator[Values]:
    return loader.staging.rows(
        f"SELECT i.id, m.id{more} FROM {table} t JOIN account_ids i ON i.number = t.account "  # noqa: S608
        "JOIN method_ids m ON m.member = i.member AND m.token = t.token ORDER BY t.line"
    )
