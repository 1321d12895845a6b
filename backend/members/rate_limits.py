"""Limits on guessing identities: misses are counted per member, per sender, per network, and overall.

Under a lock or over a limit, number and digits alone do not suffice, and a code to the phone or email on file is needed
(`identity_challenge.py`). So nobody can lock a member out by guessing, and a right guess reveals nothing.
`docs/security.md` has the odds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.members import lockouts
from backend.members.lockouts import LockoutSchedule
from backend.members.models import IdentityLock, IdentityMiss
from backend.members.service import ACCOUNT_SUFFIX_LENGTH

if TYPE_CHECKING:
    from backend.app import Backend

IDENTITY, CODE, CREATION, MAIL, TALK_MAIL = "identity", "code", "creation", "mail", "talk_mail"
"""Kinds of tries: number and last four, a one-time code, the holder of a new login, a request for recovery mail, a talk
mailed to the member."""


@dataclass(frozen=True)
class LockoutLimits:
    """Schedules for one member: for each sender's misses, and for those of all strangers together."""

    per_sender: LockoutSchedule
    all_strangers: LockoutSchedule


LIMITS: Mapping[str, LockoutLimits] = MappingProxyType(
    {
        IDENTITY: LockoutLimits(lockouts.AT_ONE_MEMBER, lockouts.AT_ONE_MEMBER),
        CODE: LockoutLimits(lockouts.AT_ONE_MEMBER, lockouts.CODES_FROM_ALL),
        CREATION: LockoutLimits(lockouts.AT_ONE_MEMBER, lockouts.CREATION_FROM_ALL),
    }
)


@dataclass(frozen=True)
class IdentityAttempt:
    """One try at one member number, existing or not. Only its own misses count against a `known` sender, and they count
    against nobody else. `known` and `forgeable` are from `known_senders`."""

    kind: str
    target: str
    source: str
    conversation_id: str = ""
    known: bool = False
    forgeable: bool = False


@dataclass(frozen=True)
class AttemptLimits:
    """`locked_until` is for this member. `is_over_limit`: this sender, its network, or all strangers together missed
    too often at any members."""

    locked_until: datetime | None = None
    is_over_limit: bool = False

    @property
    def is_open(self) -> bool:
        return self.locked_until is None and not self.is_over_limit


def hash_target(backend: Backend, digits: str) -> str:
    """A keyed hash of the digits before the separator, shared by all of a member's accounts."""
    return backend.settings.keyed_hash("identity-target", digits[:-ACCOUNT_SUFFIX_LENGTH])


async def check_limits(session: AsyncSession, backend: Backend, attempt: IdentityAttempt) -> AttemptLimits:
    """The limits before a try is judged. Takes the same time whether or not the member exists."""
    now = backend.clock.now()
    locked = await _locked(session, attempt, now)
    if attempt.kind != IDENTITY:
        return AttemptLimits(locked)
    over_limit = await _is_sender_over_limit(session, attempt.source, now)
    return AttemptLimits(locked, over_limit and not attempt.known)


async def record_miss(
    session: AsyncSession, backend: Backend, attempt: IdentityAttempt, account_id: int | None = None
) -> AttemptLimits:
    """Record a miss, and a lock if it begins one (for `lock_notices.py`). Returns the limits after it."""
    now = backend.clock.now()
    session.add(
        IdentityMiss(
            at=now, kind=attempt.kind, source=attempt.source, target=attempt.target, known=attempt.known,
            conversation_id=attempt.conversation_id,
        )
    )  # fmt: skip
    await session.flush()
    locked = await _locked(session, attempt, now)
    if locked is not None:
        session.add(IdentityLock(target=attempt.target, account_id=account_id, at=now, until=locked))
        await session.flush()
    return AttemptLimits(locked)


async def clear_misses(session: AsyncSession, attempt: IdentityAttempt) -> None:
    """After a success, forget this conversation's misses at this member.

    Misses of others still count, or each success of the member would give a stranger new tries.
    """
    await session.execute(
        delete(IdentityMiss).where(
            IdentityMiss.kind == attempt.kind,
            IdentityMiss.target == attempt.target,
            IdentityMiss.conversation_id == attempt.conversation_id,
        )
    )


async def forget_misses(session: AsyncSession, target: str) -> int:
    """Forget all misses at this member, by whomever: the office has seen who it is. Returns how many there were."""
    gone = await session.execute(delete(IdentityMiss).where(IdentityMiss.target == target).returning(IdentityMiss.id))
    return len(gone.all())


