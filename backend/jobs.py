"""Work that is done by the calendar, each job by its name. Running one twice for a day does its work once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from backend.alerts import delivery
from backend.app import Backend
from backend.arrangement import service as arrangements
from backend.autopay.daily_run import run_autopay
from backend.callout import reminders
from backend.errors import MemberlineError
from backend.payments.bank_returns import collect_returns
from backend.payments.processing import recover
from backend.payments.scheduled_runs import run_scheduled
from backend.programs import service as programs
from backend.providers.payments.base import PaymentProviderError

Job = Callable[[Backend, date], Awaitable[Any]]


async def _recover(backend: Backend, _on: date) -> Any:
    return await recover(backend)


async def _returns(backend: Backend, _on: date) -> Any:
    return await collect_returns(backend)


JOBS: dict[str, Job] = {
    "scheduled-payments": run_scheduled,
    "autopay": run_autopay,
    "returns": _returns,
    "recover": _recover,
    "alerts": delivery.deliver_alerts,
    "programs": programs.review,
    "arrangements": arrangements.review,
    "callouts": reminders.send_reminders,
}


async def run_named_job(backend: Backend, name: str, on: date) -> dict[str, Any]:
    """Run the job `name` for the co-op's local date `on`. Raises MemberlineError: there is no such job, or the payment
    network could not be asked and the job is to be run again."""
    job = JOBS.get(name)
    if job is None:
        raise MemberlineError(f"there is no job {name!r}; there are: {', '.join(sorted(JOBS))}")
    try:
        result = await job(backend, on)
    except PaymentProviderError as trouble:
        raise MemberlineError(f"the job {name!r} was not finished and can be run again: {trouble}") from trouble
    return {"job": name, "on": on.isoformat(), "result": result}
