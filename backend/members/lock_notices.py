"""Notifies members of identity locks, once per lock, by a worker, so that the sender cannot time it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.db.pending_rows import process_pending_rows
from backend.language import mark, tr, use_language
from backend.members import codes
from backend.members.codes import CodeRefused
from backend.members.models import IdentityLock, Member
from backend.outbox.service import enqueue

if TYPE_CHECKING:
    from backend.app import Backend

SPAN_NAMES = (
    (timedelta(minutes=15), mark("15 minutes")),
    (timedelta(hours=1), mark("an hour")),
    (timedelta(days=1), mark("a day")),
    (timedelta(days=7), mark("a week")),
    (timedelta(days=30), mark("a month")),
    (timedelta(days=365), mark("a year")),
)


def format_span(span: timedelta) -> str:
    """`15 minutes`, `an hour`, `a day`: the shortest name that covers the span."""
    return tr(next((words for longest, words in SPAN_NAMES if span <= longest), SPAN_NAMES[-1][1]))


async def process_pending(backend: Backend) -> int:
    """Send pending notices; returns how many locks were processed. Safe in several processes."""
    return await process_pending_rows(backend, IdentityLock, IdentityLock.told_at, _process_lock)


async def _process_lock(session: AsyncSession, backend: Backend, lock: IdentityLock) -> None:
    if lock.account_id is None:
        return
    account = await session.get_one(Account, lock.account_id)
    member = await session.get_one(Member, account.member_id)
    coop = backend.coop
    with use_language(member.language):  # not that of the conversation with the misses
        channel = await codes.choose_channel(session, backend, member, by_email=False)
        if isinstance(channel, CodeRefused):
            return
        kind, recipient = codes.address_of(channel, member)
        await enqueue(
            session, backend, kind=kind, recipient=recipient, purpose="notice",
            subject="" if kind == "sms" else tr("Wrong tries at your {coop} account", coop=coop.short_name),
            body=tr(
                "{coop}: several wrong tries at your account. For {span} it opens only with a code sent to you. Was it "
                "not you? Call {phone}.",
                coop=coop.short_name, span=format_span(lock.until - lock.at), phone=coop.office_phone_display,
            ),
            dedupe_key=f"identity-lock-{lock.id}",
        )  # fmt: skip
