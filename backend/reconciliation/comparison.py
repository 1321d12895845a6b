"""Ours against the billing system's list: which entry of theirs is which movement of ours, and where they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from backend.payments.failed_refunds import GIVEN_KEY
from backend.posting.models import QueuedPosting
from backend.reconciliation.model import Difference, Line, Report, new_totals
from backend.reconciliation.their_list import TheirRow

UNSENT = {"waiting": "not_sent", "sending": "not_sent", "failed": "refused_there", "review": "unclear"}


def signed_cents(row: QueuedPosting) -> int:
    """What the movement does to the member's paid amount: negative for a return or refund."""
    return row.amount_cents if row.kind == "payment" else -row.amount_cents


def add_ours(report: Report, rows: Iterable[QueuedPosting], refund_keys: Collection[str] = ()) -> None:
    """Count the movements of the day. `refund_keys` are those of refunds: a payment with such a key is a refund that
    failed, booked back."""
    for row in rows:
        sign = 1 if row.kind == "payment" else -1
        report.ours[row.kind].add(sign * row.amount_cents, sign * row.fee_cents)
        key = row.key.partition(":")[2]
        if row.kind == "payment" and key in refund_keys:
            report.refunds_back.add(row.amount_cents, row.fee_cents)
        elif row.kind == "refund" and key.startswith(GIVEN_KEY):
            report.refunds_given.add(row.amount_cents, row.fee_cents)


def compare_list(
    report: Report, rows: Sequence[QueuedPosting], others: Sequence[QueuedPosting], theirs: Sequence[TheirRow]
) -> None:
    """Compare the day's movements `rows` with their list. `others` are movements of other days that it may name."""
    report.theirs = new_totals()
    matches, left = _match([*rows, *others], theirs)
    for row in rows:
        _compare_row(report, row, matches.get(row.id, []))
        for entry in matches.get(row.id, []):
            report.theirs[row.kind].add(entry.cents)
    for row in others:
        for entry in matches.get(row.id, []):
            report.other_days.add(entry.cents)
    for entry in left:
        if entry.names_ours:
            _add_unknown(report, entry)
        else:
            report.elsewhere.add(entry.cents)


def compare_found(report: Report, rows: Iterable[QueuedPosting], found: dict[int, bool]) -> None:
    """Compare with what the billing system answered when it was asked for each sent movement: is it booked?"""
    for row in rows:
        if row.status != "sent":
            _add(report, row, UNSENT[row.status], None, row.problem or "")
        elif found.get(row.id) is False:
            _add(report, row, "missing_there", None, f"reference {row.reference}")
        else:
            _add_line(report, row, signed_cents(row) if row.id in found else None)


def compare_status(report: Report, rows: Iterable[QueuedPosting]) -> None:
    """Nothing is known of theirs: what is not sent is all that can be said."""
    for row in rows:
        if row.status == "sent":
            _add_line(report, row, None)
        else:
            _add(report, row, UNSENT[row.status], None, row.problem or "")


def _match(
    rows: Sequence[QueuedPosting], theirs: Sequence[TheirRow]
) -> tuple[dict[int, list[TheirRow]], list[TheirRow]]:
    """Their entries by the id of our movement, and those that are none of ours."""
    by_key = {row.key: row for row in rows}
    by_reference = _unique(rows)
    by_confirmation: dict[str, list[QueuedPosting]] = defaultdict(list)
    for each in rows:
        by_confirmation[each.confirmation].append(each)
    matches: dict[int, list[TheirRow]] = defaultdict(list)
    left: list[TheirRow] = []
    for entry in theirs:
        row: QueuedPosting | None = by_key.get(entry.key) or by_reference.get(entry.reference)
        if row is None and entry.confirmation:
            row = _of_confirmation(by_confirmation.get(entry.confirmation, []), entry, matches)
        if row is None:
            left.append(entry)
        else:
            matches[row.id].append(entry)
    return matches, left


def _unique(rows: Iterable[QueuedPosting]) -> dict[str, QueuedPosting]:
    """Movements by the billing system's reference; a file's name, which many have, is none."""
    return {row.reference: row for row in rows if row.reference and row.batch_number is None}


def _of_confirmation(
    candidates: Sequence[QueuedPosting], entry: TheirRow, matches: dict[int, list[TheirRow]]
) -> QueuedPosting | None:
    """A payment and what later went back of it have one number: the side and the amount tell them apart."""
    same_side = [row for row in candidates if (signed_cents(row) > 0) == (entry.cents > 0)]
    exact = [row for row in same_side if signed_cents(row) == entry.cents]
    free = [row for row in exact or same_side if not matches.get(row.id)]
    return next(iter(free or exact or same_side), None)


def _compare_row(report: Report, row: QueuedPosting, entries: Sequence[TheirRow]) -> None:
    if not entries:
        name = "missing_there" if row.status == "sent" else UNSENT[row.status]
        _add(report, row, name, None, _where(row))
        return
    first, *more = entries
    if row.status != "sent":
        _add(report, row, "there_unmarked", first.cents, f"line {first.line} of their list")
    elif first.cents != signed_cents(row):
        _add(report, row, "amount_differs", first.cents, f"line {first.line} of their list")
    elif first.account and not _same_account(first.account, row.account_number):
        _add(report, row, "account_differs", first.cents, f"account {first.account} in line {first.line} of their list")
    else:
        _add_line(report, row, first.cents)
    for entry in more:
        _add(report, row, "twice_there", entry.cents, f"line {entry.line} of their list", counts_ours=False)


def _where(row: QueuedPosting) -> str:
    return f"in {row.reference}" if row.status == "sent" else row.problem or ""


def _same_account(theirs: str, ours: str) -> bool:
    """Digits alone; a spreadsheet drops the zeros in front."""
    return theirs.lstrip("0") == ours.replace("-", "").lstrip("0")


def _add_unknown(report: Report, entry: TheirRow) -> None:
    kind = "payment" if entry.cents > 0 else "refund"
    assert report.theirs is not None
    report.theirs[kind].add(entry.cents)
    shown = (entry.account, kind, entry.key, entry.confirmation)
    report.differences.append(Difference("unknown_here", *shown, None, entry.cents, f"line {entry.line} of their list"))
    report.lines.append(Line(*shown, None, entry.cents, "unknown_here"))


def _add(
    report: Report,
    row: QueuedPosting,
    name: str,
    theirs_cents: int | None,
    detail: str = "",
    *,
    counts_ours: bool = True,
) -> None:
    ours = signed_cents(row) if counts_ours else None
    shown = (row.account_number, row.kind, row.key, row.confirmation)
    report.differences.append(Difference(name, *shown, ours, theirs_cents, detail))
    if row.on_date == report.on:  # older ones that are not sent are no part of the day's sums
        report.lines.append(Line(*shown, ours, theirs_cents, name))


def _add_line(report: Report, row: QueuedPosting, theirs_cents: int | None) -> None:
    shown = (row.account_number, row.kind, row.key, row.confirmation)
    report.lines.append(Line(*shown, signed_cents(row), theirs_cents))
