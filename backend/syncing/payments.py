"""payments.csv: what the co-op's own system booked. Payments at the counter, by mail or through a bank, payments taken
back, fees, credits and adjustments. Our own payments that come back are recognized, and not booked again."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from backend import confirmation_numbers
from backend.billing import ledger
from backend.billing.models import Account, OutsideEntry
from backend.importing.bulk_load import BulkLoader
from backend.importing.fields import (
    choice_parser,
    parse_account_number,
    parse_cents,
    parse_day,
    parse_dollars,
    reject_scientific_notation,
    text_parser,
)
from backend.importing.table import Column, ParsedRow, Table
from backend.payments.models import CounterPayment, Payment, PaymentRefund
from backend.payments.outside_entries import OUTSIDE_SOURCES, check_number
from backend.providers.billing.builtin import BuiltinBilling
from backend.syncing.feed import Feed, FeedKind
from backend.syncing.office_money import KnownOfficeMoney, find_office_money, list_differences
from backend.syncing.takeover import takeover_days

KINDS = ("payment", "return", "credit", "fee", "adjustment")
FAILED_STATUSES = ("declined", "voided")
KEY_PREFIX = re.compile(r"^(payment|return|refund):")
"""Of the keys under which postings go to the co-op's system."""
_parse_text = text_parser(40)
Books = dict[str, int]


def parse_entry_number(value: str) -> str:
    """The number of an entry in the co-op's system."""
    reject_scientific_notation(value)
    _parse_text(value)
    return value


def _find_row_errors(row: ParsedRow) -> Iterator[str]:
    amount, kind = int(row["amount_cents"] or 0), str(row["kind"])
    if not amount:
        yield "amount is nothing"
    elif amount < 0 and kind != "adjustment":
        yield (
            f"amount of a {kind} is positive, whatever it does to the balance: a payment that was taken back is a row "
            "of its own with kind return, or the same row with status void"
        )


async def _refuse_import(_loader: BulkLoader) -> None:
    """An import takes no payments.csv: only a sync knows which of its rows it had before."""
    raise NotImplementedError


