"""The clock of the jobs: of all processes one runs what is due, and what fails or is stopped runs again."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from backend.config import Settings
from backend.errors import MemberlineError
from backend.jobs import holds
from backend.jobs import service as jobs
from backend.jobs.locks import JobSchedule
from backend.jobs.models import JobLock
from bot.web.metrics import Metrics
from bot.workers import clock as clock_module
from bot.workers.clock import JobScheduler
from tests.bot.edge import until

NOW = datetime(2026, 11, 18, 16, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def backend(migrated_database: Path, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Backend]:
    shutil.copyfile(migrated_database, tmp_path / "memberline.db")
    made = Backend.create(Settings.from_env({"MEMBERLINE_RUNTIME_DIR": str(tmp_path), "SECRET_KEY": "a key"}), clock)
    yield made
    await made.close()


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The days for which the job was run, in place of the real one."""
    days: list[date] = []

    async def work(_backend: Backend, on: date) -> Any:
        days.append(on)

    monkeypatch.setitem(jobs.JOBS, "alerts", replace(jobs.JOBS["alerts"], run=work))
    return days


async def test_of_several_processes_one_does_it(backend: Backend, done: list[date]) -> None:
    clocks = [JobScheduler(backend) for _ in range(4)]
    results = await asyncio.gather(*(clock.run_if_due("alerts") for clock in clocks))
    assert sorted(results) == [False, False, False, True]
    assert done == [date(2026, 11, 18)]


async def test_once_an_hour(backend: Backend, clock: ManualClock, done: list[date]) -> None:
    looks = []
    for _ in range(3):
        looks.append(await JobScheduler(backend).run_if_due("alerts"))
        clock.advance(minutes=30)
    assert looks == [True, False, True]


