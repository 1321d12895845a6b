"""The inbox: which process answers a message, in which order, and who takes over from a dead process.

A message belongs to its owner while its lease, which the owner renews, has not expired. Without an owner or a valid
lease it is free. Each conversation has one begun message at a time, the unanswered one that arrived first. Messages are
inserted and begun under the lock of the conversation's row (SQLite has one lock for everything). So rows and the
database's clock decide, on both databases.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Double, bindparam, case, func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from backend.conversations.models import Conversation, InboundMessage

LEASE_SECONDS = 5.0
"""A process that does not renew its leases for this long counts as dead. Turns may take longer."""
BATCH_SIZE = 50

INBOUND: Any = InboundMessage.__table__
# a literal, not a bind parameter: otherwise the partial index over unanswered messages is not used
UNANSWERED = INBOUND.c.status == literal_column("'received'")

QueuePosition = Literal["first", "behind", "stalled", "lost"]
"""first: to be answered now; behind: after one that a live process answers; stalled: after a free one; lost: answered
or taken over."""


class database_seconds(FunctionElement[float]):
    """The database's current time in seconds since 1970; it advances within a transaction."""

    type = Double()
    inherit_cache = True


@compiles(database_seconds, "postgresql")
def _postgresql_seconds(_element: Any, _compiler: Any, **_more: Any) -> str:
    return "extract(epoch from clock_timestamp())::double precision"


