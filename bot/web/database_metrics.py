"""The metrics that only the database knows; read at each request of /metrics, so a scrape a minute is plenty."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.callout.models import Callout
from backend.jobs import holds
from backend.jobs.models import JobLock
from backend.payments.models import PENDING_STATUSES, Payment
from backend.posting import service as posting
from bot.web.metrics import Metrics


async def read_database_metrics(backend: Backend, metrics: Metrics) -> None:
    """Set the gauges. Ages are in seconds, 0 where there is nothing."""
    unsettled = select(func.count(), func.min(Payment.created_at)).where(Payment.status.in_(PENDING_STATUSES))
    untaken = select(func.count(), func.min(Callout.created_at)).where(Callout.status.in_(("calling", "unanswered")))
    async with backend.db.read_session() as session:
        count, age = await _count_and_age(session, backend, unsettled)
        metrics.payments_unsettled.set(count)
        metrics.oldest_unsettled.set(age)
        count, age = await _count_and_age(session, backend, untaken)
        metrics.urgent_untaken.set(count)
        metrics.oldest_untaken.set(age)
        metrics.holds.set(len(await holds.list_holds(session)))
        metrics.set_postings(await posting.state(session), backend.clock.now())
        for lock in await session.scalars(select(JobLock).where(JobLock.finished_at.is_not(None))):
            metrics.job_finished.labels(lock.name).set(lock.finished_at.timestamp() if lock.finished_at else 0)


async def _count_and_age(session: AsyncSession, backend: Backend, query: Select[int, datetime]) -> tuple[int, float]:
    count, oldest = (await session.execute(query)).one()
    return count, (backend.clock.now() - oldest).total_seconds() if oldest else 0.0
