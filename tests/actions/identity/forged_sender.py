"""Conversations whose sender may be forged: a text or call in the name of the phone on file."""

from __future__ import annotations

import re

from sqlalchemy import select

from backend.app import Backend
from backend.conversations.models import Conversation
from backend.members.levels import Level
from backend.outbox.models import OutboxMessage
from tests.backend.household import NOW, Household
from tests.support.harness.talk import Talk

PHONE = "+15555550142"


async def begin(
    backend: Backend, home: Household, *, channel: str = "sms", attested: bool = False, level: Level = Level.KNOWN
) -> Talk:
    """A conversation whose other end says that it is Ruth's phone, and knows her number and its last four."""
    name = f"{channel}-forged"
    known = {"account_id": home.account_id, "member_id": home.member_id, "verified_at": NOW} if level else {}
    async with backend.db.transaction() as session:
        session.add(
            Conversation(
                id=name, channel=channel, address=PHONE, attested=attested, last_seen_at=NOW, started_at=NOW,
                level=int(level), **known,
            )
        )  # fmt: skip
    return Talk(backend, name, channel=channel)


async def newest_code(backend: Backend, recipient: str) -> str:
    async with backend.db.read_session() as session:
        query = select(OutboxMessage.body).where(OutboxMessage.recipient == recipient, OutboxMessage.purpose == "code")
        found = re.search(r"\b\d{6}\b", str(await session.scalar(query.order_by(OutboxMessage.id.desc()).limit(1))))
    assert found
    return found[0]
