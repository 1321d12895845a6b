"""The ledger: paired, summing to zero, each booking once, and never rewritten."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from backend.app import Backend
from backend.billing import ledger
from backend.billing.ledger import CLEARING, FEES, RECEIVABLE, REVENUE, LedgerLine, UnbalancedBooking
from backend.billing.models import LedgerEntry
from tests.backend.household import DUE_CENTS, NOW, Household

BOOKS = [RECEIVABLE, REVENUE, CLEARING, FEES]


async def book(backend: Backend, home: Household, correlation: str, *entries: LedgerLine) -> None:
    async with backend.db.transaction() as session:
        await ledger.write_booking(session, correlation, entries, account_id=home.account_id, at=NOW)


async def total(backend: Backend, name: str) -> int:
    async with backend.db.read_session() as session:
        return await ledger.book_total(session, name)


async def test_a_bill_is_owed(backend: Backend, home: Household) -> None:
    async with backend.db.read_session() as session:
        assert await ledger.receivable_balance(session, home.account_id) == DUE_CENTS
    assert await total(backend, REVENUE) == -DUE_CENTS


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [LedgerLine(RECEIVABLE, 0)],
        [LedgerLine(RECEIVABLE, 100)],
        [LedgerLine(RECEIVABLE, 100), LedgerLine(REVENUE, -99)],
        [LedgerLine("slush", 100), LedgerLine(REVENUE, -100)],
    ],
)
async def test_unbalanced_booking_is_never_written(
    backend: Backend, home: Household, entries: list[LedgerLine]
) -> None:
    with pytest.raises(UnbalancedBooking):
        await book(backend, home, "odd", *entries)
    assert await total(backend, RECEIVABLE) == DUE_CENTS


async def test_a_booking_is_written_once(backend: Backend, home: Household) -> None:
    pair = LedgerLine(CLEARING, 100), LedgerLine(RECEIVABLE, -100)
    await book(backend, home, "payment:1", *pair)
    with pytest.raises(IntegrityError):
        await book(backend, home, "payment:1", *pair)
    assert await total(backend, CLEARING) == 100


async def test_one_of_many_at_once_is_written(backend: Backend, home: Household) -> None:
    pair = LedgerLine(CLEARING, 100), LedgerLine(RECEIVABLE, -100)
    tries: list[Coroutine[Any, Any, None]] = [book(backend, home, "payment:1", *pair) for _ in range(5)]
    found = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(result is None for result in found) == 1
    assert await total(backend, CLEARING) == 100


@pytest.mark.parametrize("act", [update(LedgerEntry).values(amount_cents=1), delete(LedgerEntry)])
async def test_the_database_refuses_to_rewrite_it(backend: Backend, home: Household, act: Any) -> None:
    with pytest.raises(DatabaseError, match="written once"):
        async with backend.db.transaction() as session:
            await session.execute(act)


@given(amounts=st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=3), data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_bookings_sum_to_zero(
    backend: Backend, home: Household, amounts: list[int], data: st.DataObject
) -> None:
    """Random bookings over random books: what is refused leaves nothing, what is written sums to zero."""
    names = data.draw(st.lists(st.sampled_from(BOOKS), min_size=4, max_size=4, unique=True))
    entries = [LedgerLine(name, cents) for name, cents in zip(names, amounts, strict=False)]
    entries.append(LedgerLine(names[3], data.draw(st.sampled_from([-sum(amounts), 1]))))
    try:
        await book(backend, home, uuid.uuid4().hex, *entries)
    except UnbalancedBooking:
        lines = [entry for entry in entries if entry.amount_cents]
        assert not lines or sum(entry.amount_cents for entry in lines) != 0
    assert sum([await total(backend, name) for name in BOOKS]) == 0
    async with backend.db.read_session() as session:
        assert await ledger.find_imbalances(session) == []
