"""The clock of the jobs: each process looks every minute, and one of them does what is due."""

from __future__ import annotations

import asyncio
import logging

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from backend import jobs
from backend.app import Backend
from backend.job_locks import service as job_locks

logger = logging.getLogger("memberline.clock")


class JobScheduler:
    """Runs backend/jobs.py by the table of times. It needs no other program; a restart makes up for what was missed."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def run(self) -> None:
        """Until cancelled."""
        scheduler = AsyncIOScheduler(timezone=self._backend.coop.zone)
        for name in jobs.JOBS:
            # a check that comes late is as good, and of several missed checks one is enough
            scheduler.add_job(
                self.run_if_due, "cron", [name], second=0, coalesce=True, misfire_grace_time=None, max_instances=1
            )
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a look skipped while the job still runs is no news
        scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            scheduler.shutdown(wait=False)

    async def run_if_due(self, name: str) -> bool:
        """Do this job if it is due and nobody else does it; returns whether it was done."""
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
            # left unfinished: the turn is free again after its lease, and the job goes on where it was
            logger.error("job %s failed: %s", name, type(failure).__name__)
            return False
        async with backend.db.transaction() as session:
            await job_locks.finish(session, backend, name, slot)
        logger.info("job %s: %s", name, result["result"])
        return True
