"""What a job needs before it decides something by what an account owes: figures of another system, if not older than a
day. With the built-in books there is nothing to ask and nothing is held.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from backend.audit.service import record_job_act
from backend.billing.figures import MAX_AGE_TO_DEBIT
from backend.billing.models import Account
from backend.errors import MemberlineError
from backend.outbox.models import OutboxMessage
from backend.outbox.office_mail import mail_office
from backend.providers.billing.base import FiguresUnknown
from backend.providers.billing.system import find_system

if TYPE_CHECKING:
    from backend.app import Backend

LISTED = 200
"""Account numbers in the letter; the audit trail has them all."""


class FiguresTooOld(MemberlineError):
    """A job left accounts out, because what they owe was not known or older than a day. It must be run again."""

    code = "figures_too_old"


async def refresh_to_decide(backend: Backend, account_id: int) -> bool:
    """Look up what the account owes, outside any transaction. Returns whether a job may decide by it."""
    if find_system(backend.billing) is None:
        return True
    await backend.billing.refresh(backend.db, account_id)
    async with backend.db.read_session() as session:
        try:
            owed = await backend.billing.balance(session, account_id, backend.today())
        except FiguresUnknown:
            return False
    return owed.as_of is None or backend.clock.now() - owed.as_of <= MAX_AGE_TO_DEBIT


async def report_held(backend: Backend, job: str, account_ids: Collection[int], on: date) -> None:
    """Tell the office, once a day and job, which accounts were left out; raises FiguresTooOld if there are any.

    The job is then not finished: the clock runs it again, until the other system has answered.
    """
    if not account_ids:
        return
    async with backend.db.transaction() as session:
        key = f"held:{job}:{on.isoformat()}"
        is_told = await session.scalar(select(OutboxMessage.id).where(OutboxMessage.dedupe_key == key)) is not None
        query = select(Account.number).where(Account.id.in_(sorted(account_ids)[:LISTED])).order_by(Account.number)
        numbers = list(await session.scalars(query))
        await mail_office(
            session,
            backend,
            subject=f"No money was taken from {len(account_ids)} accounts: what they owe is not known",
            body=_write_letter(job, numbers, len(account_ids), on),
            key=key,
        )
        for account_id in () if is_told else sorted(account_ids):
            act = f"{job.replace('-', '_')}_held"
            await record_job_act(session, backend, job=job, act=act, account_id=account_id)
    raise FiguresTooOld(
        f"{len(account_ids)} accounts were left out: the billing system has not said for a day what they owe"
    )


def _write_letter(job: str, numbers: Collection[str], count: int, on: date) -> str:
    more = f"\nand {count - len(numbers)} more, in the audit trail\n" if count > len(numbers) else ""
    return (
        f"The job {job} of {on.isoformat()} left these accounts out. The billing system has not said for more than a "
        "day what they owe, and no money is taken by older figures, because a bill may have been paid meanwhile. The "
        "job is run again every quarter of an hour until the billing system answers.\n\n"
        + "\n".join(numbers)
        + f"\n{more}"
    )
