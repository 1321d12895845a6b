"""Makes the report of a day, and the morning's job that keeps it and tells the office of differences."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from backend.outbox.office_mail import mail_office
from backend.payments.counter_totals import list_counter_totals
from backend.payments.models import PaymentRefund
from backend.posting.batch_file import replace_file
from backend.posting.models import QueuedPosting
from backend.posting.order import is_open
from backend.posting.sending import build_posting
from backend.posting.targets import choose_target
from backend.providers.billing.system import BillingSystem, BillingSystemError, SystemRejected, find_system
from backend.reconciliation import comparison
from backend.reconciliation.formatting import format_csv, format_text
from backend.reconciliation.kept_differences import keep_differences
from backend.reconciliation.model import Report
from backend.reconciliation.network import compare_network
from backend.reconciliation.refunds import compare_refunds
from backend.reconciliation.their_list import TheirRow, read_their_list

if TYPE_CHECKING:
    from backend.app import Backend

REPORTS, THEIRS = "reports", "theirs"
"""Folders in POSTING_DIR: the reports, and the billing system's lists, one a day, such as 2026-11-18.csv."""
NAMES_A_QUERY = 500
SIDE_BY_SIDE = 8


async def reconcile(backend: Backend, on: date, their_file: Path | None = None) -> Report:
    """Compare the day `on`, the co-op's local date, on all sides that can be asked.

    What speaks against giving back a payment's money is kept with the payment until a later comparison settles it.

    Raises TheirListRefused for a file that cannot be used.
    """
    theirs = await asyncio.to_thread(read_their_list, their_file) if their_file is not None else None
    report = Report(on=on, made_at=backend.clock.now())
    rows = await _list_movements(backend, on)
    of_day = [row for row in rows if row.on_date == on]
    comparison.add_ours(report, of_day, await _list_refund_keys(backend, of_day))
    system = find_system(backend.billing)
    target = choose_target(backend)
    if theirs is not None and their_file is not None:
        report.sources.append(f"the billing system's list {their_file.name}")
        comparison.compare_list(report, rows, await _list_other_days(backend, rows, theirs), theirs)
    elif target == "none":
        _leave_queue_out(report, rows)
    elif system is not None and target == "provider":
        await _compare_by_asking(backend, report, rows, system)
    else:
        report.notes.append("The billing system's list of the day was not given: only what is not sent is known.")
        comparison.compare_status(report, rows)
    await compare_network(backend, report)
    await compare_refunds(backend, report)
    await keep_differences(backend, report)
    async with backend.db.read_session() as session:
        report.counter = await list_counter_totals(session, backend, on)
    if report.counter and not backend.coop.counter_to_billing:
        report.notes.append(
            "Payments at the counter are not sent: the office enters them in the billing system itself."
        )
    return report


async def _list_refund_keys(backend: Backend, rows: Sequence[QueuedPosting]) -> set[str]:
    """Keys of refunds among those of payments: a refund that failed is booked back as a payment."""
    keys = {row.key.removeprefix("payment:") for row in rows if row.kind == "payment"}
    found: set[str] = set()
    async with backend.db.read_session() as session:
        for names in _in_parts(keys):
            found |= set(await session.scalars(select(PaymentRefund.key).where(PaymentRefund.key.in_(names))))
    return found


async def _list_movements(backend: Backend, on: date) -> list[QueuedPosting]:
    """The movements of the day, and older ones that are not sent: they are reported until they are."""
    wanted = or_(QueuedPosting.on_date == on, and_(QueuedPosting.on_date < on, is_open()))
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(QueuedPosting).where(wanted).order_by(QueuedPosting.id)))


