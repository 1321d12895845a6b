"""payment_methods.csv: the provider's tokens for saved cards and bank accounts. Card numbers are rejected (PCI DSS)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend.importing.bulk_load import BulkLoader
from backend.importing.fields import (
    KEEP_AS_TEXT_HINT,
    InvalidField,
    choice_parser,
    parse_member_number,
    reject_card,
    reject_scientific_notation,
    text_parser,
    whole_number_parser,
)
from backend.importing.staging import BATCH_SIZE
from backend.importing.table import Column, ParsedRow, Table
from backend.payments.models import PaymentMethod

TOKEN = re.compile(r"[!-~]{4,80}")
BANK_BRANDS = ("checking", "savings")


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
    find_errors=_find_row_errors,
)


async def load_methods(loader: BulkLoader) -> None:
    query = (
        "SELECT i.id, p.token, p.kind, p.brand, p.last4, p.exp_month, p.exp_year, p.member "
        "FROM payment_methods p JOIN member_ids i ON i.number = p.member ORDER BY p.line"
    )
    columns = (
        "id", "member_id", "token", "kind", "brand", "last4", "exp_month", "exp_year", "saved", "active",
    )  # fmt: skip
    for batch in loader.staging.batches(query, BATCH_SIZE):
        ids = await loader.reserve_ids(PaymentMethod, len(batch))
        named = list(zip(ids, batch, strict=True))
        await loader.load(PaymentMethod, columns, [(id_, *row[:-1], True, True) for id_, row in named])
        loader.staging.update_method_ids([(id_, row[-1], row[1]) for id_, row in named])
