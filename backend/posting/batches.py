"""Movements go into files, each movement into exactly one, whenever the process is stopped.

1. A transaction makes the batch and puts the waiting movements into it: from here on its content is fixed.
2. The file is written under a hidden name and synced to the disk.
3. A transaction says that it is written; its movements are sent.
4. The file gets its own name, which is the moment at which a clerk can see it.
5. A transaction says so.

Stopped before 3, the same content is written again: nobody can have seen it. Stopped after 3, a hidden file that is
still there gets its name; one that is gone has got it, and may have been loaded since, so it is not made again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, get_type_hints

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import service as audit
from backend.errors import MemberlineError
from backend.posting import batch_file, notices
from backend.posting.models import PostingBatch, QueuedPosting
from backend.posting.order import is_open, payment_arrived
from backend.posting.targets import posting_folder

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)

MOVEMENT_COLUMNS = [getattr(QueuedPosting, name) for name in get_type_hints(batch_file.Movement)]
BATCH_KEY = 7_262_003
"""The advisory lock of PostgreSQL under which batches are numbered."""
CLAIM = timedelta(minutes=10)
"""Far longer than a file takes to write: a claim older than this belonged to a process that is gone."""


class BatchError(MemberlineError):
    """A batch cannot be written or made again; the message says why and what to do."""

    code = "posting_batch"


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that a clerk can load. Amounts are cents and signed: returns and refunds are negative."""

    batch: int
    path: str
    count: int
    amount_cents: int


async def write_files(backend: Backend) -> list[WrittenFile]:
    """Finish what was begun, then put all waiting movements into a new file; returns the files that appeared.

    Raises BatchError when the folder cannot be written to; the movements stay in their batch until it can.
    """
    done = await finish_batches(backend)
    number = await _open_batch(backend)
    if number is not None:
        done += await _finish(backend, number)
    return done


async def finish_batches(backend: Backend) -> list[WrittenFile]:
    """Finish the batches that a crash or a full disk left; returns the files that appeared."""
    async with backend.db.read_session() as session:
        query = select(PostingBatch.number).where(PostingBatch.published_at.is_(None), _is_free(backend))
        begun = list(await session.scalars(query.order_by(PostingBatch.number)))
    return [file for number in begun for file in await _finish(backend, number)]


async def _open_batch(backend: Backend) -> int | None:
    """Put all waiting movements into a new batch; None when there are none."""
    folder, today = posting_folder(backend).absolute(), backend.today()
    async with backend.db.transaction() as session:
        await backend.db.lock_key(session, BATCH_KEY)
        waiting = (is_open(), QueuedPosting.status == "waiting", payment_arrived())
        last = await session.scalar(select(func.max(QueuedPosting.id)).where(*waiting))
        if last is None:
            return None
        number = (await session.scalar(select(func.max(PostingBatch.number))) or 0) + 1
        batch = PostingBatch(
            number=number,
            on_date=today,
            folder=str(folder),
            file_name=batch_file.file_name(number, today),
            sha256="",
            created_at=backend.clock.now(),
        )
        session.add(batch)
        await session.flush()
        taken = update(QueuedPosting).where(*waiting, QueuedPosting.id <= last)
        await session.execute(taken.values(status="sending", batch_number=number, problem=None))
        batch.sha256 = batch_file.digest(batch_file.format_rows(number, await _rows(session, number)))
        return number


async def _finish(backend: Backend, number: int) -> list[WrittenFile]:
    """Take the batch through the steps that are left. Empty when another process is at it."""
    batch = await _claim(backend, number)
    if batch is None:
        return []
    folder, name = Path(batch.folder), batch.file_name
    try:
        if batch.written_at is None:
            async with backend.db.read_session() as session:
                content = await _content(session, batch)
            await asyncio.to_thread(batch_file.stage, folder, name, content)
            await _mark_written(backend, batch)
        appeared = await asyncio.to_thread(batch_file.publish, folder, name)
    except OSError as error:
        await _release(backend, number)
        words = f"The file {name} cannot be written to {folder}: {error.strerror or error}"
        await notices.tell_trouble(backend, "folder", f"{words}.")
        raise BatchError(f"{words}. It is written by the next run that can.") from error
    await _release(backend, number, published=True)
    if not appeared:
        logger.warning("the file of batch %s had its name before the last run was stopped", number)
    async with backend.db.read_session() as session:
        rows = await _rows(session, number)
    total = sum(row.amount_cents if row.kind == "payment" else -row.amount_cents for row in rows)
    return [WrittenFile(number, str(folder / name), len(rows), total)]