async def test_failed_job_runs_again(backend: Backend, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[date] = []

    async def breaks_once(_backend: Backend, on: date) -> Any:
        tries.append(on)
        if len(tries) == 1:
            raise OSError("the line is down")

    monkeypatch.setitem(jobs.JOBS, "scheduled-payments", replace(jobs.JOBS["scheduled-payments"], run=breaks_once))
    ticking = JobScheduler(backend)
    assert not await ticking.run_if_due("scheduled-payments")
    assert not await ticking.run_if_due("scheduled-payments")
    clock.advance(minutes=15)
    assert await ticking.run_if_due("scheduled-payments")
    clock.advance(hours=3)
    assert not await ticking.run_if_due("scheduled-payments")  # done for today
    assert len(tries) == 2


async def test_a_job_of_each_minute_that_ended_in_an_orderly_way_runs_again_the_next_minute(
    backend: Backend, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def refuse(_backend: Backend, _on: date) -> Any:
        raise MemberlineError("SYNC_DIR: /srv/feeds is no folder")

    job = jobs.JOBS["sync-folder"]
    ticking = JobScheduler(backend, metrics := Metrics())
    monkeypatch.setitem(jobs.JOBS, "sync-folder", replace(job, run=refuse))
    assert not await ticking.run_if_due("sync-folder")
    assert "job sync-folder failed: SYNC_DIR: /srv/feeds is no folder" in caplog.text
    clock.advance(minutes=1)
    assert not await ticking.run_if_due("sync-folder")
    assert 'memberline_job_failures_total{job_name="sync-folder"} 2.0' in metrics.render().decode()
    monkeypatch.setitem(jobs.JOBS, "sync-folder", replace(job, run=done_nothing))
    clock.advance(minutes=1)
    assert await ticking.run_if_due("sync-folder")


async def test_a_job_on_hold_is_no_failure(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        await holds.place(session, backend, holds.MESSAGES, "first import")
    ticking = JobScheduler(backend, metrics := Metrics())
    assert not await ticking.run_if_due("alerts")
    assert "memberline_job_failures_total{" not in metrics.render().decode()


async def done_nothing(_backend: Backend, _on: date) -> Any:
    return None


async def test_a_daily_job_waits_for_its_hour(backend: Backend, clock: ManualClock, monkeypatch: Any) -> None:
    async def work(_backend: Backend, _on: date) -> Any:
        return None

    monkeypatch.setitem(jobs.JOBS, "scheduled-payments", replace(jobs.JOBS["scheduled-payments"], run=work))
    ticking = JobScheduler(backend)
    clock.advance(hours=19, minutes=59)  # a minute to six, the next morning at the co-op
    assert not await ticking.run_if_due("scheduled-payments")
    clock.advance(minutes=1)
    assert await ticking.run_if_due("scheduled-payments")


@asynccontextmanager
async def looking(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A scheduler that looks every 20 ms."""
    monkeypatch.setattr(clock_module, "LOOK_SECONDS", 0.02)
    task = asyncio.create_task(JobScheduler(backend).run())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()


async def test_it_goes_on_looking(
    backend: Backend, clock: ManualClock, done: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(backend, monkeypatch):
        await until(lambda: len(done) == 1)
        clock.advance(hours=1)
        await until(lambda: len(done) == 2)


async def test_long_job_is_not_started_twice_and_blocks_no_other(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []

    async def hang(self: JobScheduler, name: str) -> bool:
        begun.append(name)
        if name == "recover":
            await asyncio.Event().wait()
        return False

    monkeypatch.setattr(JobScheduler, "run_if_due", hang)
    async with looking(backend, monkeypatch):
        await until(lambda: begun.count("alerts") > 3)
    assert begun.count("recover") == 1


async def test_an_error_stops_neither_the_clock_nor_another_job(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    async def broken(self: JobScheduler, name: str) -> bool:
        looked.append(name)
        if name == "recover":
            raise OSError("the database is away")
        return False

    monkeypatch.setattr(JobScheduler, "run_if_due", broken)
    async with looking(backend, monkeypatch):
        await until(lambda: looked.count("recover") > 3 and looked.count("alerts") > 3)


async def test_when_the_clock_stops_a_job_at_work_stops_and_is_done_after_its_lease(
    backend: Backend, clock: ManualClock, done: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, stopped = asyncio.Event(), asyncio.Event()

    async def hang(_backend: Backend, _on: date) -> Any:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    with monkeypatch.context() as patch:
        patch.setitem(jobs.JOBS, "alerts", replace(jobs.JOBS["alerts"], run=hang))
        async with looking(backend, monkeypatch):
            await until(begun.is_set)
    assert stopped.is_set()
    assert not await JobScheduler(backend).run_if_due("alerts")
    clock.advance(minutes=15)
    assert await JobScheduler(backend).run_if_due("alerts")
    assert done == [date(2026, 11, 18)]


def hanging(begun: asyncio.Event, stopped: asyncio.Event, may_end: asyncio.Event) -> Any:
    async def hang(_backend: Backend, _on: date) -> Any:
        begun.set()
        try:
            await may_end.wait()
        finally:
            stopped.set()

    return hang


async def test_a_lease_is_renewed_while_the_job_runs(
    backend: Backend, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, stopped, may_end = asyncio.Event(), asyncio.Event(), asyncio.Event()
    schedule = JobSchedule("hour", lease=timedelta(seconds=0.3))
    job = replace(jobs.JOBS["alerts"], run=hanging(begun, stopped, may_end), schedule=schedule)
    monkeypatch.setitem(jobs.JOBS, "alerts", job)
    task = asyncio.create_task(JobScheduler(backend).run_if_due("alerts"))
    await begun.wait()
    clock.advance(seconds=10)

    async def is_renewed() -> bool:
        async with backend.db.read_session() as session:
            return (await session.get_one(JobLock, "alerts")).taken_at == clock.now()

    await until(is_renewed)
    may_end.set()
    assert await task


async def test_a_job_whose_lease_was_lost_stops(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, stopped, may_end = asyncio.Event(), asyncio.Event(), asyncio.Event()
    schedule = JobSchedule("hour", lease=timedelta(seconds=0.3))
    job = replace(jobs.JOBS["alerts"], run=hanging(begun, stopped, may_end), schedule=schedule)
    monkeypatch.setitem(jobs.JOBS, "alerts", job)
    task = asyncio.create_task(JobScheduler(backend).run_if_due("alerts"))
    await begun.wait()
    async with backend.db.transaction() as session:
        (await session.get_one(JobLock, "alerts")).owner = "another process"
    assert not await task
    assert stopped.is_set()
    async with backend.db.read_session() as session:
        assert (await session.get_one(JobLock, "alerts")).finished_at is None
