"""Movements on their way to the billing system, written as the queue of postings writes them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Date, Integer, MetaData, String, Table, insert, select, update

from backend.app import Backend
from backend.db import UtcTime
from tests.backend.household import NOW, TODAY

POSTINGS = Table(
    "postings",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("key", String(100), unique=True),
    Column("kind", String(8)),
    Column("account_id", Integer),
    Column("account_number", String(40)),
    Column("amount_cents", Integer),
    Column("fee_cents", Integer),
    Column("on_date", Date),
    Column("method_kind", String(8)),
    Column("confirmation", String(16)),
    Column("channel", String(12)),
    Column("created_at", UtcTime),
    Column("status", String(8)),
    Column("attempts", Integer),
    Column("sent_at", UtcTime),
)


async def make_table(backend: Backend) -> None:
    """Only where the schema has none."""
    async with backend.db.engine.begin() as connection:
        await connection.run_sync(POSTINGS.create, checkfirst=True)


async def queue(backend: Backend, key: str, account_id: int, cents: int) -> None:
    """A movement that waits to be sent; `key` begins with its kind. Nothing if it is queued already."""
    kind = key.partition(":")[0]
    async with backend.db.transaction() as session:
        if await session.scalar(select(POSTINGS.c.id).where(POSTINGS.c.key == key)):
            return
        row = dict(key=key, kind=kind, account_id=account_id, account_number="99999-001", amount_cents=cents)
        row |= dict(fee_cents=0, on_date=TODAY, method_kind="card", confirmation="", channel="web", created_at=NOW)
        await session.execute(insert(POSTINGS).values(**row, status="waiting", attempts=0))


async def mark_sent(backend: Backend, key: str, at: datetime) -> None:
    async with backend.db.transaction() as session:
        statement = update(POSTINGS).where(POSTINGS.c.key == key).values(status="sent", sent_at=at)
        await session.execute(statement)
