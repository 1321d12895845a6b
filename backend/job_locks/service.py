"""Of several app processes exactly one takes a job's turn: a row in the database says which turn is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.job_locks.models import JobLock
from backend.job_locks.schedule import JobSchedule

if TYPE_CHECKING:
    from backend.app import Backend


async def find_due_slot(session: AsyncSession, backend: Backend, name: str, times: JobSchedule) -> str | None:
    """The turn of this job that may be taken now, if there is one. Cheap: it only reads."""
    slot = times.slot_at(backend.clock.now().astimezone(backend.coop.zone))
    turn = await session.get(JobLock, name)
    if slot is None or turn is None:
        return slot
    if turn.finished_at is None:
        free = turn.slot <= slot and turn.taken_at <= backend.clock.now() - times.lease
    else:
        free = turn.slot < slot
    return slot if free else None


async def acquire(session: AsyncSession, backend: Backend, name: str, times: JobSchedule, slot: str) -> bool:
    """Take this turn. Of all that try, one is told True; a turn that its taker never finished is free again later."""
    now = backend.clock.now()
    insert: Any = sqlite_insert if backend.db.sqlite else postgresql_insert
    statement = insert(JobLock).values(name=name, slot=slot, taken_at=now, finished_at=None)
    over = and_(JobLock.finished_at.is_not(None), JobLock.slot < slot)
    abandoned = and_(JobLock.finished_at.is_(None), JobLock.slot <= slot, JobLock.taken_at <= now - times.lease)
    taken = statement.on_conflict_do_update(
        index_elements=[JobLock.name],
        set_={"slot": slot, "taken_at": now, "finished_at": None},
        where=or_(over, abandoned),
    )
    found = await session.execute(taken.returning(JobLock.name))
    return found.scalar_one_or_none() is not None


async def finish(session: AsyncSession, backend: Backend, name: str, slot: str) -> None:
    """This turn is done: it is not taken again."""
    done = update(JobLock).where(JobLock.name == name, JobLock.slot == slot)
    await session.execute(done.values(finished_at=backend.clock.now()))
