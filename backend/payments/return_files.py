"""Applies a bank's file of ACH returns: each entry is matched to our payment and booked once, the rest is for people.

A file may be read again, also after a crash: each entry is written down in the transaction that books it. Entries that
fitted no payment are looked at anew.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import service as audit
from backend.errors import MemberlineError
from backend.language import mark, use_language
from backend.money import format_cents
from backend.outbox.office_mail import mail_office
from backend.payments import receipts
from backend.payments.bank_returns import book_return
from backend.payments.models import Payment, ReturnFileEntry
from backend.payments.nacha_returns import BadReturnFile, ReturnFile, ReturnItem, parse_return_file
from backend.payments.processing import SYSTEM, lock_payment
from backend.payments.refund_processing import fail_returned_refund
from backend.payments.return_codes import CHANGE_CODES, REENTER_CHANGES
from backend.payments.return_matching import Match, find_match

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)

STILL_WRITTEN_SECONDS = 60.0
"""A file in the watched folder that changed this lately may not be complete yet."""
OUTCOMES = {
    "booked": mark("booked as returned"),
    "already": mark("was booked before"),
    "refund_failed": mark("our refund came back"),
    "reenter": mark("member asked to enter the account again"),
    "noted": mark("noted, nothing to do"),
    "unmatched": mark("no payment of ours fits"),
    "several": mark("more than one payment fits"),
    "amount": mark("the amount differs from our payment"),
    "not_taken": mark("we have no money of this payment"),
    "office": mark("the bank disputes it: please look"),
}
WOULD = {"booked": "would be booked as returned", "reenter": "member would be asked to enter the account again"}
"""Of those, what a dry run has not done."""
NEEDS_PERSON = frozenset({"unmatched", "several", "amount", "not_taken", "office", "reenter", "refund_failed"})
LOOKED_AT_ANEW = frozenset({"unmatched", "several"})


@dataclass(frozen=True, slots=True)
class AppliedItem:
    """One entry and what became of it; `confirmation` is our payment's or refund's."""

    item: ReturnItem
    outcome: str
    confirmation: str | None
    before: bool = False
    """The same line of the same file was read earlier; `outcome` is what became of it then."""

    def describe(self, *, dry_run: bool = False) -> str:
        """The outcome in words."""
        if self.before and self.outcome == "booked":
            return OUTCOMES["already"]
        if self.before:
            return f"{OUTCOMES[self.outcome]} (read before)"
        return WOULD.get(self.outcome, OUTCOMES[self.outcome]) if dry_run else OUTCOMES[self.outcome]

    def to_dict(self) -> dict[str, Any]:
        return {
            "line": self.item.line,
            "kind": self.item.kind,
            "code": self.item.code,
            "amount_cents": self.item.amount_cents,
            "original_trace": self.item.original_trace,
            "confirmation": self.confirmation,
            "outcome": self.outcome,
            "meaning": OUTCOMES[self.outcome],
            "read_before": self.before,
        }


@dataclass(frozen=True, slots=True)
class FileReport:
    name: str
    parsed: ReturnFile
    applied: tuple[AppliedItem, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "file": self.name,
            "digest": self.parsed.digest,
            "entries": [one.to_dict() for one in self.applied],
            "counts": dict(Counter(one.outcome for one in self.applied)),
            "other_entries": self.parsed.other_entries,
            "notes": [{"line": note.line, "text": note.text} for note in self.parsed.notes],
        }


@dataclass(frozen=True, slots=True)
class FolderReport:
    """`new` entries were read for the first time; the files `not_used` could not be read."""

    new: int
    not_used: tuple[str, ...]


async def apply_return_file(backend: Backend, name: str, data: bytes, *, dry_run: bool = False) -> FileReport:
    """Read the file and book what it says. `dry_run` only says what would be done. Raises BadReturnFile."""
    parsed = parse_return_file(data)
    applied = []
    for item in parsed.items:
        if dry_run:
            async with backend.db.read_session() as session:
                applied.append(await _preview(session, backend, parsed.digest, item))
            continue
        try:
            async with backend.db.transaction() as session:
                applied.append(await _apply(session, backend, name, parsed.digest, item))
        except IntegrityError:  # another process reads the same file, and was quicker
            async with backend.db.read_session() as session:
                applied.append(await _preview(session, backend, parsed.digest, item))
    report = FileReport(name, parsed, tuple(applied))
    if not dry_run:
        await _tell_office(backend, report)
    return report


async def apply_folder(backend: Backend) -> FolderReport:
    """Apply every file of RETURNS_DIR, in the order of their names.

    A file that cannot be read stays where it is, and the office is told of it once. Raises MemberlineError when there
    is no such folder.
    """
    folder = backend.settings.returns_dir
    if folder is None:
        return FolderReport(0, ())
    if not folder.is_dir():
        raise MemberlineError(f"RETURNS_DIR: {folder} is no folder")
    count, not_used = 0, []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not path.is_file():
            continue
        if time.time() - path.stat().st_mtime < STILL_WRITTEN_SECONDS:
            continue
        try:
            data = path.read_bytes()
        except OSError as error:  # the rights of one file must not keep the others from being read
            logger.error("return file %s was not read: %s", path.name, error.strerror)
            await _tell_office_of_closed_file(backend, path.name, error)
            not_used.append(path.name)
            continue
        try:
            before = await _known_lines(backend, parse_return_file(data).digest)
            report = await apply_return_file(backend, path.name, data)
            count += sum(one.item.line not in before for one in report.applied)
        except BadReturnFile as error:
            logger.error("return file %s was not used: %s", path.name, error.faults[0])
            await _tell_office_of_bad_file(backend, path.name, data, error)
            not_used.append(path.name)
    return FolderReport(count, tuple(not_used))


async def list_open(session: AsyncSession) -> list[tuple[ReturnFileEntry, str | None]]:
    """Entries that wait for the office, the oldest first, each with its payment's confirmation number."""
    query = (
        select(ReturnFileEntry, Payment.confirmation)
        .outerjoin(Payment, ReturnFileEntry.payment_id == Payment.id)
        .where(ReturnFileEntry.outcome.in_(NEEDS_PERSON), ReturnFileEntry.seen_at.is_(None))
        .order_by(ReturnFileEntry.id)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def list_open_as_dicts(session: AsyncSession, _backend: Backend) -> list[dict[str, Any]]:
    """The same as JSON data."""
    return [
        {
            "file": entry.file_name,
            "line": entry.line,
            "kind": entry.kind,
            "code": entry.code,
            "amount_cents": entry.amount_cents,
            "original_trace": entry.original_trace,
            "confirmation": confirmation,
            "outcome": entry.outcome,
            "meaning": OUTCOMES[entry.outcome],
            "read_at": entry.read_at,
        }
        for entry, confirmation in await list_open(session)
    ]


def format_report(report: FileReport, *, dry_run: bool) -> list[str]:
    """The report in lines for a terminal."""
    lines = [f"{report.name}: {len(report.applied)} returns and changes" + (", nothing booked" if dry_run else "")]
    for one in report.applied:
        what = f"line {one.item.line}: {one.item.code} {format_cents(one.item.amount_cents)}"
        lines.append(f"  {what} {one.confirmation or 'no payment'}: {one.describe(dry_run=dry_run)}")
    if report.parsed.other_entries:
        lines.append(f"  {report.parsed.other_entries} entries are no returns and were left out")
    return lines + [f"  note, {note}" for note in report.parsed.notes]


async def mark_seen(session: AsyncSession, backend: Backend, entry_id: int, by: str) -> None:
    """The office has dealt with the entry."""
    entry = await session.get(ReturnFileEntry, entry_id, with_for_update=True)
    if entry is None or entry.seen_at is not None:
        return
    entry.seen_at, entry.seen_by = backend.clock.now(), by
    payment = await session.get(Payment, entry.payment_id) if entry.payment_id else None
    await audit.record(
        session,
        backend,
        actor=f"office:{by}"[:80],
        level=0,
        channel="office",
        act="return_entry_done",
        account_id=payment.account_id if payment else None,
        after={"file": entry.file_name, "line": entry.line, "code": entry.code, "outcome": entry.outcome},
    )


async def _apply(session: AsyncSession, backend: Backend, name: str, digest: str, item: ReturnItem) -> AppliedItem:
    known = await _find_entry(session, digest, item.line)
    if known is not None and known.outcome not in LOOKED_AT_ANEW:
        return AppliedItem(item, known.outcome, await _confirmation_of(session, known.payment_id), before=True)
    match = await find_match(session, backend, item)
    outcome = await _book(session, backend, item, match)
    payment_id = match.payment.id if match.payment else match.refund.payment_id if match.refund else None
    if known is None:
        known = ReturnFileEntry(
            file_digest=digest,
            file_name=name[-200:],
            line=item.line,
            kind=item.kind,
            code=item.code,
            trace=item.trace,
            original_trace=item.original_trace,
            amount_cents=item.amount_cents,
            # without a match it may be anything, an account number too
            individual_id=item.individual_id if payment_id else "",
            read_at=backend.clock.now(),
        )
        session.add(known)
    known.payment_id, known.outcome = payment_id, outcome
    await session.flush()
    return AppliedItem(item, outcome, await _confirmation_of(session, payment_id))


async def _book(session: AsyncSession, backend: Backend, item: ReturnItem, match: Match) -> str:
    """Do what the entry says; returns the outcome."""
    payment = match.payment
    if item.kind in ("dishonored", "contested", "refused"):
        return "office"
    if match.refund is not None:
        return (
            "refund_failed" if await fail_returned_refund(session, backend, match.refund.id, item.code) else "already"
        )
    if payment is None:
        return match.problem
    if item.kind == "change":
        return await _handle_change(session, backend, payment, item)
    payment = await lock_payment(session, payment.id)
    outcome = _decide(payment, item)
    if outcome == "booked":
        await book_return(session, backend, payment, item.code)
    return outcome


def _decide(payment: Payment, item: ReturnItem) -> str:
    if payment.total_cents != item.amount_cents:
        return "amount"
    if payment.status == "returned":
        return "already"
    return "not_taken" if payment.status in ("declined", "voided") else "booked"


async def _handle_change(session: AsyncSession, backend: Backend, payment: Payment, item: ReturnItem) -> str:
    """Ask the member to enter a bank account again whose numbers changed: we keep only the network's token of it."""
    if item.code not in REENTER_CHANGES:
        return "noted"
    with use_language(await receipts.language_for(session, payment)):
        await receipts.ask_to_reenter(session, backend, payment, item.original_trace)
    await audit.record_job_act(
        session,
        backend,
        job=SYSTEM,
        act="bank_account_changed",
        account_id=payment.account_id,
        after={"code": item.code, "changed": CHANGE_CODES[item.code], "method_id": payment.method_id},
    )
    return "reenter"


async def _preview(session: AsyncSession, backend: Backend, digest: str, item: ReturnItem) -> AppliedItem:
    known = await _find_entry(session, digest, item.line)
    if known is not None and known.outcome not in LOOKED_AT_ANEW:
        return AppliedItem(item, known.outcome, await _confirmation_of(session, known.payment_id), before=True)
    match = await find_match(session, backend, item)
    if item.kind in ("dishonored", "contested", "refused"):
        return AppliedItem(item, "office", match.payment.confirmation if match.payment else None)
    if match.refund is not None:
        outcome = "already" if match.refund.status == "failed" else "refund_failed"
        return AppliedItem(item, outcome, match.refund.confirmation)
    if match.payment is None:
        return AppliedItem(item, match.problem, None)
    if item.kind == "change":
        outcome = "reenter" if item.code in REENTER_CHANGES else "noted"
    else:
        outcome = _decide(match.payment, item)
    return AppliedItem(item, outcome, match.payment.confirmation)


async def _find_entry(session: AsyncSession, digest: str, line: int) -> ReturnFileEntry | None:
    query = select(ReturnFileEntry).where(ReturnFileEntry.file_digest == digest, ReturnFileEntry.line == line)
    return await session.scalar(query)


async def _known_lines(backend: Backend, digest: str) -> set[int]:
    async with backend.db.read_session() as session:
        query = select(ReturnFileEntry.line).where(ReturnFileEntry.file_digest == digest)
        return set(await session.scalars(query))


async def _confirmation_of(session: AsyncSession, payment_id: int | None) -> str | None:
    payment = await session.get(Payment, payment_id) if payment_id else None
    return payment.confirmation if payment else None


async def _tell_office(backend: Backend, report: FileReport) -> None:
    waiting = [one for one in report.applied if one.outcome in NEEDS_PERSON]
    if not waiting:
        return
    lines = "\n".join(f"line {one.item.line}: {one.item.code}, {OUTCOMES[one.outcome]}" for one in waiting)
    body = f"The bank's file {report.name} has entries for you to look at, under /staff/money:\n\n{lines}"
    async with backend.db.transaction() as session:
        key = f"office:return-file:{report.parsed.digest}"
        await mail_office(session, backend, subject="Bank returns to look at", body=f"{body}\n", key=key)


async def _tell_office_of_closed_file(backend: Backend, name: str, error: OSError) -> None:
    """Once a day, for as long as it cannot be read."""
    body = f"The bank's file {name} cannot be read: {error.strerror}. Please ask who runs the server to open it."
    key = f"office:closed-return-file:{backend.today()}:{name[-80:]}"
    async with backend.db.transaction() as session:
        await mail_office(session, backend, subject=f"Bank file {name} cannot be read", body=f"{body}\n", key=key)


async def _tell_office_of_bad_file(backend: Backend, name: str, data: bytes, error: BadReturnFile) -> None:
    faults = "\n".join(str(fault) for fault in error.faults[:20])
    body = f"The bank's file {name} was not used, because it cannot be trusted:\n\n{faults}\n\nPlease ask the bank."
    key = f"office:bad-return-file:{hashlib.sha256(data).hexdigest()}"
    async with backend.db.transaction() as session:
        await mail_office(session, backend, subject=f"Bank file {name} was not used", body=f"{body}\n", key=key)