async def _claim(backend: Backend, number: int) -> PostingBatch | None:
    """Claim the batch for writing; exactly one of several processes gets it. A folder that was set anew is used for
    a batch that nobody can have seen."""
    async with backend.db.transaction() as session:
        claim = update(PostingBatch).where(
            PostingBatch.number == number, PostingBatch.published_at.is_(None), _is_free(backend)
        )
        until = backend.clock.now() + CLAIM
        claimed = await session.execute(claim.values(claimed_until=until).returning(PostingBatch.number))
        if claimed.scalar_one_or_none() is None:
            return None
        batch = await session.get_one(PostingBatch, number, populate_existing=True)
        if batch.written_at is None and backend.settings.posting_dir is not None:
            batch.folder = str(backend.settings.posting_dir.absolute())
        return batch


def _is_free(backend: Backend) -> ColumnElement[bool]:
    return or_(PostingBatch.claimed_until.is_(None), PostingBatch.claimed_until <= backend.clock.now())


async def _mark_written(backend: Backend, batch: PostingBatch) -> None:
    """The movements are sent. The audit trail gets one row: the digest of the file says which they are."""
    now, number = backend.clock.now(), batch.number
    sent = {"status": "sent", "sent_at": now, "reference": batch.file_name}
    async with backend.db.transaction() as session:
        await session.execute(update(PostingBatch).where(PostingBatch.number == number).values(written_at=now))
        await session.execute(update(QueuedPosting).where(QueuedPosting.batch_number == number).values(sent))
        await audit.record(
            session,
            backend,
            actor="posting",
            level=0,
            channel="job",
            act="posting_batch",
            account_id=None,
            after={"batch": number, "file": batch.file_name, "sha256": batch.sha256},
        )


async def _release(backend: Backend, number: int, *, published: bool = False) -> None:
    async with backend.db.transaction() as session:
        batch = await session.get_one(PostingBatch, number)
        batch.claimed_until = None
        if published:
            batch.published_at = backend.clock.now()


async def export_batch(backend: Backend, number: int, folder: Path) -> Path:
    """Make the file of a batch again, byte for byte, in `folder`: for one that was lost.

    Raises BatchError when there is no such batch, it has not appeared yet, or the folder cannot be used.
    """
    async with backend.db.read_session() as session:
        batch = await session.get(PostingBatch, number)
        if batch is None:
            raise BatchError(f"there is no batch {number}; memberline posting list --json names them")
        if batch.published_at is None:
            raise BatchError(f"the file of batch {number} is still to be written: memberline posting run")
        content = await _content(session, batch)
    try:
        return await asyncio.to_thread(batch_file.write_copy, folder, batch.file_name, content)
    except OSError as error:
        raise BatchError(f"{batch.file_name} cannot be written to {folder}: {error.strerror or error}") from error


async def _content(session: AsyncSession, batch: PostingBatch) -> bytes:
    """The batch's file. Raises BatchError when its rows are not those that were put into it."""
    rows = await _rows(session, batch.number)
    for columns in (batch_file.COLUMNS, batch_file.COLUMNS_BEFORE):
        content = batch_file.format_rows(batch.number, rows, columns)
        if batch_file.digest(content) == batch.sha256:
            return content
    raise BatchError(f"the movements of batch {batch.number} were changed since it was made: a person must look")


async def _rows(session: AsyncSession, number: int) -> Sequence[batch_file.Movement]:
    query = select(*MOVEMENT_COLUMNS).where(QueuedPosting.batch_number == number).order_by(QueuedPosting.id)
    return (await session.execute(query)).all()
