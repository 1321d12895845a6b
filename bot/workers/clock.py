"""Runs the jobs of backend/jobs/service.py at their times. Every app process has this clock; a
row in the database decides which of them runs a job."""

from __future__ import annotations

import asyncio
import logging
import time

from backend.app import Backend
from backend.jobs import locks as job_locks
from backend.jobs import service as jobs

logger = logging.getLogger("memberline.clock")

LOOK_SECONDS = 60.0


class JobScheduler:
    """Looks at all jobs each full minute. What was missed while the app was down is due at its next look."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
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
        """Run this job if it is due and no other process has its lock; returns whether it was finished."""
        backend, schedule = self._backend, jobs.JOBS[name].schedule
        async with backend.db.read_session() as session:
            slot = await job_locks.find_due_slot(session, backend, name, schedule)
        if slot is None:
            return False
        async with backend.db.transaction() as session:
            if not await job_locks.acquire(session, backend, name, schedule, slot):
                return False
        try:
            result = await jobs.run_named_job(backend, name, backend.today())
        except Exception as failure:
            # its lock is not marked finished: after the lease the job runs again, and goes on where it was
            logger.error("job %s failed: %s", name, type(failure).__name__)
            return False
        async with backend.db.transaction() as session:
            await job_locks.finish(session, backend, name, slot)
        done = result["result"]
        nothing = not (any(done.values()) if isinstance(done, dict) else done)
        logger.log(logging.DEBUG if nothing else logging.INFO, "job %s: %s", name, done)
        return True
