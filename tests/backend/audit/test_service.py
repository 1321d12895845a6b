"""The audit trail: edited, removed and reordered rows are found."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError

from backend.app import Backend
from backend.audit import service as audit
from backend.audit.models import AuditRow
from tests.backend.household import Household

MANY = 47


async def write(backend: Backend, act: str, account_id: int | None = None, **after: Any) -> int:
    async with backend.db.transaction() as session:
        row = await audit.record(
            session,
            backend,
            actor="web-1",
            level=1,
            channel="web",
            act=act,
            account_id=account_id,
            before=None,
            after=after,
        )
        return row.id


async def broken(backend: Backend) -> audit.BrokenRow | None:
    async with backend.db.read_session() as session:
        return await audit.verify(session)


async def tamper(backend: Backend, *acts: Any) -> None:
    """As somebody with the database's own password could: the guards are taken off first."""
    async with backend.db.transaction() as session:
        for verb in ("update", "delete"):
            on = "" if backend.db.sqlite else " ON audit"
            await session.execute(text(f"DROP TRIGGER IF EXISTS audit_no_{verb}{on}"))
        for act in acts:
            await session.execute(act)


async def test_an_empty_trail_is_whole(backend: Backend) -> None:
    assert await broken(backend) is None


async def test_written_chain_verifies_and_reads_back(backend: Backend, home: Household) -> None:
    await write(backend, "paid", home.account_id, amount_cents=11240, method="Visa ending 4242", none=None)
    await write(backend, "übermäßig", home.account_id, text="\u2603 \U0001f4a1")
    assert await broken(backend) is None
    async with backend.db.read_session() as session:
        assert (await audit.chain_head(session))[0] == 2


async def test_a_long_trail_is_read_over_many_pages(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PAGE", 20)
    async with backend.db.transaction() as session:
        for number in range(MANY):
            await audit.record(session, backend, actor="a", level=0, channel="job", act=str(number), account_id=None)
    assert await broken(backend) is None
    await tamper(backend, update(AuditRow).where(AuditRow.id == MANY - 1).values(act="else"))
    assert await broken(backend) == audit.BrokenRow(MANY - 1, "its content was changed")


async def test_writers_at_once_make_one_chain(backend: Backend, home: Household) -> None:
    await asyncio.gather(*(write(backend, f"act {number}", home.account_id) for number in range(12)))
    assert await broken(backend) is None
    async with backend.db.read_session() as session:
        assert sorted(await session.scalars(select(AuditRow.id))) == list(range(1, 13))


async def test_a_rolled_back_act_leaves_no_hole(backend: Backend) -> None:
    await write(backend, "first")

    async def undone() -> None:
        async with backend.db.transaction() as session:
            await audit.record(session, backend, actor="a", level=0, channel="job", act="undone", account_id=None)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await undone()
    await write(backend, "second")
    assert await broken(backend) is None


@pytest.mark.parametrize(
    "change",
    [{"actor": "x"}, {"level": 2}, {"channel": "sms"}, {"act": "x"}, {"after": {"amount_cents": 1}},
     {"before": {}}, {"hash": "0" * 64}],
)  # fmt: skip
async def test_any_edit_is_found(backend: Backend, change: dict[str, Any]) -> None:
    for number in range(4):
        await write(backend, f"act {number}", amount_cents=number)
    await tamper(backend, update(AuditRow).where(AuditRow.id == 3).values(change))
    assert (await broken(backend) or audit.BrokenRow(0, "")).id == 3


async def test_edit_with_a_recomputed_hash_breaks_the_next_row(backend: Backend) -> None:
    for number in range(4):
        await write(backend, f"act {number}")
    async with backend.db.read_session() as session:
        row = await session.get_one(AuditRow, 2)
    row.act = "forged"
    forged = update(AuditRow).where(AuditRow.id == 2).values(act="forged", hash=audit.content_hash(row))
    await tamper(backend, forged)
    assert await broken(backend) == audit.BrokenRow(3, "it does not follow the row before it")


async def test_row_removed_from_the_middle_is_found(backend: Backend) -> None:
    for number in range(4):
        await write(backend, f"act {number}")
    await tamper(backend, delete(AuditRow).where(AuditRow.id == 2))
    assert await broken(backend) == audit.BrokenRow(3, "row 2 is missing before it")


async def test_removed_first_row_is_found(backend: Backend) -> None:
    for number in range(3):
        await write(backend, f"act {number}")
    await tamper(backend, delete(AuditRow).where(AuditRow.id == 1))
    assert (await broken(backend) or audit.BrokenRow(0, "")).id == 2


async def test_two_rows_in_each_others_place_are_found(backend: Backend) -> None:
    for number in range(4):
        await write(backend, f"act {number}")
    swap = [update(AuditRow).where(AuditRow.id == old).values(id=new) for old, new in ((2, 99), (3, 2), (99, 3))]
    await tamper(backend, *swap)
    assert await broken(backend) is not None


@pytest.mark.parametrize("act", [update(AuditRow).values(act="x"), delete(AuditRow)])
async def test_the_database_refuses_changes(backend: Backend, act: Any) -> None:
    await write(backend, "paid")
    with pytest.raises(DatabaseError, match="written once"):
        async with backend.db.transaction() as session:
            await session.execute(act)


@given(
    after=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-(2**53), 2**53),
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
        ),
        max_size=5,
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_stored_value_reads_back_the_same(backend: Backend, after: dict[str, Any]) -> None:
    await write(backend, "act", None, **{})
    async with backend.db.transaction() as session:
        await audit.record(session, backend, actor="a", level=0, channel="job", act="x", account_id=None, after=after)
    assert await broken(backend) is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_one_conversation_did_is_found_without_reading_the_whole_trail(backend: Backend) -> None:
    await write(backend, "balance_read")
    asked = "SELECT * FROM audit WHERE actor = 'web-1' AND at >= '2026-11-18' ORDER BY id DESC"
    async with backend.db.read_session() as session:
        plan = [str(step) for step in await session.execute(text(f"EXPLAIN QUERY PLAN {asked}"))]
    assert "ix_audit_actor_at" in plan[0], plan
