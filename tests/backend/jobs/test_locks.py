"""Which slot of a job is due, and that exactly one process claims it."""

from __future__ import annotations

import asyncio
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from backend.jobs import locks as job_locks
from backend.jobs.locks import JobSchedule
from backend.jobs.models import JobLock

CHICAGO = ZoneInfo("America/Chicago")
HOURLY = JobSchedule("hour", lease=timedelta(minutes=15))


async def claim(backend: Backend, schedule: JobSchedule = HOURLY) -> str | None:
    """As JobScheduler does it: the claimed slot, or None."""
    async with backend.db.read_session() as session:
        slot = await job_locks.find_due_slot(session, backend, "work", schedule)
    if slot is None:
        return None
    async with backend.db.transaction() as session:
        return slot if await job_locks.acquire(session, backend, "work", schedule, slot) else None


async def finish(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        await job_locks.finish(session, backend, "work", (await session.get_one(JobLock, "work")).owner)


@pytest.mark.parametrize(
    ("schedule", "at", "slot"),
    [
        (JobSchedule("day", time(6)), datetime(2026, 11, 18, 5, 59), None),
        (JobSchedule("day", time(6)), datetime(2026, 11, 18, 6, 0), "2026-11-18"),
        (JobSchedule("day", time(6)), datetime(2026, 11, 18, 23, 59), "2026-11-18"),
        (JobSchedule("hour"), datetime(2026, 11, 18, 10, 30), "2026-11-18 16"),
        (JobSchedule("minute"), datetime(2026, 11, 18, 10, 30), "2026-11-18 16:30"),
    ],
)
def test_which_slot_is_due(schedule: JobSchedule, at: datetime, slot: str | None) -> None:
    assert schedule.slot_at(at.replace(tzinfo=CHICAGO)) == slot


def test_the_hour_repeated_when_daylight_saving_ends_is_two_slots() -> None:
    twice = datetime(2026, 11, 1, 1, 30, tzinfo=CHICAGO)
    assert HOURLY.slot_at(twice) != HOURLY.slot_at(twice.replace(fold=1))


async def test_exactly_one_of_many_claims_a_slot(backend: Backend) -> None:
    claimed = await asyncio.gather(*(claim(backend) for _ in range(8)))
    assert len([slot for slot in claimed if slot]) == 1


async def test_a_finished_slot_is_not_claimed_again_but_the_next_one_is(backend: Backend, clock: ManualClock) -> None:
    slot = await claim(backend)
    assert slot
    await finish(backend)
    assert await claim(backend) is None
    clock.advance(hours=1)
    assert await claim(backend)


async def test_an_unfinished_slot_is_claimed_again_after_its_lease(backend: Backend, clock: ManualClock) -> None:
    assert await claim(backend)
    clock.advance(minutes=14)
    assert await claim(backend) is None
    clock.advance(minutes=1)
    assert await claim(backend)


async def test_a_running_job_blocks_the_next_slot(backend: Backend, clock: ManualClock) -> None:
    long = JobSchedule("minute", lease=timedelta(minutes=15))
    assert await claim(backend, long)
    clock.advance(minutes=3)
    assert await claim(backend, long) is None
