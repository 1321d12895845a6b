"""How many messages a second a sender may send, counted in the database over all processes: a token bucket.

The carriers have limits for each sender (docs/text.md). What exceeds them waits here, where a code overtakes an alert,
and not in the carrier's queue, where it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.clock import SystemClock
from backend.outbox import gsm7
from backend.outbox.models import OutboxMessage, SendRate

if TYPE_CHECKING:
    from backend.app import Backend

BURST_SECONDS = 10
"""How much of its rate an idle sender may use at once: the carriers count by the minute."""
MIN_BURST = 10
URGENT_DEBT_SECONDS = 60
"""Urgent messages do not wait for tokens, and the others pay for them later, up to this much of the rate."""


@dataclass(slots=True)
class Budget:
    """What a sender may send now, in parts of texts, calls or emails. `row` is locked until the transaction ends."""

    row: SendRate
    per_second: float
    urgent: bool

    @property
    def left(self) -> float:
        return self.row.tokens + (self.per_second * URGENT_DEBT_SECONDS if self.urgent else 0.0)

    def spend(self, message: OutboxMessage) -> bool:
        """Take the tokens of this message, if there is one left; a long text may take more than there are."""
        if self.left < 1:
            return False
        self.row.tokens -= gsm7.count_parts(message.body) if message.kind == "sms" else 1
        return True

    @property
    def pause(self) -> float:
        """Seconds until there is a token."""
        return max(0.0, (1 - self.left) / self.per_second)


async def open_budget(session: AsyncSession, backend: Backend, kind: str, *, urgent: bool) -> Budget:
    """The budget of the sender of this kind, locked: other processes wait until this transaction ends."""
    per_second = backend.settings.messages_per_second(kind)
    burst = max(MIN_BURST, per_second * BURST_SECONDS)
    now = SystemClock().now()  # not the app's clock, which may be shifted: the carrier's seconds are real
    query = select(SendRate).where(SendRate.sender == kind).with_for_update()
    row = await session.scalar(query)
    if row is None:
        first = backend.db.insert(SendRate).values(sender=kind, tokens=burst, at=now)
        await session.execute(first.on_conflict_do_nothing())
        row = (await session.scalars(query)).one()
    passed = max(0.0, (now - row.at).total_seconds())
    row.tokens = min(burst, row.tokens + passed * per_second)
    row.at = max(now, row.at)
    return Budget(row, per_second, urgent)
