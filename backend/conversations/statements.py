"""The SQL statements of every turn, built once, since building them costs more than running them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Double, Insert, Row, Update, and_, bindparam, case, func, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations.inbox import database_seconds
from backend.conversations.models import Conversation, InboundMessage

CONVERSATIONS: Any = Conversation.__table__
INBOUND: Any = InboundMessage.__table__
INITIAL_COLUMNS = (
    "id", "channel", "address", "source", "attested", "level", "last_seen_at", "started_at", "offered", "expects",
    "language",
)  # fmt: skip
IDENTITY_COLUMNS = ("account_id", "member_id", "verified_at")  # reset with the level


async def upsert_conversation(
    session: AsyncSession,
    conversation_id: str,
    now: datetime,
    idle: timedelta,
    *,
    channel: str,
    address: str | None,
    source: str,
    attested: bool,
) -> Row[Any]:
    """Create a conversation or mark it as seen now; after `idle` without a message it becomes anonymous. Returns
    `offered`, `expects` and `language`."""
    connection = await session.connection()
    values: dict[str, Any] = {
        "id": conversation_id,
        "channel": channel,
        "address": address,
        "source": source,
        "attested": attested,
        "level": 0,
        "last_seen_at": now,
        "started_at": now,
        "offered": [],
        "expects": "",
        "language": "en",
        "silent_since": now - idle,
    }
    return (await connection.execute(UPSERT_CONVERSATION[connection.dialect.name], values)).one()


async def insert_inbound(session: AsyncSession, values: dict[str, Any]) -> int | None:
    """Insert a message; returns its id, None when it exists already."""
    connection = await session.connection()
    return (await connection.execute(INSERT_INBOUND[connection.dialect.name], values)).scalar_one_or_none()


async def save_answer(
    session: AsyncSession, inbound_id: int, status: str, reply: dict[str, Any], now: datetime, owner: str | None
) -> bool:
    """Store a message's answer, unless it has one or is not `owner`'s."""
    connection = await session.connection()
    values = {"of": inbound_id, "by": owner, "new_status": status, "new_reply": reply, "new_answered_at": now}
    return (await connection.execute(ANSWER, values)).rowcount == 1


async def update_conversation(session: AsyncSession, statement: Update, conversation_id: str, **values: object) -> None:
    """Run one of the UPDATE statements below with its values."""
    connection = await session.connection()
    await connection.execute(statement, {"of": conversation_id, **values})


def _upsert_statement(insert: Any) -> Insert:
    statement = insert(CONVERSATIONS).values({name: bindparam(name) for name in INITIAL_COLUMNS})
    old, new = CONVERSATIONS.c, statement.excluded
    silent = and_(old.level > 0, old.last_seen_at <= bindparam("silent_since", type_=old.last_seen_at.type))
    seen: Insert = statement.on_conflict_do_update(
        index_elements=[old.id],
        set_={
            "level": case((silent, 0), else_=old.level),
            **{name: case((silent, None), else_=old[name]) for name in IDENTITY_COLUMNS if name in old},
            "last_seen_at": new.last_seen_at,
            "attested": case((new.address.is_(None), old.attested), else_=new.attested),
            "address": func.coalesce(new.address, old.address),
            "source": case((new.source == "", old.source), else_=new.source),
        },
    )
    return seen.returning(old.offered, old.expects, old.language)


def _insert_statement(insert: Any) -> Insert:
    statement: Insert = insert(INBOUND).on_conflict_do_nothing().returning(INBOUND.c.id)
    names = ("channel", "provider_id", "conversation_id", "text", "payload", "status", "received_at", "owner", "begun")
    # by the database's clock, minus the time spent in this process; but never before this process's previous message,
    # or messages could wait for each other, here in memory and there in the database
    arrived = database_seconds() - bindparam("waited", type_=Double())
    not_before: Any = bindparam("not_before", type_=Double())
    return statement.values({name: bindparam(name) for name in names}).values(
        leased_until=database_seconds() + bindparam("lease", type_=Double()),
        arrived=case((arrived < not_before, not_before), else_=arrived),
    )


UPSERT_CONVERSATION = {"sqlite": _upsert_statement(sqlite_insert), "postgresql": _upsert_statement(postgresql_insert)}
INSERT_INBOUND = {"sqlite": _insert_statement(sqlite_insert), "postgresql": _insert_statement(postgresql_insert)}
ANSWER = (
    update(INBOUND)
    .where(
        INBOUND.c.id == bindparam("of"),
        INBOUND.c.status == "received",
        INBOUND.c.owner.is_not_distinct_from(bindparam("by")),
    )
    .values(status=bindparam("new_status"), reply=bindparam("new_reply"), answered_at=bindparam("new_answered_at"))
)
UPDATE_OFFERED = (
    update(CONVERSATIONS)
    .where(CONVERSATIONS.c.id == bindparam("of"))
    .values(offered=bindparam("new_offered"), expects=bindparam("new_expects"))
)
UPDATE_BROWSER = (
    update(CONVERSATIONS)
    .where(CONVERSATIONS.c.id == bindparam("of"), CONVERSATIONS.c.browser != bindparam("new_browser"))
    .values(browser=bindparam("new_browser"))
)
UPDATE_LANGUAGE = (
    update(CONVERSATIONS).where(CONVERSATIONS.c.id == bindparam("of")).values(language=bindparam("new_language"))
)
