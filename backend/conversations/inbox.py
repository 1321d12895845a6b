"""The inbox: which process answers a message, in which order, and who takes over from a process that has died.

A message belongs to its owner as long as its lease runs, and the owner renews it while it lives. A message without an
owner, or with a lease that has run out, is free. Of one conversation one message is begun at a time: the one that
arrived first of those that are unanswered. Messages are written down and begun under the lock of the conversation's
row; SQLite has one lock for all. So it is decided by rows alone, on both databases, and by the database's clock.
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
"""Without a sign of life for this long a process is taken for dead. A turn may take longer: the lease is renewed."""
BATCH_SIZE = 50

INBOUND: Any = InboundMessage.__table__
# written out, not bound: an index over the unanswered alone is used for nothing else
UNANSWERED = INBOUND.c.status == literal_column("'received'")

QueuePosition = Literal["first", "behind", "stalled", "lost"]
"""Where a message is: to be answered now; behind one that a living process answers; behind one that is free; or no
longer its owner's, because it is answered or was taken over."""


class database_seconds(FunctionElement[float]):
    """Now, by the database's clock, in seconds since 1970. It goes on within a transaction."""

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
# as writing a message down locks it; rows that merely refer to the conversation may still be written
CONVERSATION_LOCK = select(Conversation.id).where(Conversation.id == bindparam("of")).with_for_update(key_share=True)


@dataclass(frozen=True)
class FreeMessage:
    """A message that anybody may take up. `owner` is the one that let its lease run out, if it had one."""

    id: int
    conversation: str
    owner: str | None
    leased_until: float


async def unanswered_state(session: AsyncSession, conversation: str, owner: str | None) -> tuple[bool, float]:
    """Whether a message of the conversation is unanswered, and when the newest of `owner`'s arrived; 0 without one."""
    connection = await session.connection()
    row = (await connection.execute(UNANSWERED_QUERY, {"of": conversation, "by": owner})).one()
    return row.number > 0, row.newest or 0.0


async def queue_position(session: AsyncSession, conversation: str, inbound_id: int, owner: str) -> QueuePosition:
    """Where a message of `owner` is."""
    rows = (await session.execute(QUEUE_QUERY, {"of": conversation})).all()
    if (inbound_id, owner) not in [(row.id, row.owner) for row in rows]:
        return "lost"
    if rows[0].id == inbound_id:
        return "first"
    return "stalled" if rows[0].free else "behind"


async def begin(session: AsyncSession, conversation: str, inbound_id: int, owner: str) -> bool:
    """Begin to answer a message of `owner`. False when it is not the first one."""
    await _lock(session, conversation)
    if await queue_position(session, conversation, inbound_id, owner) != "first":
        return False
    await session.execute(update(INBOUND).where(INBOUND.c.id == inbound_id).values(begun=True))
    return True


async def renew(session: AsyncSession, owner: str, inbound_ids: Iterable[int]) -> None:
    """A sign of life for these messages, as far as they still are the owner's."""
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
    """Leave a message to whichever process can answer it, `pause` seconds from now. False when it was not the owner's.

    `told` is what its sender was told meanwhile: a repeat is answered the same. `failed` counts as a try.
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
    """Leave everything to others: this process ends."""
    mine = update(INBOUND).where(UNANSWERED, INBOUND.c.owner == owner)
    await session.execute(mine.values(owner=None, begun=False, leased_until=database_seconds()))


async def list_free_messages(session: AsyncSession, conversation: str | None = None) -> list[FreeMessage]:
    """What may be taken up now, oldest first: of each conversation the first unanswered message, when that is free."""
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
    """Make a free message one's own. Of all that try, one gets it with its conversation, the others None.

    That its owner died over it counts as a failed try: a message that ends processes must not do so for ever.
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
    """Nothing of the conversation is written down or begun by others until the transaction ends."""
    await session.execute(CONVERSATION_LOCK, {"of": conversation})
