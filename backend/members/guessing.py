"""Guessing at identity: misses are counted for the number that was tried, for the sender, and over all."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import case, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.members.models import IdentityMiss, MemberLock
from backend.members.service import SEPARATOR

if TYPE_CHECKING:
    from backend.app import Backend

MISSES_TO_LOCK = 5
LOCK = timedelta(minutes=15)
TARGET_WINDOW = timedelta(hours=24)  # misses older than this no longer add up to a lock
SOURCE_MISSES = 10
OVERALL_MISSES = 200
THROTTLE_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True)
class Pressure:
    """How things stand for one try before it is judged."""

    throttled: bool
    locked: bool


def target_of(backend: Backend, digits: str) -> str:
    """A keyed hash of the number in front of the dash: all of a member's accounts share it, real or not."""
    key = backend.settings.derived_key("identity-target").encode()
    return hmac.new(key, digits[:-SEPARATOR].encode(), hashlib.sha256).hexdigest()


async def pressure(session: AsyncSession, backend: Backend, target: str, source: str) -> Pressure:
    """Whether the sender or everybody has missed too often, and whether this number is locked."""
    await _one_at_a_time(session, backend, target)
    now = backend.clock.now()
    mine = func.count(case((IdentityMiss.source == source, 1)))
    recent = select(mine, func.count()).where(IdentityMiss.at > now - THROTTLE_WINDOW)
    from_source, overall = (await session.execute(recent)).one()
    until = await session.scalar(select(MemberLock.until).where(MemberLock.target == target))
    return Pressure(
        throttled=from_source >= SOURCE_MISSES or overall >= OVERALL_MISSES,
        locked=until is not None and until > now,
    )


async def missed(session: AsyncSession, backend: Backend, target: str, source: str) -> bool:
    """Write a miss down. True when it is the one that locks the number."""
    now = backend.clock.now()
    session.add(IdentityMiss(at=now, source=source, target=target))
    await session.flush()
    count = await session.scalar(
        select(func.count()).where(IdentityMiss.target == target, IdentityMiss.at > now - TARGET_WINDOW)
    )
    if (count or 0) < MISSES_TO_LOCK:
        return False
    await _lock(session, target, now + LOCK)
    await settle(session, target)  # after the lock the count begins anew
    return True


async def settle(session: AsyncSession, target: str) -> None:
    """The misses of this number no longer count against it; against their senders they still do."""
    await session.execute(update(IdentityMiss).where(IdentityMiss.target == target).values(target=None))


async def _lock(session: AsyncSession, target: str, until: datetime) -> None:
    lock = await session.get(MemberLock, target)
    if lock is None:
        session.add(MemberLock(target=target, until=until))
    else:
        lock.until = until
    await session.flush()


async def _one_at_a_time(session: AsyncSession, backend: Backend, target: str) -> None:
    """Tries at one number wait for each other, or several at once would each find the count below the limit.

    SQLite has one writer at a time anyway.
    """
    if not backend.db.sqlite:
        key = int.from_bytes(bytes.fromhex(target)[:8], "big", signed=True)
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
