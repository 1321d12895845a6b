"""Of several app processes exactly one runs a job for a slot (a minute, hour or day): a database row claims it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import and_, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.jobs.models import JobLock

if TYPE_CHECKING:
    from backend.app import Backend


@dataclass(frozen=True, slots=True)
class JobSchedule:
    """Runs once every minute, hour or day, in the co-op's zone; a daily job from `start_time` on.

    A run whose lease was not renewed for `lease` may be started again, by any process.
    """

    interval: Literal["minute", "hour", "day"]
    start_time: time = time(0)
    lease: timedelta = timedelta(minutes=3)

    def slot_at(self, local: datetime) -> str | None:
        """The slot due at `local`, as text that sorts by time; None before `start_time`."""
        if self.interval == "day":
            return f"{local:%Y-%m-%d}" if local.time() >= self.start_time else None
        # in UTC: when daylight saving time ends, an hour of local time comes twice
        utc = local - (local.utcoffset() or timedelta())
        return f"{utc:%Y-%m-%d %H:%M}" if self.interval == "minute" else f"{utc:%Y-%m-%d %H}"


async def find_due_slot(session: AsyncSession, backend: Backend, name: str, schedule: JobSchedule) -> str | None:
    """The slot that may be claimed now, if there is one. Only reads, so it costs no write lock."""
    slot = schedule.slot_at(backend.clock.now().astimezone(backend.coop.zone))
    lock = await session.get(JobLock, name)
    if slot is None or lock is None:
        return slot
    if lock.finished_at is None:
        free = lock.slot <= slot and lock.taken_at <= backend.clock.now() - schedule.lease
    else:
        free = lock.slot < slot
    return slot if free else None


async def is_running(session: AsyncSession, backend: Backend, name: str, schedule: JobSchedule) -> bool:
    """Whether some process runs this job now."""
    lock = await session.get(JobLock, name)
    return lock is not None and lock.finished_at is None and lock.taken_at > backend.clock.now() - schedule.lease


async def acquire(session: AsyncSession, backend: Backend, name: str, schedule: JobSchedule, slot: str) -> str | None:
    """Claim this slot; returns the owner's name for its lease, or None. Exactly one of those that try gets one.

    A run that was never finished is free again after its lease.
    """
    now, owner = backend.clock.now(), secrets.token_hex(16)
    statement = backend.db.insert(JobLock).values(name=name, slot=slot, taken_at=now, finished_at=None, owner=owner)
    finished = and_(JobLock.finished_at.is_not(None), JobLock.slot < slot)
    abandoned = and_(JobLock.finished_at.is_(None), JobLock.slot <= slot, JobLock.taken_at <= now - schedule.lease)
    claim = statement.on_conflict_do_update(
        index_elements=[JobLock.name],
        set_={"slot": slot, "taken_at": now, "finished_at": None, "owner": owner},
        where=or_(finished, abandoned),
    )
    claimed = await session.execute(claim.returning(JobLock.name))
    return owner if claimed.scalar_one_or_none() is not None else None


async def renew(session: AsyncSession, backend: Backend, name: str, owner: str) -> bool:
    """Extend the owner's lease; False when it is not theirs any more."""
    mine = update(JobLock).where(JobLock.name == name, JobLock.owner == owner, JobLock.finished_at.is_(None))
    renewed = await session.execute(mine.values(taken_at=backend.clock.now()).returning(JobLock.name))
    return renewed.scalar_one_or_none() is not None


async def give_up(session: AsyncSession, backend: Backend, name: str, owner: str, schedule: JobSchedule) -> None:
    """End the owner's lease without having finished: anybody may claim the job at once."""
    mine = update(JobLock).where(JobLock.name == name, JobLock.owner == owner, JobLock.finished_at.is_(None))
    await session.execute(mine.values(taken_at=backend.clock.now() - schedule.lease))


async def note_done(session: AsyncSession, backend: Backend, name: str) -> None:
    """Note that something was done that no clock of ours runs, such as a backup, so that its age can be watched."""
    now = backend.clock.now()
    values = {"slot": f"{now:%Y-%m-%d %H:%M}", "taken_at": now, "finished_at": now, "owner": ""}
    statement = backend.db.insert(JobLock).values(name=name, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=[JobLock.name], set_=values))


async def finish(session: AsyncSession, backend: Backend, name: str, owner: str) -> None:
    """Mark the owner's slot done, so that nobody claims it again."""
    done = update(JobLock).where(JobLock.name == name, JobLock.owner == owner)
    await session.execute(done.values(finished_at=backend.clock.now()))
