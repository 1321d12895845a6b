"""payment_methods.csv, drafts.csv and autopay.csv: saved cards and bank accounts, and the automatic payments from them.

A method is the payment provider's token. Card numbers are rejected (PCI DSS).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend.autopay.models import AutoPay, LegacyDraft
from backend.importing.bulk_load import BulkLoader, RowValues
from backend.importing.fields import (
    KEEP_AS_TEXT_HINT,
    InvalidField,
    Value,
    choice_parser,
    parse_account_number,
    parse_member_number,
    reject_card,
    reject_scientific_notation,
    text_parser,
    whole_number_parser,
)
from backend.importing.table import Column, ParsedRow, Table
from backend.payments.models import PaymentMethod

TOKEN = re.compile(r"[!-~]{4,80}")
BANK_BRANDS = ("checking", "savings")
DUE_DATE_WORD = "due"
_day_of_month = whole_number_parser(1, 31)


def parse_token(value: str) -> str:
    """The payment provider's token. Errors never show the value: it may be a card number."""
    reject_card(value)
    if re.fullmatch(r"[\d\s-]+", value):
        raise InvalidField("is a number, where the payment provider's token is wanted (it is not shown)")
    if not TOKEN.fullmatch(value):
        raise InvalidField("is not a token of 4 to 80 characters without spaces")
    return value


def parse_last4(value: str) -> str:
    if re.fullmatch(r"\d{4}", value, re.ASCII):
        return value
    if re.fullmatch(r"\d{1,3}", value):
        raise InvalidField(f"is shorter than 4 digits: {KEEP_AS_TEXT_HINT}")
    reject_scientific_notation(value)
    raise InvalidField("is not exactly four digits (it is not shown)")


def _find_row_errors(row: ParsedRow) -> Iterator[str]:
    if row["kind"] == "card" and not (row["exp_month"] and row["exp_year"]):
        yield "a card needs exp_month and exp_year"
    if row["kind"] == "bank" and row["brand"] not in BANK_BRANDS:
        yield f"brand of a bank account is {' or '.join(BANK_BRANDS)}"


async def _load_methods(loader: BulkLoader) -> None:
    query = (
        "SELECT i.id, p.token, p.kind, p.brand, p.last4, p.exp_month, p.exp_year, p.member "
        "FROM payment_methods p JOIN member_ids i ON i.number = p.member ORDER BY p.line"
    )
    columns = (
        "id", "member_id", "token", "kind", "brand", "last4", "exp_month", "exp_year", "saved", "active",
    )  # fmt: skip
    for batch in loader.staging.batches(query):
        ids = await loader.reserve_ids(PaymentMethod, len(batch))
        named = list(zip(ids, batch, strict=True))
        await loader.load(PaymentMethod, columns, [(id_, *row[:-1], True, True) for id_, row in named])
        loader.staging.update_method_ids([(id_, row[-1], row[1]) for id_, row in named])


def parse_run_day(value: str) -> Value:
    """A day of the month, or `due` for the due date of each bill, which is stored as 0."""
    if value.lower() == DUE_DATE_WORD:
        return 0
    try:
        return _day_of_month(value)
    except InvalidField as error:
        raise InvalidField(f'{error}; the due date of each bill is written "{DUE_DATE_WORD}"') from None


async def _load_drafts(loader: BulkLoader) -> None:
    rows = ((account, method, True) for account, method in _automatic_payment_rows(loader, "drafts"))
    await loader.load(LegacyDraft, ("account_id", "method_id", "active"), rows)


async def _load_autopay(loader: BulkLoader) -> None:
    rows = (
        (account, method, day or None, True)
        for account, method, day in _automatic_payment_rows(loader, "autopay", ", t.day")
    )
    await loader.load(AutoPay, ("account_id", "method_id", "day_of_month", "active"), rows)


def _automatic_payment_rows(loader: BulkLoader, table: str, more: str = "") -> Iterator[RowValues]:
    return loader.staging.rows(
        f"SELECT i.id, m.id{more} FROM {table} t JOIN account_ids i ON i.number = t.account "  # noqa: S608
        "JOIN method_ids m ON m.member = i.member AND m.token = t.token ORDER BY t.line"
    )


METHODS = Table(
    "payment_methods",
    (
        Column("member", parse_member_number),
        Column("token", parse_token),
        Column("kind", choice_parser("card", "bank")),
        Column("brand", text_parser(24)),
        Column("last4", parse_last4),
        Column("exp_month", whole_number_parser(1, 12), required=False),
        Column("exp_year", whole_number_parser(2000, 2100), required=False),
    ),
    unique=(("member", "token"),),
    load=_load_methods,
    find_errors=_find_row_errors,
)

DRAFTS = Table(
    "drafts",
    (Column("account", parse_account_number), Column("token", parse_token)),
    unique=(("account",),),
    load=_load_drafts,
)

AUTOPAY = Table(
    "autopay",
    (Column("account", parse_account_number), Column("token", parse_token), Column("day", parse_run_day)),
    unique=(("account",),),
    load=_load_autopay,
)
