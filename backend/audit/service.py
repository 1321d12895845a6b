"""The audit trail as a hash chain: each row's hash covers its content and the hash of the row before it.

Editing a row, removing one or changing the order breaks the chain at that place. Rows cut off the end leave a valid,
shorter chain: to prove that none was cut off, keep `chain_head` somewhere else.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.models import AuditRow

if TYPE_CHECKING:
    from backend.app import Backend

GENESIS = "0" * 64
PAGE = 500
_LOCK_CHAIN = text("SELECT id, hash FROM memberline_lock_audit()")  # made by a migration


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """The first row that does not fit, and what is wrong with it."""

    id: int
    reason: str


@dataclass(frozen=True, slots=True)
class AuditAct:
    """The content of a row; its time and place in the chain are set when it is appended."""

    actor: str
    level: int
    channel: str
    act: str
    account_id: int | None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


async def record(
    session: AsyncSession,
    backend: Backend,
    *,
    actor: str,
    level: int,
    channel: str,
    act: str,
    account_id: int | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditRow:
    """Append one row. Call it last in a transaction: other writers of the trail wait from here to the commit.

    `before` and `after` hold only texts, whole numbers, booleans and None, and never a secret.
    """
    content = AuditAct(actor, level, channel, act, account_id, before, after)
    row = _next_row(content, backend.clock.now(), await _lock_chain(session, backend))
    session.add(row)
    await session.flush()
    return row


async def record_job_act(
    session: AsyncSession,
    backend: Backend,
    *,
    job: str,
    act: str,
    account_id: int | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditRow:
    """As `record`, for what the `job` did: no person's identity level is claimed for it."""
    return await record(
        session,
        backend,
        actor=job,
        level=0,
        channel="job",
        act=act,
        account_id=account_id,
        before=before,
        after=after,
    )


async def record_all(session: AsyncSession, backend: Backend, acts: Iterable[AuditAct]) -> None:
    """Append a row for each act, in batches: for what is done to many accounts at once."""
    now, head = backend.clock.now(), await _lock_chain(session, backend)
    left = iter(acts)
    while batch := list(itertools.islice(left, PAGE)):
        rows = []
        for act in batch:
            row = _next_row(act, now, head)
            head = (row.id, row.hash)
            rows.append({column.key: getattr(row, column.key) for column in AuditRow.__table__.columns})
        await session.execute(insert(AuditRow), rows)


async def verify(session: AsyncSession) -> BrokenRow | None:
    """The first broken row, or None.

    Reads page by page and drops each from the session, so that memory use does not grow with the chain: give it a
    session of its own.
    """
    expected_id, previous, after = 1, GENESIS, -1
    while True:
        query = select(AuditRow).where(AuditRow.id > after).order_by(AuditRow.id).limit(PAGE)
        page = (await session.scalars(query)).all()
        for row in page:
            if row.id != expected_id:
                return BrokenRow(row.id, f"row {expected_id} is missing before it")
            if row.prev_hash != previous:
                return BrokenRow(row.id, "it does not follow the row before it")
            if row.hash != content_hash(row):
                return BrokenRow(row.id, "its content was changed")
            expected_id, previous = row.id + 1, row.hash
        if len(page) < PAGE:
            return None
        after = page[-1].id
        session.expunge_all()


async def chain_head(session: AsyncSession) -> tuple[int, str]:
    """The number of rows and the last hash: kept elsewhere, they prove that none was cut off the end."""
    last = (await session.execute(select(AuditRow.id, AuditRow.hash).order_by(AuditRow.id.desc()).limit(1))).first()
    return (last.id, last.hash) if last else (0, GENESIS)


def content_hash(row: AuditRow) -> str:
    """SHA-256 in hex over the row's canonical JSON, with the hash of the row before it."""
    content = {
        "id": row.id,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": row.actor,
        "level": row.level,
        "channel": row.channel,
        "act": row.act,
        "account_id": row.account_id,
        "before": row.before,
        "after": row.after,
        "prev_hash": row.prev_hash,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


async def _lock_chain(session: AsyncSession, backend: Backend) -> tuple[int, str]:
    """Wait for other writers of the trail; returns its head. On SQLite only one transaction can write anyway.

    On PostgreSQL a function does both in one step: whoever holds the lock holds up everybody else.
    """
    if backend.db.sqlite:
        return await chain_head(session)
    last = (await session.execute(_LOCK_CHAIN)).first()
    return (last.id, last.hash) if last else (0, GENESIS)


def _next_row(act: AuditAct, at: datetime, head: tuple[int, str]) -> AuditRow:
    row = AuditRow(id=head[0] + 1, at=at, prev_hash=head[1], **asdict(act))
    row.hash = content_hash(row)
    return row


async def list_by_actor(session: AsyncSession, actor: str, since: datetime) -> list[AuditRow]:
    """What `actor` did after `since` (UTC), the newest first."""
    query = select(AuditRow).where(AuditRow.actor == actor, AuditRow.at >= since).order_by(AuditRow.id.desc())
    return list(await session.scalars(query))
