"""The office's list of outages. Functions flush; the caller commits."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record
from backend.outage.models import KnownOutage

if TYPE_CHECKING:
    from backend.app import Backend

MAX_AREA_LENGTH, MAX_CAUSE_LENGTH = 300, 200


async def current_outages(session: AsyncSession) -> list[KnownOutage]:
    """Outages that are not over, the newest first."""
    query = select(KnownOutage).where(KnownOutage.cleared_at.is_(None))
    return list(await session.scalars(query.order_by(KnownOutage.id.desc())))


async def add(
    session: AsyncSession, backend: Backend, by: str, *, area: str, cause: str, estimate_at: datetime | None
) -> KnownOutage:
    """Add one. Raises ValueError for an empty `area`. `by` is the office user, for the audit trail."""
    if not area.strip():
        raise ValueError("an outage needs words for where it is")
    now = backend.clock.now()
    outage = KnownOutage(
        area=area.strip()[:MAX_AREA_LENGTH],
        cause=cause.strip()[:MAX_CAUSE_LENGTH],
        estimate_at=estimate_at,
        started_at=now,
        updated_at=now,
    )
    session.add(outage)
    await _record(session, backend, by, "outage_known", outage)
    return outage


async def update(
    session: AsyncSession, backend: Backend, by: str, outage_id: int, *, cause: str, estimate_at: datetime | None
) -> KnownOutage | None:
    """Change cause and estimate. None when there is no such outage, or it is over."""
    outage = await session.get(KnownOutage, outage_id)
    if outage is None or outage.cleared_at is not None:
        return None
    outage.cause, outage.estimate_at = cause.strip()[:MAX_CAUSE_LENGTH], estimate_at
    outage.updated_at = backend.clock.now()
    await _record(session, backend, by, "outage_updated", outage)
    return outage


async def clear(session: AsyncSession, backend: Backend, by: str, outage_id: int) -> KnownOutage | None:
    """Mark it as over. None when there is no such outage, or it is over already."""
    outage = await session.get(KnownOutage, outage_id)
    if outage is None or outage.cleared_at is not None:
        return None
    outage.cleared_at = outage.updated_at = backend.clock.now()
    await _record(session, backend, by, "outage_cleared", outage)
    return outage


async def _record(session: AsyncSession, backend: Backend, by: str, act: str, outage: KnownOutage) -> None:
    await session.flush()
    await record(
        session,
        backend,
        actor=f"office:{by}"[:80],
        level=0,
        channel="office",
        act=act,
        account_id=None,
        after={
            "outage": outage.id,
            "area": outage.area,
            "cause": outage.cause,
            "estimate_at": outage.estimate_at.isoformat() if outage.estimate_at else None,
        },
    )