async def _list_other_days(
    backend: Backend, rows: Sequence[QueuedPosting], theirs: Sequence[TheirRow]
) -> list[QueuedPosting]:
    """Movements of other days that their list names: a payment of the evening is on the next day's list."""
    known = {row.id for row in rows}
    found: dict[int, QueuedPosting] = {}
    async with backend.db.read_session() as session:
        for column in (QueuedPosting.key, QueuedPosting.confirmation, QueuedPosting.reference):
            for names in _in_parts({getattr(entry, column.key) for entry in theirs} - {""}):
                query = select(QueuedPosting).where(column.in_(names))
                found |= {row.id: row for row in await session.scalars(query) if row.id not in known}
    return [found[row_id] for row_id in sorted(found)]


def _in_parts(names: set[str]) -> Iterator[list[str]]:
    """A database takes only so many values in one statement."""
    ordered = sorted(names)
    for start in range(0, len(ordered), NAMES_A_QUERY):
        yield ordered[start : start + NAMES_A_QUERY]


def _leave_queue_out(report: Report, rows: Sequence[QueuedPosting]) -> None:
    """Nothing is sent anywhere, so that nothing is late."""
    waiting = sum(row.status != "sent" for row in rows)
    report.notes.append(
        "Payments go to no billing system yet (POSTING in docs/settings.md); "
        f"{waiting:,} movements up to this day wait."
    )


async def _compare_by_asking(
    backend: Backend, report: Report, rows: Sequence[QueuedPosting], system: BillingSystem
) -> None:
    """Ask the billing system for each sent movement."""
    sent = deque(row for row in rows if row.status == "sent")
    asked, found, problems = len(sent), dict[int, bool](), list[str]()

    async def work() -> None:
        while sent and not problems:
            row = sent.popleft()
            try:
                found[row.id] = await system.find_posting(build_posting(row)) is not None
            except SystemRejected as refusal:
                problems.append(f"it refuses to be asked: {refusal.code}")
            except BillingSystemError:
                problems.append("it did not answer")

    await asyncio.gather(*(work() for _ in range(min(SIDE_BY_SIDE, asked))))
    if problems:
        report.notes.append(
            f"The billing system said of {len(found):,} of {asked:,} sent movements whether it has them: "
            f"{problems[0]}. Its list of the day (--theirs) says it of all."
        )
    report.sources.append("the billing system, asked for each movement")
    comparison.compare_found(report, rows, found)


def find_their_file(backend: Backend, on: date) -> Path | None:
    """The billing system's list of the day, where somebody put it into POSTING_DIR/theirs."""
    folder = backend.settings.posting_dir
    path = folder / THEIRS / f"{on.isoformat()}.csv" if folder is not None else None
    return path if path is not None and path.is_file() else None


async def reconcile_yesterday(backend: Backend, on: date) -> dict[str, Any]:
    """The morning's job: the report of the day before `on` goes into POSTING_DIR/reports, or to the office by email.

    The office gets an email about differences in any case, once for the same ones.
    """
    day = on - timedelta(days=1)
    report = await reconcile(backend, day, await asyncio.to_thread(find_their_file, backend, day))
    folder = backend.settings.posting_dir
    if folder is not None:
        name = f"reconciliation-{day.isoformat()}"
        for suffix, text in ((".txt", format_text(backend, report)), (".csv", format_csv(report))):
            await asyncio.to_thread(replace_file, folder / REPORTS, name + suffix, text.encode())
    if report.differences or (folder is None and choose_target(backend) != "none"):
        await _tell_office(backend, report)
    return {"day": day.isoformat(), "differences": len(report.differences)}


async def _tell_office(backend: Backend, report: Report) -> None:
    if not backend.coop.email:
        return
    count = len(report.differences)
    found = f"{count} difference{'' if count == 1 else 's'}" if count else "no difference"
    state = ";".join(sorted(f"{each.name} {each.key} {each.theirs_cents}" for each in report.differences))
    digest = hashlib.sha256(state.encode()).hexdigest()[:32]
    async with backend.db.transaction() as session:
        await mail_office(
            session,
            backend,
            subject=f"Payments of {report.on.isoformat()}: {found}",
            body=format_text(backend, report, masked=True),
            key=f"reconciliation:{report.on.isoformat()}:{digest}",
        )
