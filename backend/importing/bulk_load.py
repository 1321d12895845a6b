"""Writing many rows in one transaction: COPY on PostgreSQL, prepared statements on SQLite."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, cast

from asyncpg import IntegrityConstraintViolationError
from sqlalchemy import Table, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing import ledger
from backend.billing.models import LedgerEntry
from backend.db import Base
from backend.importing.staging import BATCH_SIZE, Staging

if TYPE_CHECKING:
    from backend.app import Backend

RowValues = tuple[Any, ...]


@dataclass
class BulkLoader:
    """Writes within one import's transaction. `now` is aware UTC."""

    backend: Backend
    session: AsyncSession
    staging: Staging
    now: datetime
    _next_id: dict[str, int] = field(default_factory=dict)

    async def load(self, model: type[Base], columns: Sequence[str], rows: Iterable[RowValues]) -> None:
        """Insert the rows, with values in the order of `columns`. Model defaults do not apply.

        Raises IntegrityError where the database has such a row by now.
        """
        table = _table(model)
        dialect = self.backend.db.engine.dialect
        # SQLAlchemy's conversion to what the driver takes, None where a value passes as it is
        processors = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in columns]
        plain = (
            tuple(value if process is None else process(value) for process, value in zip(processors, row, strict=True))
            for row in rows
        )
        if self.backend.db.sqlite:
            statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
            connection = await self.session.connection()
            while batch := list(itertools.islice(plain, BATCH_SIZE)):
                await connection.exec_driver_sql(statement, batch)
        else:
            # asyncpg opens the transaction with the first statement, and COPY must be in it
            await self.session.execute(select(1))
            connection = await self.session.connection()
            driver: Any = (await connection.get_raw_connection()).driver_connection
            try:
                await driver.copy_records_to_table(table.name, records=plain, columns=list(columns))
            except IntegrityConstraintViolationError as error:
                raise IntegrityError(f"COPY {table.name}", None, error) from error

    async def book_owed(self, rows: Iterable[tuple[str, int, int, datetime, str]]) -> None:
        """Book what accounts owe. A row: correlation, account id, cents (negative for a credit), time and memo."""
        entries = (
            (correlation, book, account_id, signed, at, memo)
            for correlation, account_id, owed, at, memo in rows
            for book, signed in ((ledger.RECEIVABLE, owed), (ledger.REVENUE, -owed))
        )
        await self.load(LedgerEntry, ("correlation", "book", "account_id", "amount_cents", "at", "memo"), entries)

    async def reserve_ids(self, model: type[Base], count: int) -> list[int]:
        """Reserve primary keys, for rows that other rows of this import refer to."""
        name = _table(model).name
        if not self.backend.db.sqlite:
            query = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
            return list(await self.session.scalars(query, {"name": name, "count": count}))
        if name not in self._next_id:  # SQLite has one writer at a time, and this transaction is it
            self._next_id[name] = 1 + int(await self.session.scalar(select(func.max(_table(model).c.id))) or 0)
        first = self._next_id[name]
        self._next_id[name] += count
        return list(range(first, first + count))

    def morning(self, day: str) -> datetime:
        """10 AM local time of an ISO date: when a bill of that day is booked."""
        return datetime.combine(date.fromisoformat(day), time(10), self.backend.coop.zone)


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)
