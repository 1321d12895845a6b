"""Claiming the messages that a process is to send now, so that no other process sends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from backend.outbox.models import OutboxMessage
from backend.outbox.priorities import LANES, LIFETIMES, Lane, Priority
from backend.outbox.rates import open_budget

if TYPE_CHECKING:
    from backend.app import Backend

CLAIM_SECONDS = 120  # a message `sending` for longer belonged to a process that died
IN_FLIGHT_SECONDS = 30
"""How long a message that is being sent holds back later ones to its recipient; after that its process is dead."""


@dataclass(slots=True)
class Claim:
    """`messages` are to be sent now, in this order. `pause`: seconds until the sender may send more."""

    messages: list[OutboxMessage] = field(default_factory=list)
    expired: list[OutboxMessage] = field(default_factory=list)
    pause: float = 0.0


async def find_waiting(session: AsyncSession, backend: Backend) -> set[Lane]:
    """The lanes in which something is due. Reads only, so that an idle process costs no write lock."""
    queries = [select(select(OutboxMessage.id).where(*_due(backend, lane)).exists()) for lane in LANES]
    found = (await session.execute(select(*(query.scalar_subquery() for query in queries)))).one()
    return {lane for lane, waits in zip(LANES, found, strict=True) if waits}


async def claim_due(session: AsyncSession, backend: Backend, lane: Lane, limit: int) -> Claim:
    """Claim up to `limit` messages of the lane that are due, as many as the sender may send now.

    A message waits while an earlier one of equal priority to its recipient is being sent, so that they keep their
    order. One that has outlived its use is marked expired instead.
    """
    budget = await open_budget(session, backend, lane.kind, urgent=lane.urgent)
    if budget.pause:
        return Claim(pause=budget.pause)
    claim = Claim()
    for message in await _lock_due(session, backend, lane, limit):
        if _is_too_old(message, backend.clock.now()):
            claim.expired.append(message)
        elif budget.spend(message):
            claim.messages.append(message)
        else:
            claim.pause = budget.pause
            break
    now = backend.clock.now()
    for message in claim.expired:
        message.status, message.updated_at = "expired", now
    for message in claim.messages:
        message.status, message.attempts, message.updated_at = "sending", message.attempts + 1, now
    await session.flush()
    return claim


def _is_too_old(message: OutboxMessage, now: datetime) -> bool:
    lifetime = LIFETIMES.get(message.purpose)
    if lifetime and now - message.created_at > lifetime:
        return True
    return message.not_after is not None and now >= message.not_after


async def _lock_due(session: AsyncSession, backend: Backend, lane: Lane, limit: int) -> Sequence[OutboxMessage]:
    other = aliased(OutboxMessage)
    in_flight = select(other.id).where(
        other.status == "sending",
        other.kind == lane.kind,
        other.priority == OutboxMessage.priority,
        other.recipient == OutboxMessage.recipient,
        other.updated_at > backend.clock.now() - timedelta(seconds=IN_FLIGHT_SECONDS),
    )
    query = (
        select(OutboxMessage)
        .where(*_due(backend, lane), ~in_flight.exists())
        .order_by(OutboxMessage.priority, OutboxMessage.due_at, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=OutboxMessage)
    )
    return (await session.scalars(query)).all()


async def has_abandoned(session: AsyncSession, backend: Backend) -> bool:
    return await session.scalar(select(OutboxMessage.id).where(*_abandoned(backend)).limit(1)) is not None


async def release_abandoned(session: AsyncSession, backend: Backend) -> None:
    """Queue messages of dead processes again. The idempotency key keeps the carrier from sending twice."""
    await session.execute(
        update(OutboxMessage).where(*_abandoned(backend)).values(status="queued", updated_at=backend.clock.now())
    )


async def count_waiting(session: AsyncSession, backend: Backend) -> dict[Priority, tuple[int, float]]:
    """For each priority how many messages are due and not sent yet, and the seconds that the oldest has been due."""
    now = backend.clock.now()
    query = (
        select(OutboxMessage.priority, func.count(), func.min(OutboxMessage.due_at))
        .where(OutboxMessage.status == "queued", OutboxMessage.due_at <= now)
        .group_by(OutboxMessage.priority)
    )
    found = {priority: (0, 0.0) for priority in Priority}
    for priority, count, oldest in await session.execute(query):
        found[Priority(priority)] = (count, (now - oldest).total_seconds())
    return found


def _due(backend: Backend, lane: Lane) -> tuple[Any, ...]:
    return (
        OutboxMessage.status == "queued",
        OutboxMessage.kind == lane.kind,
        # a range, and not a list: the index then gives the rows in their order
        OutboxMessage.priority.between(min(lane.priorities), max(lane.priorities)),
        OutboxMessage.due_at <= backend.clock.now(),
    )


def _abandoned(backend: Backend) -> tuple[Any, Any]:
    limit = backend.clock.now() - timedelta(seconds=CLAIM_SECONDS)
    return OutboxMessage.status == "sending", OutboxMessage.updated_at < limit
