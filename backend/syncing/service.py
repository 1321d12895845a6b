"""Takes the co-op's files as often as they come: each file all or nothing, each row once, each change in the audit
trail.

Every file has a transaction of its own. A process that dies leaves the files before it taken and the others not; run
again, they come out the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import service as audit
from backend.importing import existing_rows, plausibility
from backend.importing.bills import USAGE_DAYS
from backend.importing.errors import ErrorReport, ImportRefused
from backend.importing.service import looks_like_import_file
from backend.importing.staging import Staging
from backend.syncing import accounts, additions, bills, members, payment_methods, payments, usage
from backend.syncing.feed import Feed, FeedKind
from backend.syncing.models import SyncFile
from backend.syncing.outcome import GUARDED, FileOutcome, SyncOutcome

if TYPE_CHECKING:
    from backend.app import Backend

FEEDS: tuple[FeedKind, ...] = (
    members.FEED,
    accounts.FEED,
    bills.FEED,
    usage.FEED,
    payment_methods.FEED,
    *additions.FEEDS,
    payments.FEED,
)
"""In an order in which none refers to a later one; payments last, so that they find the bills they pay."""
FILES = tuple(feed.table.file for feed in FEEDS)
FREE_ROWS = 3
"""So many rows of a file may always change or be missing: of a small file they are more than any share."""
REFUSED = "refused"
TAKE_ANYWAY_TEXT = (
    ": was the export cut off, or is it of another day? If it is right, take it with: memberline sync DIR --force"
)
CHANGED_MEANWHILE = "the file was changed while it was read: it is taken when it is whole"
LOCK = 7_262_020  # an advisory lock of PostgreSQL: one sync at a time
ReportProgress = Callable[[str, int, int], None]


class _DryRun(Exception):
    """Rolls everything back."""


class _Refused(Exception):
    """Rolls one file back."""


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """`force` takes a file however much of it changed or is missing. `file_wins` takes the file's phone, email, address
    or language where the member changed it too."""

    dry_run: bool = False
    force: bool = False
    file_wins: bool = False


async def sync_folder(
    backend: Backend,
    folder: Path,
    options: SyncOptions = SyncOptions(),
    *,
    only: Sequence[str] = FILES,
    progress: ReportProgress = lambda step, done, of: None,
) -> SyncOutcome:
    """Take every file of the folder that is there, and tell what came of each.

    `progress` gets a step, what is done of it and of how much. Raises ImportRefused when the folder has no file to
    take, or one that would be ignored.
    """
    present = _find_files(folder, only)
    outcome = SyncOutcome(options.dry_run)
    if options.dry_run:
        await _try_all(backend, folder, present, outcome, progress)
        return outcome
    for kind in present:
        feed = _new_feed(backend, kind, options, progress)
        try:
            if await _read(feed, folder):
                async with backend.db.transaction() as session:
                    await _take(feed, session, force=options.force)
        finally:
            feed.staging.close()
        outcome.files.append(feed.outcome)
    return outcome


async def _try_all(
    backend: Backend, folder: Path, present: Sequence[FeedKind], outcome: SyncOutcome, progress: ReportProgress
) -> None:
    """Take all files in one transaction that is rolled back: each then sees what those before it would bring."""
    feeds = [_new_feed(backend, kind, SyncOptions(), progress) for kind in present]
    try:
        whole = [feed for feed in feeds if await _read(feed, folder)]
        async with backend.db.transaction() as session:
            for feed in whole:
                await _take(feed, session, force=True)
            raise _DryRun
    except _DryRun:
        outcome.files += [feed.outcome for feed in feeds]
    finally:
        for feed in feeds:
            feed.staging.close()


def _find_files(folder: Path, only: Sequence[str]) -> list[FeedKind]:
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    stems = {feed.table.name for feed in FEEDS}
    strange = [name for name in sorted(names - set(FILES)) if looks_like_import_file(name, stems)]
    if strange:
        known = ", ".join(sorted(FILES))
        raise ImportRefused(
            "\n".join(f"{name}: is not one of the files that can be taken: {known}" for name in strange)
        )
    present = [feed for feed in FEEDS if feed.table.file in names & set(only)]
    if not present:
        raise ImportRefused(f"{folder}: has none of {', '.join(sorted(FILES))}")
    return present


def _new_feed(backend: Backend, kind: FeedKind, options: SyncOptions, progress: ReportProgress) -> Feed:
    return Feed(
        kind,
        backend,
        Staging(),
        ErrorReport(FILES),
        FileOutcome(kind.table.file),
        backend.clock.now(),
        options.file_wins,
        progress=progress,
    )


async def _read(feed: Feed, folder: Path) -> bool:
    """Read the file before the transaction begins, so that nobody waits meanwhile. False when it is refused."""
    path = folder / feed.kind.table.file
    try:
        before = _stamp(path)
        _create_tables(feed)
        async with feed.backend.db.read_session() as session:
            await feed.load_known(session)
        await asyncio.to_thread(feed.stage_changed, path)
        if _stamp(path) != before:
            raise _Refused(CHANGED_MEANWHILE)
    except _Refused as refusal:
        _refuse(feed, refusal)
    except OSError as error:
        _refuse(feed, _Refused(f"cannot be read: {error.strerror}"))
    feed.staging.run("PRAGMA shrink_memory")
    return feed.outcome.status != REFUSED


async def _take(feed: Feed, session: AsyncSession, *, force: bool) -> None:
    """Write the file, all or nothing, within the transaction."""
    feed.session = session
    try:
        await feed.backend.db.lock_key(session, LOCK)
        async with session.begin_nested():
            await _write(feed, force=force)
    except (_Refused, ImportRefused) as refusal:
        _refuse(feed, refusal)
    except IntegrityError as error:
        _refuse(feed, _Refused(f"the database was changed meanwhile: run it again ({type(error.orig).__name__})"))


def _refuse(feed: Feed, refusal: Exception) -> None:
    lines = str(refusal).splitlines()
    if isinstance(refusal, ImportRefused) and len(lines) > 1:
        lines = lines[1:]  # the first line of an import's speaks of the whole folder
    feed.outcome.status, feed.outcome.reason = REFUSED, "\n".join(lines)


async def _write(feed: Feed, *, force: bool) -> None:
    account_tables = (*existing_rows.ACCOUNT_TABLES, payments.PAYMENTS.name)
    feed.progress(f"{feed.kind.table.file}: writing", 0, 0)
    await existing_rows.stage_ids(feed.session, feed.staging, feed.report, account_tables)
    await plausibility.check(feed.backend, feed.session, feed.staging, feed.report)
    feed.report.raise_if_any()
    feed.outcome.note_all("missing", feed.find_missing())
    await feed.kind.apply(feed)
    await feed.flush()
    if reason := _find_excess(feed):
        if not force:
            raise _Refused(reason + TAKE_ANYWAY_TEXT)
        feed.outcome.warning = reason
    await feed.save_rows()
    await feed.session.execute(delete(SyncFile).where(SyncFile.kind == feed.name))
    await feed.loader.load(SyncFile, ("kind", "seen_at", "rows"), [(feed.name, feed.now, feed.outcome.rows)])
    await audit.record_all(feed.session, feed.backend, feed.acts())


def _create_tables(feed: Feed) -> None:
    # a sync takes no usage by day, but the checks that it shares with the import look for its rows
    for table in (*(kind.table for kind in FEEDS), USAGE_DAYS):
        feed.staging.create(table.name, [column.name for column in table.columns])
    feed.staging.run("CREATE TABLE acts (id INTEGER PRIMARY KEY, act TEXT, account_id INT, before TEXT, after TEXT)")


def _find_excess(feed: Feed) -> str | None:
    """What looks like a truncated or garbled export."""
    counts, limit = feed.outcome.counts, feed.backend.settings.sync_max_changed_percent
    touched = sum(counts[sort] for sort in GUARDED)
    rows = max(feed.known, feed.outcome.rows)
    if touched <= FREE_ROWS or touched * 100 <= rows * limit:
        return None
    found = ", ".join(f"{counts[sort]:,} {sort}" for sort in GUARDED if counts[sort])
    return f"{found} of {rows:,} rows, which is more than {limit} percent (SYNC_MAX_CHANGED_PERCENT)"


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size
