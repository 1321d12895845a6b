"""Payments at the counter go to the billing system once each, what was taken off as its return, and into the totals."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from backend.payments import counter_undo, office
from backend.payments.counter_totals import list_counter_totals
from backend.payments.models import CounterPayment
from backend.posting import batch_file, batches
from backend.posting.batches import export_batch, write_files
from backend.posting.models import PostingBatch
from backend.reconciliation.formatting import format_text
from backend.reconciliation.service import reconcile
from tests.backend.household import TODAY, Household
from tests.backend.payments.test_office import book
from tests.backend.posting.movements import pay, rows
from tests.backend.posting.test_batches import read

sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def folder(backend: Backend, tmp_path: Path) -> Path:
    backend.settings = backend.settings.with_values(posting_dir=tmp_path / "postings")
    return tmp_path / "postings"


async def take_off(backend: Backend, payment: CounterPayment, by: str = "bob") -> None:
    async with backend.db.transaction() as session:
        await counter_undo.undo_counter_payment(session, backend, payment.id, by=by, reason="check came back")


async def way_of(backend: Backend, payment: CounterPayment) -> str:
    async with backend.db.read_session() as session:
        current = await session.get_one(CounterPayment, payment.id)
        return await office.counter_posting.describe_way(session, backend, current)


async def test_the_file_has_what_was_booked_and_taken_off(backend: Backend, home: Household, folder: Path) -> None:
    check = await book(backend, home, 5000)
    assert (await book(backend, home, 5000)).id == check.id, "sent twice"
    order = await book(backend, home, 700, key="form-2", kind="money_order", reference="28765432109")
    await take_off(backend, check)
    (file,) = await write_files(backend)
    found = read(Path(file.path))
    assert [(row["kind"], row["method"], row["number"], row["amount"]) for row in found] == [
        ("payment", "check", "1042", "50.00"),
        ("payment", "money_order", "28765432109", "7.00"),
        ("return", "check", "1042", "-50.00"),
    ]
    assert [row["confirmation"] for row in found] == [check.confirmation, order.confirmation, check.confirmation]
    assert {(row["account"], row["channel"], row["fee"]) for row in found} == {("99999-001", "office", "0.00")}
    assert file.amount_cents == 700
    assert file.path.rsplit("/", 1)[1] in await way_of(backend, order)


@sqlite_alone
async def test_one_that_waits_is_queued_when_it_is_approved(backend: Backend, home: Household) -> None:
    payment = await book(backend, home, 100_001)
    assert await rows(backend) == []
    async with backend.db.transaction() as session:
        await office.decide_counter_payment(session, backend, payment.id, approve=True, by="bob", reason="saw it")
    assert [(row.key, row.amount_cents) for row in await rows(backend)] == [(f"payment:{payment.key}", 100_001)]


@sqlite_alone
async def test_an_office_that_enters_them_itself_has_none_in_the_queue(backend: Backend, home: Household) -> None:
    object.__setattr__(backend.coop, "counter_to_billing", False)
    payment = await book(backend, home, 5000)
    object.__setattr__(backend.coop, "counter_to_billing", True)
    assert "enter it there" in await way_of(backend, payment)
    await take_off(backend, payment)
    assert await rows(backend) == [], "what never went there is not taken back there"


@sqlite_alone
async def test_a_file_of_before_is_made_again_byte_for_byte(
    backend: Backend, home: Household, folder: Path, tmp_path: Path
) -> None:
    await pay(backend, home)
    await write_files(backend)
    async with backend.db.transaction() as session:
        content = batch_file.format_rows(1, await batches._rows(session, 1), batch_file.COLUMNS_BEFORE)
        (await session.get_one(PostingBatch, 1)).sha256 = batch_file.digest(content)
    assert (await export_batch(backend, 1, tmp_path / "again")).read_bytes() == content
    assert content.splitlines()[0].endswith(b"channel")


@sqlite_alone
async def test_the_report_has_the_drawer_of_each_clerk(backend: Backend, home: Household, clock: ManualClock) -> None:
    check = await book(backend, home, 5000)
    await book(backend, home, 1000, key="form-2", kind="cash", reference="")
    await book(backend, home, 2550, key="form-3", kind="cash", reference="", by="bob", received_on=TODAY)
    await book(backend, home, 100_001, key="form-4", kind="cash", reference="", by="bob")
    clock.advance(days=1)
    await take_off(backend, check)
    today, tomorrow = await reconcile(backend, TODAY), await reconcile(backend, TODAY + timedelta(days=1))
    assert [(each.kind, each.clerk, each.net_cents, each.waiting_cents) for each in today.counter] == [
        ("cash", "ann", 1000, 0), ("cash", "bob", 2550, 100_001), ("check", "ann", 5000, 0)
    ]  # fmt: skip
    assert [(each.kind, each.clerk, each.net_cents) for each in tomorrow.counter] == [("check", "bob", -5000)]
    lines = [" ".join(line.split()) for line in format_text(backend, today).splitlines()]
    assert "cash bob 1 $25.50 0 $0.00 $25.50" in lines
    assert "cash in all $35.50" in lines
    assert "in all $85.50" in lines
    assert "Not booked yet, a second person has to approve: 1 of $1,000.01 in all." in lines
    assert (today.ours["payment"].cents, tomorrow.ours["return"].cents) == (8550, -5000)
    async with backend.db.read_session() as session:
        assert await list_counter_totals(session, backend, TODAY - timedelta(days=1)) == []
