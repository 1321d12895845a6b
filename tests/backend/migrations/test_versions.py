"""Each version of the schema keeps the rows of the one before, and the last one is what the models say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, Table, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from backend.db import Database
from backend.migrations.run import config, newest_revision
from tests.backend.databases import Databases

A_VALUE = {"INTEGER": 1, "BOOLEAN": False, "DATE": date(2026, 10, 30), "VARCHAR": "x", "TEXT": "x", "JSON": {}}


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = create_async_engine(database_url)
    yield made
    await made.dispose()


async def test_the_models_are_what_the_migrations_make(database_url: str) -> None:
    await asyncio.to_thread(command.check, config(database_url))


async def test_a_payment_on_its_way_keeps_its_place_under_the_new_spelling(
    database_url: str, engine: AsyncEngine
) -> None:
    await asyncio.to_thread(command.downgrade, config(database_url), "0185")
    async with engine.begin() as connection:
        await connection.run_sync(_fill_0185)

    await asyncio.to_thread(command.upgrade, config(database_url), "head")

    async with engine.begin() as connection:
        assert await connection.scalar(text("SELECT status FROM payments")) == "authorized"
        assert await connection.scalar(text("SELECT status FROM scheduled_payments")) == "canceled"
        kept = (await connection.execute(text("SELECT id, program, confirmation FROM program_enrollments"))).one()
        assert tuple(kept) == (7, "budget", "PRG-2222")
        await connection.run_sync(_end_and_enroll_again)
        assert await connection.scalar(text("SELECT max(id) FROM program_enrollments")) == 8
    with pytest.raises(IntegrityError, match="never goes back"):
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE payments SET status = 'started'"))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE payments SET status = 'posted'"))


def _fill_0185(connection: Connection) -> None:
    tables = MetaData()
    tables.reflect(connection)
    for name, values in (
        ("members", {"id": 1}),
        ("accounts", {"id": 1, "member_id": 1}),
        ("payment_methods", {"id": 1, "member_id": 1}),
        ("payments", {"id": 1, "account_id": 1, "method_id": 1, "amount_cents": 500, "status": "authorised"}),
        ("scheduled_payments", {"id": 1, "account_id": 1, "method_id": 1, "status": "cancelled"}),
        ("program_enrolments", {"id": 7, "account_id": 1, "program": "budget", "confirmation": "PRG-2222"}),
    ):
        connection.execute(tables.tables[name].insert().values(_row(tables.tables[name], **values)))


def _end_and_enroll_again(connection: Connection) -> None:
    connection.execute(text("UPDATE program_enrollments SET ended_on = '2026-10-30'"))
    table = Table("program_enrollments", MetaData(), autoload_with=connection)
    connection.execute(table.insert().values(_row(table, account_id=1, confirmation="PRG-3333")))


def _row(table: Table, **values: Any) -> dict[str, Any]:
    """`values`, and any value of the right type for each other column that must have one."""
    row = dict(values)
    for column in table.columns:
        if column.name in row or column.nullable or column.server_default is not None or column.name == "id":
            continue
        kind = str(column.type).split("(")[0]
        row[column.name] = datetime(2026, 10, 30, 12, tzinfo=UTC) if "TIME" in kind else A_VALUE[kind]
    return row


async def test_a_database_tells_its_revision_and_that_it_is_empty(databases: Databases) -> None:
    for url, expected in ((databases.empty(), None), (databases.new("postgresql"), newest_revision())):
        database = Database(url)
        assert await database.read_revision() == expected
        await database.close()