@compiles(database_seconds, "sqlite")
def _sqlite_seconds(_element: Any, _compiler: Any, **_more: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


QUEUE_ORDER = (INBOUND.c.begun.desc(), INBOUND.c.arrived, INBOUND.c.id)
CONVERSATION_UNANSWERED = (INBOUND.c.conversation_id == bindparam("of"), UNANSWERED)
UNANSWERED_QUERY = select(
    func.count().label("number"),
    func.max(case((INBOUND.c.owner == bindparam("by"), INBOUND.c.arrived))).label("newest"),
).where(*CONVERSATION_UNANSWERED)
IS_FREE = case((INBOUND.c.owner.is_(None), True), else_=INBOUND.c.leased_until <= database_seconds()).label("free")
QUEUE_QUERY = select(INBOUND.c.id, INBOUND.c.owner, IS_FREE).where(*CONVERSATION_UNANSWERED).order_by(*QUEUE_ORDER)
# the same lock as inserting a message; inserts that only reference the conversation are not blocked
CONVERSATION_LOCK = select(Conversation.id).where(Conversation.id == bindparam("of")).with_for_update(key_share=True)


@dataclass(frozen=True)
class FreeMessage:
    """A message that any process may take. `owner` is the one whose lease expired, if any."""

    id: int
    conversation: str
    owner: str | None
    leased_until: float


async def unanswered_state(session: AsyncSession, conversation: str, owner: str | None) -> tuple[bool, float]:
    """Whether the conversation has unanswered messages, and when the newest of `owner`'s arrived (0 without)."""
    connection = await session.connection()
    row = (await connection.execute(UNANSWERED_QUERY, {"of": conversation, "by": owner})).one()
    return row.number > 0, row.newest or 0.0


async def queue_position(session: AsyncSession, conversation: str, inbound_id: int, owner: str) -> QueuePosition:
    rows = (await session.execute(QUEUE_QUERY, {"of": conversation})).all()
    if (inbound_id, owner) not in [(row.id, row.owner) for row in rows]:
        return "lost"
    if rows[0].id == inbound_id:
        return "first"
    return "stalled" if rows[0].free else "behind"


async def begin(session: AsyncSession, conversation: str, inbound_id: int, owner: str) -> bool:
    """Begin to answer a message of `owner`. False when it is not first."""
    await _lock(session, conversation)
    if await queue_position(session, conversation, inbound_id, owner) != "first":
        return False
    await session.execute(update(INBOUND).where(INBOUND.c.id == inbound_id).values(begun=True))
    return True


async def renew(session: AsyncSession, owner: str, inbound_ids: Iterable[int]) -> None:
    """Renew the leases of these messages, where they are still the owner's."""
    mine = update(INBOUND).where(INBOUND.c.id.in_(list(inbound_ids)), UNANSWERED, INBOUND.c.owner == owner)
    await session.execute(mine.values(leased_until=database_seconds() + LEASE_SECONDS))


async def release(
    session: AsyncSession,
    owner: str,
    inbound_id: int,
    *,
    told: dict[str, Any] | None = None,
    failed: bool = False,
    pause: float = 0.0,
) -> bool:
    """Free a message for any process after `pause` seconds. False when it was not the owner's.

    `told` is the interim answer to its sender, also for a repeated delivery. `failed` counts as an attempt.
    """
    values: dict[str, Any] = {"owner": None, "begun": False, "leased_until": database_seconds() + pause}
    if told is not None:
        values["reply"] = told
    if failed:
        values["attempts"] = INBOUND.c.attempts + 1
    mine = update(INBOUND).where(INBOUND.c.id == inbound_id, UNANSWERED, INBOUND.c.owner == owner)
    released = await session.execute(mine.values(values).returning(INBOUND.c.id))
    return released.scalar_one_or_none() is not None


async def release_all(session: AsyncSession, owner: str) -> None:
    """Free all messages of a process that shuts down."""
    mine = update(INBOUND).where(UNANSWERED, INBOUND.c.owner == owner)
    await session.execute(mine.values(owner=None, begun=False, leased_until=database_seconds()))


async def list_free_messages(session: AsyncSession, conversation: str | None = None) -> list[FreeMessage]:
    """The first unanswered message of each conversation, if it is free; the oldest first."""
    place = func.row_number().over(partition_by=INBOUND.c.conversation_id, order_by=QUEUE_ORDER).label("place")
    columns = (INBOUND.c.id, INBOUND.c.conversation_id, INBOUND.c.owner, INBOUND.c.leased_until, INBOUND.c.arrived)
    unanswered = select(*columns, place).where(UNANSWERED)
    if conversation is not None:
        unanswered = unanswered.where(INBOUND.c.conversation_id == conversation)
    found = unanswered.subquery()
    query = select(found).where(found.c.place == 1, found.c.leased_until <= database_seconds())
    rows = await session.execute(query.order_by(found.c.arrived, found.c.id).limit(BATCH_SIZE))
    return [FreeMessage(row.id, row.conversation_id, row.owner, row.leased_until) for row in rows]


async def take_message(
    session: AsyncSession, found: FreeMessage, owner: str
) -> tuple[InboundMessage, Conversation] | None:
    """Take a free message, with its conversation. None when another process was faster.

    The death of its owner counts as a failed attempt, so that a message that crashes processes is given up eventually.
    """
    await _lock(session, found.conversation)
    rows = (await session.execute(QUEUE_QUERY, {"of": found.conversation})).all()
    if not rows or rows[0].id != found.id:
        return None
    died = case((INBOUND.c.owner.is_(None), 0), else_=1)
    as_found = (INBOUND.c.owner.is_not_distinct_from(found.owner), INBOUND.c.leased_until == found.leased_until)
    statement = (
        update(INBOUND)
        .where(INBOUND.c.id == found.id, UNANSWERED, *as_found, INBOUND.c.leased_until <= database_seconds())
        .values(
            owner=owner,
            begun=True,
            leased_until=database_seconds() + LEASE_SECONDS,
            attempts=INBOUND.c.attempts + died,
        )
        .returning(INBOUND.c.id)
    )
    if (await session.execute(statement)).scalar_one_or_none() is None:
        return None
    message = await session.get_one(InboundMessage, found.id, populate_existing=True)
    return message, await session.get_one(Conversation, message.conversation_id)


async def _lock(session: AsyncSession, conversation: str) -> None:
    """Block others from inserting or beginning messages of the conversation until the transaction ends."""
    await session.execute(CONVERSATION_LOCK, {"of": conversation})