PAYMENTS = Table(
    "payments",
    (
        Column("number", parse_entry_number),
        Column("account", parse_account_number),
        Column("kind", choice_parser(*KINDS), required=False, default="payment"),
        Column("posted_on", parse_day),
        Column("amount_cents", parse_cents, alternative=("amount", parse_dollars)),
        Column("source", choice_parser(*filter(None, OUTSIDE_SOURCES)), required=False, default=""),
        Column("reference", text_parser(80), required=False),
        Column("status", choice_parser("posted", "void"), required=False, default="posted"),
    ),
    unique=(("number",),),
    load=_refuse_import,
    find_errors=_find_row_errors,
)
NOTED_STATES = {"ours": "recognized", "counter": "recognized", "taken_over": "taken_over", "history": "history"}
"""States that book nothing, each with its sort in the report."""
COLUMNS = ("line", "number", "kind", "posted_on", "amount_cents", "source", "reference", "status", "account", "id")
ENTRY_COLUMNS = (
    "number", "account_id", "kind", "amount_cents", "posted_on", "source", "reference", "state", "revision",
    "payment_id", "created_at", "received_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What the database has on a batch of rows."""

    entries: dict[str, OutsideEntry]
    own: dict[str, Payment]
    office: KnownOfficeMoney
    returned_as: dict[int, str]
    checks_as: dict[tuple[int, str], str]
    since: dict[int, date]
    accounts: dict[int, str]


def books_of(kind: str, amount_cents: int, state: str) -> Books:
    """What an entry books, in signed cents that sum to zero.

    Money taken elsewhere is not in the clearing book, where only the payment network's money is, nor are the co-op's
    fees in ours.
    """
    if state != "booked":
        return {}
    owed = {"payment": -amount_cents, "credit": -amount_cents}.get(kind, amount_cents)
    other = ledger.ELSEWHERE if kind in ("payment", "return") else ledger.REVENUE
    return {ledger.RECEIVABLE: owed, other: -owed}


async def apply(feed: Feed) -> None:
    today = feed.backend.today().isoformat()
    for line, day in feed.staging.rows("SELECT line, posted_on FROM payments WHERE posted_on > ?", today):
        feed.report.add(PAYMENTS.file, line, f'posted_on "{day}" is after today, {today}')
    feed.report.raise_if_any()
    query = (
        "SELECT t.line, t.number, t.kind, t.posted_on, t.amount_cents, t.source, t.reference, t.status, t.account, "
        "i.id FROM payments t JOIN account_ids i ON i.number = t.account ORDER BY t.line"
    )
    for batch in feed.staging.batches(query):
        await _take_batch(feed, [dict(zip(COLUMNS, row, strict=True)) for row in batch])
        await feed.flush()


async def _take_batch(feed: Feed, rows: Sequence[dict[str, Any]]) -> None:
    await feed.lock_accounts(sorted({row["id"] for row in rows}))
    known = await _load(feed, rows)
    new = []
    for row in rows:
        row["posted_on"] = date.fromisoformat(row["posted_on"])
        entry = known.entries.get(row["number"])
        if entry and entry.account_id != row["id"]:
            account = known.accounts[entry.account_id]
            feed.report.add(PAYMENTS.file, row["line"], f"{row['number']} is of account {account}: {_MOVE_TEXT}")
            continue
        state, payment = _find_state(feed, row, known)
        if entry is None:
            _report_alike(feed, row, state, known)
            new.append(_add(feed, row, state, payment))
        else:
            _change(feed, row, entry, state, payment)
        if state == "ours" and payment:
            known.returned_as.setdefault(payment.id, row["number"])
        elif state == "counter" and row["kind"] == "payment":
            known.checks_as.setdefault((row["id"], check_number(row["reference"])), row["number"])
    feed.report.raise_if_any()
    await feed.loader.load(OutsideEntry, ENTRY_COLUMNS, new)


_MOVE_TEXT = "void it there, and give the one on the other account a number of its own"


def _find_state(feed: Feed, row: dict[str, Any], known: KnownFacts) -> tuple[str, Payment | None]:
    payment = known.own.get(_own_reference(row["reference"]))
    if payment and _is_ours(row, payment):
        _report_differences(feed, row, payment, known)
        return "ours", payment
    if ours := known.office.find(row, _own_reference(row["reference"])):
        _report_office_differences(feed, row, ours, known)
        return ("counter" if isinstance(ours, CounterPayment) else "ours"), None
    if row["status"] == "void":
        return "void", None
    if not isinstance(feed.backend.billing, BuiltinBilling):
        return "history", None  # what is owed is that system's to say, and it has this payment
    since = known.since.get(row["id"])
    return ("taken_over" if since and row["posted_on"] < since else "booked"), None


def _own_reference(reference: str | None) -> str:
    """As our payments are found: by confirmation number or by key."""
    plain = KEY_PREFIX.sub("", reference or "", count=1)
    return confirmation_numbers.normalize_number(plain) or plain


def _is_ours(row: dict[str, Any], payment: Payment) -> bool:
    """Whether the row is about the payment's own movements, which memberline books itself."""
    if row["kind"] == "fee":  # any other fee that names the payment is for what happened to it
        return bool(row["amount_cents"] == payment.fee_cents)
    return row["kind"] in ("payment", "return")


def _report_differences(feed: Feed, row: dict[str, Any], payment: Payment, known: KnownFacts) -> None:
    name = f"{row['number']} ({payment.confirmation})"
    ours = known.accounts.get(payment.account_id, "another account")
    if payment.account_id != row["id"]:
        reason = f"is memberline's own payment on {ours} and not on {row['account']}: book adjustments to move it"
        feed.report.add(PAYMENTS.file, row["line"], f"{name} {reason}")
        return
    if row["kind"] == "return":
        if payment.status != "returned":
            feed.outcome.note(
                "difference", f"{name}: taken back there, {payment.status} here; the bank has not told us"
            )
        return
    if row["kind"] == "fee":
        return
    other = known.returned_as.get(payment.id)
    if other and other != row["number"]:
        feed.outcome.note("difference", f"{name}: is in their books twice, as {other} too")
    if row["amount_cents"] not in (payment.amount_cents, payment.total_cents):
        feed.outcome.note("difference", f"{name}: {row['amount_cents']} cents there, {payment.amount_cents} cents here")
    if row["status"] == "void":
        feed.outcome.note("difference", f"{name}: void there, {payment.status} here")
    elif payment.status in FAILED_STATUSES:
        feed.outcome.note("difference", f"{name}: posted there, {payment.status} here")


def _report_office_differences(
    feed: Feed, row: dict[str, Any], item: CounterPayment | PaymentRefund, known: KnownFacts
) -> None:
    name = f"{row['number']} ({item.confirmation})"
    if item.account_id != row["id"]:
        ours = known.accounts.get(item.account_id, "another account")
        reason = f"was booked at /staff/money on {ours} and not on {row['account']}: take it off there"
        feed.report.add(PAYMENTS.file, row["line"], f"{name} {reason}")
        return
    other = known.checks_as.get((row["id"], check_number(row["reference"])))
    if row["kind"] == "payment" and other and other != row["number"]:
        feed.outcome.note("difference", f"{name}: is in their books twice, as {other} too")
    for difference in list_differences(row, item):
        feed.outcome.note("difference", f"{name}: {difference}")


def _report_alike(feed: Feed, row: dict[str, Any], state: str, known: KnownFacts) -> None:
    """Name what may be booked twice, here and there, such as cash, for a clerk to decide."""
    if row["kind"] != "payment" or state not in ("booked", "taken_over"):
        return
    payment = known.office.find_alike(row)
    if payment and (row["id"], check_number(payment.reference)) not in known.checks_as:
        feed.outcome.note(
            "difference",
            f"{row['number']} ({payment.confirmation}): may be the payment that was booked at /staff/money too; both "
            "count. If it is the same one, take it off there",
        )


def _add(feed: Feed, row: dict[str, Any], state: str, payment: Payment | None) -> tuple[Any, ...]:
    morning = feed.loader.morning(row["posted_on"].isoformat())
    _book(feed, row, books_of(row["kind"], row["amount_cents"], state), 1)
    feed.outcome.note("added", _name(row))
    if sort := NOTED_STATES.get(state):
        feed.outcome.note(sort, _name(row))
    feed.act(f"outside_{row['kind']}", row["id"], None, _facts(row, state))
    return (
        row["number"], row["id"], row["kind"], row["amount_cents"], row["posted_on"], row["source"], row["reference"],
        state, 1, payment.id if payment else None, morning, feed.now,
    )  # fmt: skip


def _change(feed: Feed, row: dict[str, Any], entry: OutsideEntry, state: str, payment: Payment | None) -> None:
    values: dict[str, Any] = {
        name: row[name]
        for name in ("kind", "amount_cents", "posted_on", "source", "reference")
        if row[name] != getattr(entry, name) and (name in feed.given or name in ("amount_cents", "posted_on"))
    }
    if state != entry.state:
        values["state"] = state
    if not values:
        return
    old = books_of(entry.kind, entry.amount_cents, entry.state)
    new = books_of(values.get("kind", entry.kind), row["amount_cents"], state)
    moved = {book: new.get(book, 0) - old.get(book, 0) for book in {**old, **new}}
    if any(moved.values()):
        values["revision"] = entry.revision + 1
        _book(feed, row, moved, entry.revision + 1)
    before = _facts({name: getattr(entry, name) for name in ("number", *_FACTS)}, entry.state)
    feed.update(
        OutsideEntry,
        entry.id,
        values
        | {"payment_id": payment.id if payment else None}
        | ({"created_at": feed.loader.morning(row["posted_on"].isoformat())} if "posted_on" in values else {}),
    )
    feed.outcome.note("changed", f"{_name(row)}: {', '.join(name for name in values if name != 'revision')}")
    feed.act("outside_entry_changed", row["id"], before, _facts(row, state))


def _book(feed: Feed, row: dict[str, Any], books: Books, revision: int) -> None:
    at = feed.loader.morning(row["posted_on"].isoformat()) if revision == 1 else feed.now
    feed.book(f"outside:{revision}:{row['number']}", books, row["id"], at, f"Booked elsewhere: {row['kind']}")


_FACTS = ("kind", "amount_cents", "posted_on", "source", "reference")


def _facts(row: dict[str, Any], state: str) -> dict[str, Any]:
    return {"number": row["number"], "state": state, **{name: row[name] for name in _FACTS}} | {
        "posted_on": row["posted_on"].isoformat()
    }


def _name(row: dict[str, Any]) -> str:
    dollars = f"{abs(row['amount_cents']) // 100:,}.{abs(row['amount_cents']) % 100:02d}"
    return f"{row['number']} on {row['account']}: {row['kind']} of {'-' if row['amount_cents'] < 0 else ''}${dollars}"


async def _load(feed: Feed, rows: Sequence[dict[str, Any]]) -> KnownFacts:
    session = feed.session
    entries = await session.scalars(
        select(OutsideEntry).where(OutsideEntry.number.in_([row["number"] for row in rows]))
    )
    known = {entry.number: entry for entry in entries}
    references = {_own_reference(row["reference"]) for row in rows} - {""}
    own = await _own_payments(feed, references)
    office = await find_office_money(feed, rows, references)
    accounts = {row["id"] for row in rows}
    paid = select(OutsideEntry).where(OutsideEntry.kind == "payment")
    by_payment = paid.where(OutsideEntry.payment_id.in_({payment.id for payment in own.values()}))
    returned_as = {entry.payment_id: entry.number for entry in await session.scalars(by_payment) if entry.payment_id}
    by_check = paid.where(OutsideEntry.state == "counter", OutsideEntry.account_id.in_(accounts))
    checks_as = {
        (entry.account_id, check_number(entry.reference)): entry.number for entry in await session.scalars(by_check)
    }
    ids = {entry.account_id for entry in known.values()} | {payment.account_id for payment in own.values()}
    ids |= office.account_ids
    names = {id_: number for id_, number in await session.execute(_numbers(ids))}
    session.expunge_all()
    since = await takeover_days(feed, accounts)
    return KnownFacts(known, own, office, returned_as, checks_as, since, names)


def _numbers(ids: Collection[int]) -> Any:
    return select(Account.id, Account.number).where(Account.id.in_(ids))


async def _own_payments(feed: Feed, references: Collection[str]) -> dict[str, Payment]:
    """Our payments by confirmation number and by key."""
    if not references:
        return {}
    query = select(Payment).where(Payment.confirmation.in_(references) | Payment.key.in_(references))
    found: dict[str, Payment] = {}
    for payment in await feed.session.scalars(query):
        found |= {payment.confirmation: payment, payment.key: payment}
    return found


FEED = FeedKind(PAYMENTS, key="t.number", missing="none", apply=apply)
