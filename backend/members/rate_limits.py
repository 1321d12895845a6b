"""Guessing at identity: misses are counted at the member that was tried, for the sender, and over all.

A lock or too much pressure is no closed door: number and digits alone then open nothing, and a one-time code to the
phone or email on file does (`proof.py`). So nobody can shut a member out by missing in the member's name, and a guess
that happens to be right tells nothing. `docs/security.md` has what chance this leaves.
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
from backend.members.service import SEPARATOR

if TYPE_CHECKING:
    from backend.app import Backend

IDENTITY, CODE, CREATION, MAIL = "identity", "code", "creation", "mail"
"""What was tried: number and last four, a one-time code, the holder of a new login; or a mail was asked for."""


@dataclass(frozen=True)
class LockoutLimits:
    """When one member is locked: by what one sender misses, and by what all strangers miss together."""

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
    """One try of somebody at one member, real or not. `known` is what `known_senders` says of the sender: only what
    such a one misses itself ever counts against it, and it counts against nobody else. `forgeable`: as there."""

    kind: str
    target: str
    source: str
    conversation_id: str = ""
    known: bool = False
    forgeable: bool = False


@dataclass(frozen=True)
class AttemptLimits:
    """How things stand for one try. `locked`: until when this member is; `pressed`: this sender, or all strangers
    together, have missed too often at anybody."""

    locked_until: datetime | None = None
    is_over_limit: bool = False

    @property
    def is_open(self) -> bool:
        return self.locked_until is None and not self.is_over_limit


def hash_target(backend: Backend, digits: str) -> str:
    """A keyed hash of the number in front of the dash: all of a member's accounts share it, real or not."""
    return backend.settings.keyed_hash("identity-target", digits[:-SEPARATOR])


async def check_limits(session: AsyncSession, backend: Backend, one: IdentityAttempt) -> AttemptLimits:
    """How things stand before the try is judged. The same work whether or not there is such a member."""
    now = backend.clock.now()
    locked = await _locked(session, one, now)
    if one.kind != IDENTITY:
        return AttemptLimits(locked)
    pressed = await _is_sender_over_limit(session, one.source, now)
    return AttemptLimits(locked, pressed and not one.known)


async def record_miss(
    session: AsyncSession, backend: Backend, one: IdentityAttempt, account_id: int | None = None
) -> AttemptLimits:
    """Write a miss down; how things stand after it. A lock that begins with it is written down too, for the member to
    be told of (`lock_notices.py`)."""
    now = backend.clock.now()
    session.add(
        IdentityMiss(
            at=now, kind=one.kind, source=one.source, target=one.target, conversation_id=one.conversation_id,
            known=one.known,
        )
    )  # fmt: skip
    await session.flush()
    locked = await _locked(session, one, now)
    if locked is not None:
        session.add(IdentityLock(target=one.target, account_id=account_id, at=now, until=locked))
        await session.flush()
    return AttemptLimits(locked)


async def clear_misses(session: AsyncSession, one: IdentityAttempt) -> None:
    """It was right in the end: what this talk missed at this member on the way was a slip, and no longer counts.

    What others missed still does, or each payment of a member's would give a stranger new tries.
    """
    await session.execute(
        delete(IdentityMiss).where(
            IdentityMiss.kind == one.kind,
            IdentityMiss.target == one.target,
            IdentityMiss.conversation_id == one.conversation_id,
        )
    )


async def count_mail_requests(session: AsyncSession, backend: Backend, source: str, within: timedelta) -> int:
    """How many mails a sender has asked for. They have this count of their own: asking tells nothing, so that it must
    not lock anything, and what was guessed elsewhere must not keep anybody from a new password."""
    query = select(func.count()).where(
        IdentityMiss.kind == MAIL, IdentityMiss.source == source, IdentityMiss.at > backend.clock.now() - within
    )
    return await session.scalar(query) or 0


async def count_missing_phones(session: AsyncSession, target: str, now: datetime) -> int:
    """How many phones have missed at this member in a year."""
    query = select(func.count(IdentityMiss.source.distinct())).where(
        IdentityMiss.target == target,
        IdentityMiss.at > now - lockouts.YEAR,
        IdentityMiss.source.startswith("phone-", autoescape=True),
    )
    return await session.scalar(query) or 0


async def lock_attempts(session: AsyncSession, backend: Backend, *keys: str) -> None:
    """Tries at one number, and tries of one sender, wait for each other until the commit: several at once would each
    find the count below the limit. SQLite has one writer at a time anyway.
    """
    if backend.db.sqlite:
        return
    hashes = [hashlib.sha256(key.encode()).digest()[:8] for key in keys]
    for number in sorted(int.from_bytes(digest, "big", signed=True) for digest in hashes):  # in one order: no deadlock
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": number})


async def _locked(session: AsyncSession, one: IdentityAttempt, now: datetime) -> datetime | None:
    query = (
        select(IdentityMiss.at, IdentityMiss.source, IdentityMiss.known)
        .where(
            IdentityMiss.kind == one.kind, IdentityMiss.target == one.target, IdentityMiss.at > now - lockouts.YEAR
        )
        .order_by(IdentityMiss.at, IdentityMiss.id)
    )  # fmt: skip
    rows = (await session.execute(query)).all()
    limits = LIMITS[one.kind]
    mine = [row.at for row in rows if row.source == one.source and row.known == one.known]
    strangers = [row.at for row in rows if not row.known]
    return _latest(
        now, (limits.per_sender.locked_until(mine), None if one.known else limits.all_strangers.locked_until(strangers))
    )


async def _is_sender_over_limit(session: AsyncSession, source: str, now: datetime) -> bool:
    mine = select(IdentityMiss.at).where(
        IdentityMiss.kind == IDENTITY, IdentityMiss.source == source, IdentityMiss.at > now - lockouts.YEAR
    )
    times = list(await session.scalars(mine.order_by(IdentityMiss.at)))
    overall = await _overall(session, now)
    return overall or _latest(now, (lockouts.FROM_ONE_SENDER.locked_until(times),)) is not None


async def _overall(session: AsyncSession, now: datetime) -> bool:
    longest = max(window for window, _most in lockouts.OVERALL_LIMITS)
    query = select(IdentityMiss.at).where(
        IdentityMiss.kind == IDENTITY, IdentityMiss.known.is_(False), IdentityMiss.at > now - longest
    )
    times = list(await session.scalars(query))
    return any(sum(at > now - window for at in times) >= most for window, most in lockouts.OVERALL_LIMITS)


def _latest(now: datetime, ends: Iterable[datetime | None]) -> datetime | None:
    """The last of the locks that still hold."""
    return max((end for end in ends if end is not None and end > now), default=None)
