"""members.csv and accounts.csv: who there is, and the services they have."""

from __future__ import annotations

from collections.abc import Iterator

from backend.billing import ledger
from backend.billing.models import Account, LedgerEntry
from backend.importing import logins
from backend.importing.cells import (
    BadCell,
    cents,
    day,
    dollars,
    member_number,
    name,
    one_of,
    phone,
    separator,
    text,
)
from backend.importing.emails import email
from backend.importing.loading import BATCH, Loader, Values, optional_day
from backend.importing.table import Column, Row, Table
from backend.logins.creation import DIGITS
from backend.logins.models import HolderProof
from backend.logins.service import proof_hash
from backend.members.models import Member


def holder_digits(value: str) -> str:
    """The last four of the holder's social security number, or a business's tax ID: kept as a keyed hash alone."""
    digits = value.replace("-", "")
    if digits.isascii() and digits.isdigit() and len(digits) in DIGITS.values():
        if not digits.strip("0"):
            raise BadCell("is all zeros, which nobody has: leave it empty where it is not known")
        return digits
    raise BadCell("is neither the last four of a social security number nor a nine-digit tax ID (it is not shown)")


def _member_wrong(row: Row) -> Iterator[str]:
    if row["holder_digits"] and len(str(row["holder_digits"])) != DIGITS[str(row["kind"])]:
        yield f"holder_digits of a {row['kind']} member are {DIGITS[str(row['kind'])]} digits"
    yield from logins.wrong(row)


MEMBERS = Table(
    "members",
    (
        Column("number", member_number),
        Column("name", name(200)),
        Column("kind", one_of("residential", "commercial"), required=False, default="residential"),
        Column("phone", phone),
        Column("email", email, required=False),
        Column("language", one_of("en", "es"), required=False, default="en"),
        Column("mailing_address", text(200), required=False),
        Column("holder_digits", holder_digits, required=False),
        Column("user_id", logins.user_id, required=False),
        Column("password_hash", logins.password_hash, required=False),
    ),
    unique=(("number",), ("user_id",)),
    wrong=_member_wrong,
)

ACCOUNTS = Table(
    "accounts",
    (
        Column("member", member_number),
        Column("separator", separator),
        Column("service_address", text(200), required=False, default=""),
        Column("status", one_of("open", "closed"), required=False, default="open"),
        Column("opened_on", day, required=False),
        Column("opening_balance_cents", cents, required=False, default=0, other=("opening_balance", dollars)),
    ),
    unique=(("member", "separator"),),
)


async def load_members(loader: Loader) -> None:
    query = "SELECT number, name, kind, phone, email, language, mailing_address FROM members ORDER BY line"
    columns = ("id", "number", "name", "kind", "phone", "email", "language", "mailing_address")
    for batch in loader.staging.batches(query, BATCH):
        ids = await loader.ids(Member, len(batch))
        rows = [(id_, *row) for id_, row in zip(ids, batch, strict=True)]
        await loader.load(Member, columns, rows)
        loader.staging.update_ids("member_ids", [(row[0], row[1]) for row in rows])
    await loader.load(HolderProof, ("member_id", "digits_hash"), _proofs(loader))
    await logins.load_logins(loader)


def _proofs(loader: Loader) -> Iterator[Values]:
    query = (
        "SELECT i.id, m.number, m.holder_digits FROM members m JOIN member_ids i ON i.number = m.number "
        "WHERE m.holder_digits IS NOT NULL ORDER BY m.line"
    )
    for id_, number, digits in loader.staging.rows(query):
        yield id_, proof_hash(loader.backend, number, digits)


async def load_accounts(loader: Loader) -> None:
    query = (
        "SELECT i.id, a.member, a.separator, a.service_address, a.status, a.opened_on "
        "FROM accounts a JOIN member_ids i ON i.number = a.member ORDER BY a.line"
    )
    columns = ("id", "member_id", "separator", "number", "number_digits", "service_address", "status", "opened_on")
    for batch in loader.staging.batches(query, BATCH):
        ids = await loader.ids(Account, len(batch))
        rows = [
            (id_, owner, end, f"{base}-{end}", f"{base}{end}", address, status, optional_day(opened))
            for id_, (owner, base, end, address, status, opened) in zip(ids, batch, strict=True)
        ]
        await loader.load(Account, columns, rows)
        loader.staging.update_ids("account_ids", [(row[0], row[3]) for row in rows])
    await loader.load(
        LedgerEntry, ("correlation", "book", "account_id", "amount_cents", "at", "memo"), _opening_entries(loader)
    )


def _opening_entries(loader: Loader) -> Iterator[Values]:
    """What is owed beside the bills, or a credit."""
    query = (
        "SELECT i.number, i.id, a.opening_balance_cents FROM accounts a "
        "JOIN account_ids i ON i.number = a.member || '-' || a.separator "
        "WHERE a.opening_balance_cents <> 0 ORDER BY a.line"
    )
    for number, id_, amount in loader.staging.rows(query):
        for book, signed in ((ledger.RECEIVABLE, amount), (ledger.REVENUE, -amount)):
            yield (f"opening:{number}", book, id_, signed, loader.now, "Balance taken over")
