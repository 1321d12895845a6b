"""Tells members of locks, by the way on file and once a lock, apart from whoever missed: nobody can time it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.language import mark, speaking, tr
from backend.members import codes
from backend.members.codes import CodeRefused
from backend.members.models import IdentityLock, Member
from backend.outbox.service import enqueue

if TYPE_CHECKING:
    from backend.app import Backend

SPANS = (
    (timedelta(minutes=15), mark("15 minutes")),
    (timedelta(hours=1), mark("an hour")),
    (timedelta(days=1), mark("a day")),
    (timedelta(days=7), mark("a week")),
    (timedelta(days=30), mark("a month")),
    (timedelta(days=365), mark("a year")),
)


def in_words(span: timedelta) -> str:
    """`15 minutes`, `an hour`, `a day`: the nearest name that is not too short."""
    return tr(next((words for longest, words in SPANS if span <= longest), SPANS[-1][1]))


async def answer_waiting(backend: Backend) -> int:
    """Tell what is still to be told; how many locks were settled. Safe in several processes at once."""
    async with backend.db.reading() as session:
        query = select(IdentityLock.id).where(IdentityLock.told_at.is_(None)).order_by(IdentityLock.id).limit(50)
        waiting = list(await session.scalars(query))
    for lock_id in waiting:
        async with backend.db.transaction() as session:
            await _answer(session, backend, lock_id)
    return len(waiting)


async def _answer(session: AsyncSession, backend: Backend, lock_id: int) -> None:
    mine = update(IdentityLock).where(IdentityLock.id == lock_id, IdentityLock.told_at.is_(None))
    claimed = await session.execute(mine.values(told_at=backend.clock.now()).returning(IdentityLock.id))
    if claimed.scalar_one_or_none() is None:
        return
    lock = await session.get_one(IdentityLock, lock_id, populate_existing=True)
    if lock.account_id is None:
        return
    account = await session.get_one(Account, lock.account_id)
    member = await session.get_one(Member, account.member_id)
    with speaking(member.language):  # whoever missed may speak another
        await _tell(session, backend, member, lock)


async def _tell(session: AsyncSession, backend: Backend, member: Member, lock: IdentityLock) -> None:
    way = await codes.way_to(session, backend, member, by_email=False)
    if isinstance(way, CodeRefused):
        return
    coop = backend.coop
    by_text = way.way == "text"
    await enqueue(
        session, backend, kind="sms" if by_text else "email",
        recipient=member.phone if by_text else member.email or "",
        subject="" if by_text else tr("Wrong tries at your {coop} account", coop=coop.short_name),
        body=tr(
            "{coop}: several wrong tries at your account. For {span} it opens only with a code sent to you. Was it not "
            "you? Call {phone}.",
            coop=coop.short_name, span=in_words(lock.until - lock.at), phone=coop.office_phone_display,
        ),
        purpose="notice", dedupe_key=f"identity-lock-{lock.id}",
    )  # fmt: skip
