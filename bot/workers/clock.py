"""Runs the jobs of backend/jobs/service.py at their times. Every app process has this clock; a
row in the database decides which of them runs a job."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from backend.app import Backend
from backend.errors import MemberlineError
from backend.jobs import locks as job_locks
from backend.jobs import service as jobs
from backend.jobs.holds import OnHold
from bot.web.metrics import Metrics

logger = logging.getLogger("memberline.clock")

LOOK_SECONDS = 60.0
RENEWALS = 6
"""How often a lease is renewed within its time, so that one failure of the database does not lose it."""


class LeaseLost(Exception):
    """Another process may be running this job now, so this one has stopped."""


class JobScheduler:
    """Looks at all jobs each full minute. What was missed while the app was down is due at its next look."""

    def __init__(self, backend: Backend, metrics: Metrics | None = None) -> None:
        self._backend = backend
        self._metrics = metrics or Metrics()
        self._running: set[str] = set()

    async def run(self) -> None:
        """Until canceled. Running jobs are canceled with it; another process goes on when their lease runs out."""
        async with asyncio.TaskGroup() as group:
            while True:
                await asyncio.sleep(LOOK_SECONDS - time.time() % LOOK_SECONDS)
                for name in jobs.JOBS:
                    if name not in self._running:
                        self._running.add(name)
                        group.create_task(self._look(name))

    async def _look(self, name: str) -> None:
        try:
            await self.run_if_due(name)
        except Exception as failure:  # the database is away, for example: the next look tries again
            logger.error("job %s: its lock could not be read or written: %s", name, type(failure).__name__)
        finally:
            self._running.discard(name)

    async def run_if_due(self, name: str) -> bool:
        """Run this job if it is due and no other process has its lock; returns whether it was finished.

        If another process runs it and the job can be shared, help with it.
        """
        backend, job = self._backend, jobs.JOBS[name]
        async with backend.db.read_session() as session:
            slot = await job_locks.find_due_slot(session, backend, name, job.schedule)
            helps = job.is_shared and not backend.db.sqlite
            if slot is None and not (helps and await job_locks.is_running(session, backend, name, job.schedule)):
                return False
        if slot is None:
            await jobs.run_named_job(backend, name, backend.today())
            return False
        async with backend.db.transaction() as session:
            owner = await job_locks.acquire(session, backend, name, job.schedule, slot)
        if owner is None:
            return False
        try:
            result = await self._run_while_leased(name, owner)
        except OnHold:
            logger.info("job %s is on hold", name)
            return False
        except Exception as failure:
            await self._note_failure(name, owner, failure)
            return False
        async with backend.db.transaction() as session:
            await job_locks.finish(session, backend, name, owner)
        done = result["result"]
        nothing = not (any(done.values()) if isinstance(done, dict) else done)
        logger.log(logging.DEBUG if nothing else logging.INFO, "job %s: %s", name, done)
        return True

    async def _note_failure(self, name: str, owner: str, failure: Exception) -> None:
        """Its lock is not marked finished: after the lease the job runs again, and goes on where it was.

        One that is due each minute does not wait for a longer lease if it ended in an orderly way.
        """
        self._metrics.job_failures.labels(name).inc()
        if not isinstance(failure, MemberlineError):
            logger.error("job %s failed: %s", name, type(failure).__name__)
            return
        logger.error("job %s failed: %s", name, failure)
        if jobs.JOBS[name].schedule.interval == "minute":
            async with self._backend.db.transaction() as session:
                await job_locks.give_up(session, self._backend, name, owner, jobs.JOBS[name].schedule)

    async def _run_while_leased(self, name: str, owner: str) -> dict[str, Any]:
        """Run the job and renew its lease meanwhile. Raises LeaseLost, after stopping it, when that cannot be done."""
        backend, lease = self._backend, jobs.JOBS[name].schedule.lease.total_seconds()
        work = asyncio.create_task(jobs.run_named_job(backend, name, backend.today()))
        renewed_at = time.monotonic()
        try:
            while True:
                done, _ = await asyncio.wait((work,), timeout=lease / RENEWALS)
                if done:
                    return work.result()
                try:
                    async with backend.db.transaction() as session:
                        if not await job_locks.renew(session, backend, name, owner):
                            raise LeaseLost(name)
                    renewed_at = time.monotonic()
                except (SQLAlchemyError, OSError) as failure:
                    logger.warning("the lease of job %s was not renewed: %s", name, type(failure).__name__)
                    if time.monotonic() - renewed_at > lease * (RENEWALS - 1) / RENEWALS:
                        raise LeaseLost(name) from failure
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
