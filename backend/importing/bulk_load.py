"""Writing many rows in one transaction: COPY on PostgreSQL, prepared statements on SQLite."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, cast

from asyncpg import IntegrityConstraintViolationError
from sqlalchemy import Table, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.db import Base
from backend.importing.staging import Staging

if TYPE_CHECKING:
    from backend.app import Backend

BATCH = 5000
RowValues = tuple[Any, ...]


@dataclass
class BulkLoader:
    """One import's transaction. `now` is its time, aware UTC."""

    backend: Backend
    session: AsyncSession
    staging: Staging
    now: datetime
    _next_id: dict[str, int] = field(default_factory=dict)

    async def load(self, model: type[Base], columns: Sequence[str], rows: Iterable[RowValues]) -> None:
        """Write the rows, whose values stand in the order of the columns; none has a default here."""
        table = _table(model)
        plain = _processed_rows(self._processors(model, columns), rows)
        if self.backend.db.sqlite:
            statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
            connection = await self.session.connection()
            while batch := list(itertools.islice(plain, BATCH)):
                await connection.exec_driver_sql(statement, batch)
        else:
            await self.session.execute(select(1))  # the driver opens its transaction at the first statement
            connection = await self.session.connection()
            driver: Any = (await connection.get_raw_connection()).driver_connection
            try:
                await driver.copy_records_to_table(table.name, records=plain, columns=list(columns))
            except IntegrityConstraintViolationError as error:
                raise IntegrityError(f"COPY {table.name}", None, error) from error

    async def reserve_ids(self, model: type[Base], count: int) -> list[int]:
        """Ids that nobody else gets, for rows that others refer to."""
        name = _table(model).name
        if not self.backend.db.sqlite:
            query = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
            return list(await self.session.scalars(query, {"name": name, "count": count}))
        if name not in self._next_id:  # this transaction is the only one that writes
            self._next_id[name] = 1 + int(await self.session.scalar(select(func.max(_table(model).c.id))) or 0)
        first = self._next_id[name]
        self._next_id[name] += count
        return list(range(first, first + count))

    def morning(self, day: str) -> datetime:
        """Ten o'clock of that day at the co-op: when a bill of that day is booked."""
        return datetime.combine(date.fromisoformat(day), time(10), self.backend.coop.zone)

    def _processors(self, model: type[Base], columns: Sequence[str]) -> list[Callable[[Any], Any] | None]:
        """What makes a value one that the driver takes; None where it takes it as it is."""
        dialect = self.backend.db.engine.dialect
        types = (_table(model).c[name].type.dialect_impl(dialect) for name in columns)
        return [kind.bind_processor(dialect) for kind in types]


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def _processed_rows(
    processors: Sequence[Callable[[Any], Any] | None], rows: Iterable[RowValues]
) -> Iterator[RowValues]:
    for row in rows:
        yield tuple(
            value if process is None else process(value) for process, value in zip(processors, row, strict=True)
        )


def parse_optional_day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