async def find_member_lock(session: AsyncSession, backend: Backend, target: str) -> datetime | None:
    """Until when strangers, or one of the senders, need a code at this member; None where nothing is locked."""
    now = backend.clock.now()
    query = select(IdentityMiss.kind, IdentityMiss.source, IdentityMiss.known).where(
        IdentityMiss.target == target, IdentityMiss.kind.in_(LIMITS), IdentityMiss.at > now - lockouts.YEAR
    )
    senders = (await session.execute(query.distinct())).all()
    attempts = [IdentityAttempt(kind, target, source, known=known) for kind, source, known in senders]
    return _latest(now, [await _locked(session, attempt, now) for attempt in attempts])


async def count_mail_requests(session: AsyncSession, backend: Backend, source: str, within: timedelta) -> int:
    """Recovery mails that a sender requested. Counted apart: requests reveal nothing and must lock nothing, and misses
    elsewhere must not prevent a password reset."""
    query = select(func.count()).where(
        IdentityMiss.kind == MAIL, IdentityMiss.source == source, IdentityMiss.at > backend.clock.now() - within
    )
    return await session.scalar(query) or 0


async def count_missing_phones(session: AsyncSession, target: str, now: datetime) -> int:
    query = select(func.count(IdentityMiss.source.distinct())).where(
        IdentityMiss.target == target,
        IdentityMiss.at > now - lockouts.YEAR,
        IdentityMiss.source.startswith("phone-", autoescape=True),
    )
    return await session.scalar(query) or 0


async def lock_attempts(session: AsyncSession, backend: Backend, *keys: str) -> None:
    """Serialize tries at one number and of one sender until the commit (PostgreSQL advisory locks), or simultaneous
    ones would each find the count below the limit. SQLite has one writer at a time anyway.
    """
    if backend.db.sqlite:
        return
    hashes = [hashlib.sha256(key.encode()).digest()[:8] for key in keys]
    for number in sorted(int.from_bytes(digest, "big", signed=True) for digest in hashes):  # sorted, to avoid deadlocks
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": number})


async def _locked(session: AsyncSession, attempt: IdentityAttempt, now: datetime) -> datetime | None:
    query = (
        select(IdentityMiss.at, IdentityMiss.source, IdentityMiss.known)
        .where(IdentityMiss.kind == attempt.kind, IdentityMiss.target == attempt.target)
        .where(IdentityMiss.at > now - lockouts.YEAR)
        .order_by(IdentityMiss.at, IdentityMiss.id)
    )  # fmt: skip
    rows = (await session.execute(query)).all()
    limits = LIMITS[attempt.kind]
    mine = [row.at for row in rows if row.source == attempt.source and row.known == attempt.known]
    strangers = [row.at for row in rows if not row.known]
    return _latest(
        now,
        (limits.per_sender.locked_until(mine), None if attempt.known else limits.all_strangers.locked_until(strangers)),
    )


async def _is_sender_over_limit(session: AsyncSession, source: str, now: datetime) -> bool:
    mine = select(IdentityMiss.at).where(
        IdentityMiss.kind == IDENTITY, IdentityMiss.source == source, IdentityMiss.at > now - lockouts.YEAR
    )
    times = list(await session.scalars(mine.order_by(IdentityMiss.at)))
    is_pressed = await _is_network_pressed(session, network_of(source), now)
    return is_pressed or _latest(now, (lockouts.FROM_ONE_SENDER.locked_until(times),)) is not None


def network_of(source: str) -> str:
    """The network of a sender: what stands behind the point of a web sender, as `client_source` writes it.

    All phones are one network, since a caller ID is easily made up. A sender without one is a network by itself.
    """
    return "phones" if source.startswith("phone-") else source.partition(".")[2] or source


async def _is_network_pressed(session: AsyncSession, network: str, now: datetime) -> bool:
    """Whether too many strangers of this network, or of all together, missed lately."""
    longest = max(window for window, _most in (*lockouts.NETWORK_LIMITS, *lockouts.OVERALL_LIMITS))
    query = select(IdentityMiss.at, IdentityMiss.source).where(
        IdentityMiss.kind == IDENTITY, IdentityMiss.known.is_(False), IdentityMiss.at > now - longest
    )
    rows = (await session.execute(query)).all()
    mine = [row.at for row in rows if network_of(row.source) == network]
    counted = ((mine, lockouts.NETWORK_LIMITS), ([row.at for row in rows], lockouts.OVERALL_LIMITS))
    return any(sum(at > now - window for at in times) >= most for times, limits in counted for window, most in limits)


def _latest(now: datetime, ends: Iterable[datetime | None]) -> datetime | None:
    """The latest end of the locks that still hold."""
    return max((end for end in ends if end is not None and end > now), default=None)
