"""The scheduled jobs by name, with their times. Running a job twice for the same day does its work once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from backend.alerts import delivery
from backend.app import Backend
from backend.arrangement import service as arrangements
from backend.autopay.daily_run import run_autopay
from backend.callout import reminders
from backend.errors import MemberlineError
from backend.job_locks.service import JobSchedule
from backend.payments.bank_returns import collect_returns
from backend.payments.processing import recover
from backend.payments.scheduled_runs import run_scheduled
from backend.programs import service as programs
from backend.providers.payments.base import PaymentProviderError
from backend.syncing.folder import take_folder


@dataclass(frozen=True, slots=True)
class Job:
    """What a job runs, for the co-op's local date, and when."""

    run: Callable[[Backend, date], Awaitable[Any]]
    schedule: JobSchedule


async def _recover(backend: Backend, _on: date) -> Any:
    return await recover(backend)


async def _returns(backend: Backend, _on: date) -> Any:
    return await collect_returns(backend)


JOBS: dict[str, Job] = {
    "recover": Job(_recover, JobSchedule("minute", lease=timedelta(minutes=2))),
    "scheduled-payments": Job(run_scheduled, JobSchedule("day", time(6))),
    "autopay": Job(run_autopay, JobSchedule("day", time(6, 30))),
    "returns": Job(_returns, JobSchedule("day", time(7))),
    "programs": Job(programs.review, JobSchedule("day", time(7, 30))),
    # after the payments and returns of the morning, which decide whether a plan was kept
    "arrangements": Job(arrangements.review, JobSchedule("day", time(7, 45))),
    "alerts": Job(delivery.deliver_alerts, JobSchedule("hour")),
    "sync-folder": Job(take_folder, JobSchedule("minute", lease=timedelta(minutes=30))),
    # checked each minute; the job itself knows which callouts are due for their next round
    "callouts": Job(reminders.send_reminders, JobSchedule("minute", lease=timedelta(minutes=2))),
}


async def run_named_job(backend: Backend, name: str, on: date) -> dict[str, Any]:
    """Run the job `name` for the co-op's local date `on`.

    Raises MemberlineError when there is no such job, or the payment network did not answer and the job must be run
    again.
    """
    job = JOBS.get(name)
    if job is None:
        raise MemberlineError(f"there is no job {name!r}; there are: {', '.join(sorted(JOBS))}")
    try:
        result = await job.run(backend, on)
    except PaymentProviderError as trouble:
        raise MemberlineError(f"the job {name!r} was not finished and can be run again: {trouble}") from trouble
    return {"job": name, "on": on.isoformat(), "result": result}
