"""Keeps what another billing system said about an account: who may ask it now, and what it said last.

At most one call in `ASK_EVERY` an account, over all processes: the row's `tried_at` decides. Times are aware UTC,
amounts cents.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import KnownFigures
from backend.coop import format_at_clock
from backend.db import Database
from backend.language import format_day, tr
from backend.providers.billing.system import AccountFigures

ASK_EVERY = timedelta(seconds=60)
CURRENT_FOR = timedelta(minutes=5)
"""Older figures are said with their time, even if no newer ones were asked for."""

MAX_AGE_TO_DEBIT = timedelta(days=1)
"""No job takes money by older figures: a bill paid at the counter meanwhile would be paid twice."""

_stale: ContextVar[list[datetime] | None] = ContextVar("stale_figures", default=None)


@contextmanager
def collect_stale(found: list[datetime]) -> Iterator[None]:
    """Within it, the times of figures that are read although they are not current go to `found`."""
    before = _stale.set(found)
    try:
        yield
    finally:
        _stale.reset(before)


def note_stale(as_of: datetime) -> None:
    """A billing provider calls it when it gives figures with a time: whoever tells them then says so."""
    found = _stale.get()
    if found is not None:
        found.append(as_of)


def format_as_of(as_of: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`this morning at 9:12 AM`, `yesterday at 4:30 PM`, `Monday, November 23 at 4:30 PM`, in the co-op's zone."""
    local, today = as_of.astimezone(zone), now.astimezone(zone).date()
    at = format_at_clock(local.time())
    if local.date() == today:
        if local.hour < 12:
            return tr("this morning {at}", at=at)
        return tr("this afternoon {at}", at=at) if local.hour < 18 else tr("this evening {at}", at=at)
    if today - local.date() == timedelta(days=1):
        return tr("yesterday {at}", at=at)
    return f"{format_day(local.date(), today)} {at}"


def is_answered(row: KnownFigures) -> bool:
    """Whether the latest attempt has its result."""
    return row.tried_at in (row.as_of, row.failed_at)


def is_current(row: KnownFigures, now: datetime) -> bool:
    """Whether these figures may be told as those of now."""
    return row.as_of is not None and row.as_of == row.tried_at and now - row.as_of <= CURRENT_FOR


async def load(session: AsyncSession, account_id: int) -> KnownFigures | None:
    query = select(KnownFigures).where(KnownFigures.account_id == account_id)
    return await session.scalar(query.execution_options(populate_existing=True))


async def claim(db: Database, account_id: int, now: datetime) -> bool:
    """Take the right to ask for this account, in a transaction of its own: True for one caller in `ASK_EVERY`."""
    insert: Any = sqlite_insert if db.sqlite else postgresql_insert
    first = insert(KnownFigures).values(account_id=account_id, tried_at=now).on_conflict_do_nothing()
    again = update(KnownFigures).where(KnownFigures.account_id == account_id, KnownFigures.tried_at <= now - ASK_EVERY)
    async with db.transaction() as session:
        for statement in (first, again.values(tried_at=now)):
            result = await session.execute(statement)
            assert isinstance(result, CursorResult)
            if result.rowcount == 1:
                return True
    return False


async def store(session: AsyncSession, account_id: int, asked_at: datetime, found: AccountFigures) -> None:
    """Keep the answer to the attempt of `asked_at`, unless a later attempt was begun meanwhile."""
    await _finish(
        session,
        account_id,
        asked_at,
        amount_due_cents=found.amount_due_cents,
        past_due_cents=found.past_due_cents,
        due_on=found.due_on,
        next_due_on=found.next_due_on,
        disconnect_on=found.disconnect_on,
        is_prepaid=found.prepaid is not None,
        prepaid_left_cents=found.prepaid.left_cents if found.prepaid else None,
        prepaid_days_left=found.prepaid.days_left if found.prepaid else None,
        as_of=asked_at,
        failure="",
    )


async def store_failure(session: AsyncSession, account_id: int, asked_at: datetime, reason: str) -> None:
    """Keep why the attempt of `asked_at` had no answer; the figures stay as they were."""
    await _finish(session, account_id, asked_at, failed_at=asked_at, failure=reason[:40])


async def _finish(session: AsyncSession, account_id: int, asked_at: datetime, **values: object) -> None:
    attempt = (KnownFigures.account_id == account_id, KnownFigures.tried_at == asked_at)
    await session.execute(update(KnownFigures).where(*attempt).values(**values))
