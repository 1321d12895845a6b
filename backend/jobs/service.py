"""The scheduled jobs by name, with their times. Running a job twice for the same day does its work once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from backend.agent_handoff.reminders import remind_of_unanswered
from backend.alerts import delivery
from backend.app import Backend
from backend.arrangement import service as arrangements
from backend.autopay.daily_run import run_autopay
from backend.callout import reminders
from backend.errors import MemberlineError
from backend.jobs import holds
from backend.jobs.locks import JobSchedule
from backend.outage.announcing import tell_members
from backend.outage.forwarding import forward_reports
from backend.payments.group_processing import recover_groups
from backend.payments.network_notices import collect_news
from backend.payments.processing import recover
from backend.payments.refund_processing import recover_refunds
from backend.payments.return_files import apply_folder
from backend.payments.scheduled_runs import run_scheduled
from backend.posting.run import run_postings, write_posting_file
from backend.privacy.retention import run_retention
from backend.programs import service as programs
from backend.providers.payments.base import PaymentProviderError
from backend.reconciliation.service import reconcile_yesterday
from backend.reports.weekly import mail_weekly_report
from backend.syncing.folder import take_folder
from backend.syncing.member_changes import sync_members


@dataclass(frozen=True, slots=True)
class Job:
    """What a job runs, for the co-op's local date, and when."""

    run: Callable[[Backend, date], Awaitable[Any]]
    schedule: JobSchedule
    is_shared: bool = False
    """Whether other processes help with it while one runs it. They need PostgreSQL for that."""


async def _recover(backend: Backend, _on: date) -> Any:
    return await recover(backend) + await recover_groups(backend) + await recover_refunds(backend)


async def _returns(backend: Backend, _on: date) -> Any:
    count, folder = await collect_news(backend), await apply_folder(backend)
    count += folder.new
    return {"entries": count, "files_not_used": list(folder.not_used)} if folder.not_used else count


JOBS: dict[str, Job] = {
    "retention": Job(run_retention, JobSchedule("day", time(3), lease=timedelta(hours=1))),
    "recover": Job(_recover, JobSchedule("minute", lease=timedelta(minutes=2))),
    "scheduled-payments": Job(run_scheduled, JobSchedule("day", time(6)), is_shared=True),
    "autopay": Job(run_autopay, JobSchedule("day", time(6, 30)), is_shared=True),
    "returns": Job(_returns, JobSchedule("day", time(7))),
    "programs": Job(programs.review, JobSchedule("day", time(7, 30)), is_shared=True),
    # after the payments and returns of the morning, which decide whether a plan was kept
    "arrangements": Job(arrangements.review, JobSchedule("day", time(7, 45)), is_shared=True),
    "posting": Job(run_postings, JobSchedule("minute")),
    # after the payments and returns of the morning, so that one file has them all
    "posting-file": Job(write_posting_file, JobSchedule("day", time(8))),
    "reconciliation": Job(reconcile_yesterday, JobSchedule("day", time(8, 30))),
    # each day, so that one that was missed on Monday is made up for
    "weekly-report": Job(mail_weekly_report, JobSchedule("day", time(9))),
    "billing-sync": Job(sync_members, JobSchedule("hour")),
    "outages": Job(tell_members, JobSchedule("minute")),
    "outage-reports": Job(forward_reports, JobSchedule("minute")),
    "alerts": Job(delivery.deliver_alerts, JobSchedule("hour")),
    "sync-folder": Job(take_folder, JobSchedule("minute", lease=timedelta(minutes=30))),
    "unanswered-talks": Job(remind_of_unanswered, JobSchedule("minute")),
    # checked each minute; the job itself knows which callouts are due for their next round
    "callouts": Job(reminders.send_reminders, JobSchedule("minute", lease=timedelta(minutes=2))),
}


async def run_named_job(backend: Backend, name: str, on: date) -> dict[str, Any]:
    """Run the job `name` for the co-op's local date `on`.

    Raises MemberlineError when there is no such job, or another system (payment network, billing system) did not answer
    and the job must be run again; OnHold when it must not run now.
    """
    job = JOBS.get(name)
    if job is None:
        raise MemberlineError(f"there is no job {name!r}; there are: {', '.join(sorted(JOBS))}")
    async with backend.db.read_session() as session:
        await holds.check_job(session, name)
    try:
        result = await job.run(backend, on)
    except PaymentProviderError as trouble:
        raise MemberlineError(f"the job {name!r} was not finished and can be run again: {trouble}") from trouble
    return {"job": name, "on": on.isoformat(), "result": result}
