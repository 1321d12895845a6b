"""How the people on call were told of a callout: what went out, what is on its way, and what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.callout.delivery import ALERTS, FAILED_STATUSES, OUTDATED_ERROR, SENT_STATUSES
from backend.callout.models import CalloutNotice
from backend.outbox.models import OutboxMessage

BY_PHONE = ("sms", "call")


@dataclass(frozen=True)
class Attempts:
    """Messages by (way, state): the way is sms, call or email, the state sent, failed or going. One that was replaced
    before it went out is not counted."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def has_phone_failed(self) -> bool:
        """Whether texts or calls failed, and none went out or is on its way: an email alone wakes nobody."""
        return any(self.counts[way, "failed"] for way in BY_PHONE) and not any(
            self.counts[way, state] for way in BY_PHONE for state in ("sent", "going")
        )

    @property
    def is_anybody_reached(self) -> bool:
        return any(count for (_, state), count in self.counts.items() if state == "sent")


async def count_attempts(
    session: AsyncSession, callout_ids: Sequence[int], kinds: Sequence[str] = ALERTS
) -> dict[int, Attempts]:
    """By the callout's id, of notices of these kinds; each of the callouts is in it."""
    found = {callout_id: Attempts() for callout_id in callout_ids}
    query = (
        select(CalloutNotice.callout_id, CalloutNotice.way, OutboxMessage.status, OutboxMessage.error_code)
        .join(OutboxMessage, OutboxMessage.id == CalloutNotice.outbox_id)
        .where(CalloutNotice.callout_id.in_(callout_ids), CalloutNotice.what.in_(kinds))
    )
    for callout_id, way, status, error in await session.execute(query):
        if error != OUTDATED_ERROR:
            state = "sent" if status in SENT_STATUSES else "failed" if status in FAILED_STATUSES else "going"
            found[callout_id].counts[way, state] += 1
    return found
