"""A hold stops automatic debits until somebody releases it; everything else runs on."""

from __future__ import annotations

import pytest

from backend.app import Backend
from backend.audit.service import verify
from backend.errors import MemberlineError
from backend.jobs import holds
from backend.jobs.service import run_named_job

HOLD = holds.AUTOMATIC_PAYMENTS


async def place(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        await holds.place(session, backend, HOLD, "restored")


async def test_a_hold_stops_automatic_debits_and_nothing_else(backend: Backend) -> None:
    await place(backend)
    for job in ("autopay", "scheduled-payments"):
        with pytest.raises(holds.OnHold, match="restored"):
            await run_named_job(backend, job, backend.today())
    await run_named_job(backend, "recover", backend.today())
    async with backend.db.transaction() as session:
        await holds.release(session, backend, HOLD, "compared with the bank")
    await run_named_job(backend, "autopay", backend.today())
    async with backend.db.read_session() as session:
        assert await verify(session) is None


async def test_a_second_hold_keeps_the_first_reason(backend: Backend) -> None:
    await place(backend)
    async with backend.db.transaction() as session:
        await holds.place(session, backend, HOLD, "something else")
    async with backend.db.read_session() as session:
        assert [row.reason for row in await holds.list_holds(session)] == ["restored"]


async def test_what_is_not_held_cannot_be_released(backend: Backend) -> None:
    with pytest.raises(MemberlineError, match="nothing is held"):
        async with backend.db.transaction() as session:
            await holds.release(session, backend, HOLD, "why not")
    with pytest.raises(MemberlineError, match="no hold named 'alerts'"):
        async with backend.db.transaction() as session:
            await holds.place(session, backend, "alerts", "why not")
