"""What became of the copies of a message: whether its text and its email are on their way, sent, or not sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.outbox.models import OutboxMessage

COMING, SENT, FAILED = "coming", "sent", "failed"
STATES = {"queued": COMING, "sending": COMING, "sent": SENT, "delivered": SENT}


@dataclass(frozen=True)
class MessageCopy:
    """One of them. `kind` is sms or email; `state` is coming, sent, or failed for one that does not go out any more."""

    kind: str
    recipient: str
    state: str


async def list_copies(session: AsyncSession, key: str) -> list[MessageCopy]:
    """The text and the email under this key (`receipts.send`), the text first; empty where nothing was queued."""
    query = select(OutboxMessage).where(OutboxMessage.dedupe_key.in_((f"{key}:sms", f"{key}:email")))
    return _describe((await session.scalars(query)).all())


async def list_newest_copies(
    session: AsyncSession, prefix: str, recipients: Sequence[str], since: datetime
) -> list[MessageCopy]:
    """The copies of the newest message to these people whose key begins so; empty where none was queued since then."""
    query = (
        select(OutboxMessage)
        .where(
            OutboxMessage.recipient.in_(recipients),
            OutboxMessage.dedupe_key.startswith(prefix, autoescape=True),
            OutboxMessage.created_at >= since,
        )
        .order_by(OutboxMessage.id.desc())
        .limit(4)
    )
    found = (await session.scalars(query)).all()
    newest = [each for each in found if _stem(each) == _stem(found[0])]
    return _describe(newest)


def _stem(message: OutboxMessage) -> str:
    return message.dedupe_key.rpartition(":")[0]


def _describe(messages: Sequence[OutboxMessage]) -> list[MessageCopy]:
    found = [MessageCopy(each.kind, each.recipient, STATES.get(each.status, FAILED)) for each in messages]
    return sorted(found, key=lambda each: each.kind, reverse=True)
