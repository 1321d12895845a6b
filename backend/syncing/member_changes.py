"""Takes over what another billing system says of members and accounts that changed there: the job `billing-sync`.

Names, addresses, and whether an account is open: with one that is closed end its Auto Pay, drafts and scheduled
payments. A phone or an email is counted and left alone: codes go there, so they
change by the member, the office or a feed, each with its notices.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.service import record_job_act
from backend.billing.accounts import lock_account
from backend.billing.models import Account, BillingSync
from backend.errors import MemberlineError
from backend.members.models import Member
from backend.providers.billing.system import BillingSystemError, RemoteAccount, RemoteMember, find_system
from backend.syncing.closing import stop_payments

if TYPE_CHECKING:
    from backend.app import Backend

JOB = "billing-sync"
OVERLAP = timedelta(minutes=10)
"""Asked for again each time, since the other system's clock may be behind ours."""
FIRST = datetime(2000, 1, 1, tzinfo=UTC)


class ChangesNotKnown(MemberlineError):
    """The other system did not say what changed. The job must be run again."""

    code = "changes_not_known"


async def sync_members(backend: Backend, _on: date) -> dict[str, int]:
    """Take over what changed since the last run. Returns counts: changed accounts, changed members, those whose phone
    or email differs, and those that are not known here. Raises ChangesNotKnown."""
    system = find_system(backend.billing)
    if system is None:
        return {}
    began = backend.clock.now()
    async with backend.db.read_session() as session:
        last = await session.scalar(select(BillingSync.synced_to))
    try:
        changed = await system.changed_since(last - OVERLAP if last else FIRST)
    except BillingSystemError as error:
        raise ChangesNotKnown(f"the billing system did not say what changed: {error}") from error
    counts: Counter[str] = Counter()
    for found in changed:
        async with backend.db.transaction() as session:
            counts.update(await _take_over(session, backend, found))
    async with backend.db.transaction() as session:  # last: after a crash all of it is asked for again
        await session.merge(BillingSync(id=1, synced_to=began))
    return dict(counts)


async def _take_over(session: AsyncSession, backend: Backend, found: RemoteMember) -> list[str]:
    """What was done, a word each."""
    member = await session.scalar(select(Member).where(Member.number == found.number))
    if member is None:
        return ["unknown"]
    done = []
    accounts = {row.number: row for row in await session.scalars(select(Account).where(Account.member_id == member.id))}
    for theirs in found.accounts:
        ours = accounts.get(theirs.number)
        if ours is None:
            done.append("unknown")
        elif await _take_over_account(session, backend, ours.id, theirs):
            done.append("accounts")
    if found.name and found.name != member.name and accounts:
        before, member.name = {"name": member.name}, found.name
        await record_job_act(
            session,
            backend,
            job=JOB,
            act="member_renamed",
            account_id=min(row.id for row in accounts.values()),
            before=before,
            after={"name": found.name},
        )
        done.append("members")
    if (found.phone and found.phone != member.phone) or (found.email and found.email != member.email):
        done.append("contact_differs")
    return done


async def _take_over_account(session: AsyncSession, backend: Backend, account_id: int, theirs: RemoteAccount) -> bool:
    account = await lock_account(session, account_id)
    before = {"service_address": account.service_address, "status": account.status}
    after = {
        "service_address": theirs.service_address or account.service_address,
        "status": "open" if theirs.is_open else "closed",
    }
    if before != after:
        account.service_address, account.status = after["service_address"], after["status"]
        await record_job_act(
            session, backend, job=JOB, act="account_changed", account_id=account.id, before=before, after=after
        )
    if not theirs.is_open:
        await session.flush()
        # also of one that we knew as closed: what a member had before that must not go on
        for ended in await stop_payments(session, backend, [account.id], backend.clock.now()):
            await record_job_act(session, backend, job=JOB, **ended._asdict())
    return before != after
