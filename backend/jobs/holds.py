"""Holds: automatic debits, postings, or alerts stop until somebody who has looked releases them.

A restored database does not know what was taken, posted or sent after its backup was made, so a run could debit a bill
or post a payment twice. The office may also stop the runs by hand when something looks wrong. A payment that a member
confirms is not held.

While messages are held no alert is made, and none that waits goes out (`backend/outbox/claims.py`): a co-op looks at
what was imported before members hear of it. Codes, links, answers, receipts, notices, outages and danger go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import service as audit
from backend.errors import MemberlineError
from backend.jobs.models import MESSAGES, Hold
from backend.outbox.models import OutboxMessage
from backend.outbox.priorities import HELD_PURPOSES

if TYPE_CHECKING:
    from backend.app import Backend

AUTOMATIC_PAYMENTS = "automatic-payments"
POSTING = "posting"
HELD_JOBS: dict[str, frozenset[str]] = {
    AUTOMATIC_PAYMENTS: frozenset({"autopay", "scheduled-payments"}),
    POSTING: frozenset({"posting", "posting-file"}),
    MESSAGES: frozenset({"alerts"}),
}
"""The name of a hold -> the jobs that it stops."""
JOB = "holds"
"""The actor in the audit trail: who works on the server has no name here."""


class OnHold(MemberlineError):
    """The job must not run now."""

    code = "on_hold"


async def place(session: AsyncSession, backend: Backend, name: str, reason: str) -> Hold:
    """Hold the jobs of `name`. Already held: the first reason stays."""
    _check_name(name)
    found = await session.get(Hold, name)
    if found is None:
        found = Hold(name=name, reason=reason[:200], since=backend.clock.now())
        session.add(found)
        await audit.record_job_act(session, backend, job=JOB, act="hold_placed", account_id=None, after=_shown(found))
    return found


async def release(session: AsyncSession, backend: Backend, name: str, reason: str) -> None:
    """Let the jobs of `name` run again. Raises MemberlineError where nothing is held."""
    _check_name(name)
    found = await session.get(Hold, name)
    if found is None:
        raise MemberlineError(f"nothing is held under {name}")
    await session.delete(found)
    await audit.record_job_act(
        session, backend, job=JOB, act="hold_released", account_id=None, before=_shown(found), after={"reason": reason}
    )


async def count_held(session: AsyncSession) -> int:
    """How many alerts, reminders and campaign messages wait in the outbox."""
    query = select(func.count(OutboxMessage.id)).where(*_WAITING)
    return int(await session.scalar(query) or 0)


async def discard_held(session: AsyncSession, backend: Backend) -> int:
    """Never send the alerts, reminders and campaign messages that wait; returns how many there were."""
    statement = update(OutboxMessage).where(*_WAITING).values(status="expired", updated_at=backend.clock.now())
    count = len((await session.scalars(statement.returning(OutboxMessage.id))).all())
    await audit.record_job_act(
        session, backend, job=JOB, act="held_messages_discarded", account_id=None, after={"messages": count}
    )
    return count


async def list_holds(session: AsyncSession) -> list[Hold]:
    return list(await session.scalars(select(Hold).order_by(Hold.name)))


async def check_job(session: AsyncSession, job: str) -> None:
    """Raises OnHold when a hold stops the job."""
    for hold in await list_holds(session):
        if job in HELD_JOBS.get(hold.name, ()):
            raise OnHold(
                f"the job {job!r} is on hold since {hold.since:%Y-%m-%d %H:%M} UTC: {hold.reason}. "
                f"Release it with: memberline hold release {hold.name} --reason ..."
            )


_WAITING = (OutboxMessage.status == "queued", OutboxMessage.purpose.in_(HELD_PURPOSES))


def _check_name(name: str) -> None:
    if name not in HELD_JOBS:
        raise MemberlineError(f"there is no hold named {name!r}; there are: {', '.join(sorted(HELD_JOBS))}")


def _shown(hold: Hold) -> dict[str, str]:
    return {"name": hold.name, "reason": hold.reason}
