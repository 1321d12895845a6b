"""What tests of guessing share: numbers to guess at, codes that were sent, and a lock."""

from __future__ import annotations

import re

from sqlalchemy import select

from backend.app import Backend
from backend.members import identity_challenge
from backend.members.models import Member
from backend.outbox.models import OutboxMessage
from tests.backend.members.conftest import RUTH

UNKNOWN = "88888-001"
OWEN, OWEN_LAST4 = "04512-001", "0177"


async def outbox(backend: Backend, purpose: str) -> list[OutboxMessage]:
    async with backend.db.read_session() as session:
        query = select(OutboxMessage).where(OutboxMessage.purpose == purpose).order_by(OutboxMessage.id)
        return list(await session.scalars(query))


async def sent_code(backend: Backend) -> str:
    await identity_challenge.process_pending(backend)
    return re.search(r"\b\d{6}\b", (await outbox(backend, "code"))[-1].body)[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def member(backend: Backend, number: str = "99999") -> Member:
    async with backend.db.read_session() as session:
        return (await session.scalars(select(Member).where(Member.number == number))).one()


async def lock(talk, number: str = RUTH) -> None:
    """A stranger misses until the number is locked."""
    assert (await talk("a stranger", source="a stranger").miss(5, number))[-1] == "locked"
