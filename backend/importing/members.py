"""members.csv and accounts.csv: the members with their logins, and their accounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError

from backend.billing.models import Account, PrepaidAccount
from backend.importing.bulk_load import BulkLoader, RowValues
from backend.importing.emails import parse_email
from backend.importing.fields import (
    InvalidField,
    choice_parser,
    name_parser,
    parse_cents,
    parse_day,
    parse_dollars,
    parse_member_number,
    parse_phone,
    parse_separator,
    quote_value,
    text_parser,
)
from backend.importing.table import Column, ParsedRow, Table
from backend.logins.login_creation import HOLDER_DIGIT_COUNTS
from backend.logins.models import HolderProof, Login
from backend.logins.service import USER_ID, fold_user_id, hash_holder_digits
from backend.members.models import Member


def parse_holder_digits(value: str) -> str:
    """The last four of the holder's social security number, or a business's tax ID. Only a keyed hash is stored."""
    digits = value.replace("-", "")
    if digits.isascii() and digits.isdigit() and len(digits) in HOLDER_DIGIT_COUNTS.values():
        if not digits.strip("0"):
            raise InvalidField("is all zeros, which nobody has: leave it empty where it is not known")
        return digits
    raise InvalidField("is neither the last four of a social security number nor a nine-digit tax ID (it is not shown)")


def _find_member_errors(row: ParsedRow) -> Iterator[str]:
    if row["holder_digits"] and len(str(row["holder_digits"])) != HOLDER_DIGIT_COUNTS[str(row["kind"])]:
        yield f"holder_digits of a {row['kind']} member are {HOLDER_DIGIT_COUNTS[str(row['kind'])]} digits"
    if row["password_hash"] and not row["user_id"]:
        yield "a password_hash needs a user_id"


def parse_user_id(value: str) -> str:
    """In lowercase: sign-in ignores case, so two user IDs must not differ by case alone."""
    if not USER_ID.fullmatch(value):
        raise InvalidField("is not a user ID: 4 to 64 letters, digits, . _ @ + or -, with a letter among them")
    return fold_user_id(value)


def parse_password_hash(value: str) -> str:
    """An argon2 hash in its encoded form (`$argon2id$...`)."""
    try:
        extract_parameters(value)
    except InvalidHashError:
        raise InvalidField(
            "is not an argon2 hash (leave it empty: the member sets a password by Forgot Password?)"
        ) from None
    return value


def parse_yes_no(value: str) -> int:
    """1 or 0, from what spreadsheets and clerks write."""
    if value.lower() in ("yes", "y", "true", "t", "1", "x"):
        return 1
    if value.lower() in ("no", "n", "false", "f", "0", "-"):
        return 0
    raise InvalidField(f"{quote_value(value)} is neither yes nor no")


def _find_account_errors(row: ParsedRow) -> Iterator[str]:
    if not row["prepaid"] and (row["prepaid_balance_cents"] is not None or row["daily_use_cents"] is not None):
        yield "prepaid_balance and daily_use belong to accounts with yes under prepaid"
    if row["prepaid_balance_cents"] is not None and row["opening_balance_cents"]:
        yield "prepaid_balance and opening_balance both say how the account stands: leave one of them empty"
    if row["daily_use_cents"] is not None and int(row["daily_use_cents"]) < 0:
        yield "daily_use is below zero"


async def _load_members(loader: BulkLoader) -> None:
    query = "SELECT number, name, kind, phone, email, language, mailing_address FROM members ORDER BY line"
    columns = ("id", "number", "name", "kind", "phone", "email", "language", "mailing_address")
    for batch in loader.staging.batches(query):
        ids = await loader.reserve_ids(Member, len(batch))
        rows = [(id_, *row) for id_, row in zip(ids, batch, strict=True)]
        await loader.load(Member, columns, rows)
        loader.staging.update_ids("member_ids", [(row[0], row[1]) for row in rows])
    query = (
        "SELECT i.id, m.number, m.holder_digits FROM members m JOIN member_ids i ON i.number = m.number "
        "WHERE m.holder_digits IS NOT NULL ORDER BY m.line"
    )
    proofs = (
        (member_id, hash_holder_digits(loader.backend, number, digits))
        for member_id, number, digits in loader.staging.rows(query)
    )
    await loader.load(HolderProof, ("member_id", "digits_hash"), proofs)
    login_columns = (
        "member_id", "user_id", "user_key", "password_hash", "first_name", "last_name", "created_at", "password_set_at",
    )  # fmt: skip
    await loader.load(Login, login_columns, _login_rows(loader))


def _login_rows(loader: BulkLoader) -> Iterator[RowValues]:
    query = (
        "SELECT i.id, m.user_id, m.password_hash, m.name FROM members m JOIN member_ids i ON i.number = m.number "
        "WHERE m.user_id IS NOT NULL ORDER BY m.line"
    )
    for id_, key, secret, name in loader.staging.rows(query):
        first, _, last = name.partition(" ")
        yield id_, key, key, secret or "", first[:80], last[:80], loader.now, loader.now


async def _load_accounts(loader: BulkLoader) -> None:
    query = (
        "SELECT i.id, a.member, a.separator, a.service_address, a.status, a.opened_on "
        "FROM accounts a JOIN member_ids i ON i.number = a.member ORDER BY a.line"
    )
    columns = ("id", "member_id", "separator", "number", "number_digits", "service_address", "status", "opened_on")
    for batch in loader.staging.batches(query):
        ids = await loader.reserve_ids(Account, len(batch))
        rows: list[RowValues] = []
        for id_, (member_id, member, separator, address, status, opened) in zip(ids, batch, strict=True):
            opened_on = date.fromisoformat(opened) if opened else None
            numbers = (separator, f"{member}-{separator}", f"{member}{separator}")
            rows.append((id_, member_id, *numbers, address, status, opened_on))
        await loader.load(Account, columns, rows)
        loader.staging.update_ids("account_ids", [(row[0], row[3]) for row in rows])
    query = (
        "SELECT i.number, i.id, a.opening_balance_cents - COALESCE(a.prepaid_balance_cents, 0) AS owed FROM accounts a "
        "JOIN account_ids i ON i.number = a.member || '-' || a.separator WHERE owed <> 0 ORDER BY a.line"
    )
    await loader.book_owed(
        (f"opening:{number}", account_id, owed, loader.now, "Balance taken over")
        for number, account_id, owed in loader.staging.rows(query)
    )
    query = (
        "SELECT i.id, a.daily_use_cents FROM accounts a "
        "JOIN account_ids i ON i.number = a.member || '-' || a.separator WHERE a.prepaid ORDER BY a.line"
    )
    await loader.load(PrepaidAccount, ("account_id", "daily_cents"), loader.staging.rows(query))


MEMBERS = Table(
    "members",
    (
        Column("number", parse_member_number),
        Column("name", name_parser(200)),
        Column("kind", choice_parser("residential", "commercial"), required=False, default="residential"),
        Column("phone", parse_phone),
        Column("email", parse_email, required=False),
        Column("language", choice_parser("en", "es"), required=False, default="en"),
        Column("mailing_address", text_parser(200), required=False),
        Column("holder_digits", parse_holder_digits, required=False),
        Column("user_id", parse_user_id, required=False),
        Column("password_hash", parse_password_hash, required=False),
    ),
    unique=(("number",), ("user_id",)),
    load=_load_members,
    find_errors=_find_member_errors,
)

ACCOUNTS = Table(
    "accounts",
    (
        Column("member", parse_member_number),
        Column("separator", parse_separator),
        Column("service_address", text_parser(200), required=False, default=""),
        Column("status", choice_parser("open", "closed"), required=False, default="open"),
        Column("opened_on", parse_day, required=False),
        Column(
            "opening_balance_cents",
            parse_cents,
            required=False,
            default=0,
            alternative=("opening_balance", parse_dollars),
        ),
        Column("prepaid", parse_yes_no, required=False, default=0),
        Column("prepaid_balance_cents", parse_cents, required=False, alternative=("prepaid_balance", parse_dollars)),
        Column("daily_use_cents", parse_cents, required=False, alternative=("daily_use", parse_dollars)),
    ),
    unique=(("member", "separator"),),
    load=_load_accounts,
    find_errors=_find_account_errors,
)
