"""Entries of a bank's file are matched to our payments and booked once; what fits nothing waits for the office."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.audit import service as audit
from backend.billing import ledger
from backend.clock import ManualClock
from backend.errors import MemberlineError
from backend.jobs.service import run_named_job
from backend.payments.models import Payment, PaymentMethod, ReturnFileEntry
from backend.payments.refund_processing import process_refund
from backend.payments.refunds import request_refund
from backend.payments.return_files import (
    BadReturnFile,
    FileReport,
    FolderReport,
    apply_folder,
    apply_return_file,
    format_report,
    list_open,
    mark_seen,
)
from tests.backend.faults import Crash, Faults, break_everywhere
from tests.backend.household import DUE_CENTS, TODAY, Household, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.nacha_files import ACCOUNT, Row, make_file
from tests.backend.payments.paying import due, outbox, payments, quote_for, say_yes

sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what the database has no part in: each test on both would cost the build too much time."""


@pytest.fixture
def faults(backend: Backend, network: DirectNetwork) -> Faults:
    return break_everywhere(backend, network)


async def pay(backend: Backend, home: Household, amount: int = DUE_CENTS) -> Payment:
    outcome = await say_yes(backend, await quote_for(backend, home, amount, method_id=home.bank_id))
    assert outcome.kind == "paid"
    assert outcome.payment
    return outcome.payment


def reference(payment: Payment) -> str:
    return payment.confirmation.replace("-", "")


async def apply(backend: Backend, *rows: Row, dry_run: bool = False) -> FileReport:
    return await apply_return_file(backend, "returns.ach", make_file(*rows).encode(), dry_run=dry_run)


def outcomes(report: FileReport) -> list[str]:
    return [one.outcome for one in report.applied]


async def notices(backend: Backend, prefix: str) -> list[str]:
    return [one.body for one in await outbox(backend) if one.dedupe_key.startswith(prefix)]


async def test_return_is_booked_once_however_often_the_file_comes(backend: Backend, home: Household) -> None:
    payment = await pay(backend, home)
    row = Row(reference(payment), DUE_CENTS, "R01")
    assert [outcomes(await apply(backend, row)) for _ in range(2)] == [["booked"], ["booked"]]
    again = await apply(backend, Row("QQQ222", 1, "R01"), row)
    assert outcomes(again) == ["unmatched", "already"], "the same return in another file"
    [payment] = await payments(backend)
    assert (payment.status, payment.decline_code) == ("returned", "R01")
    assert await due(backend, home.account_id) == DUE_CENTS
    assert len(await notices(backend, "returned:")) == 2, "a text and an email"
    async with backend.db.read_session() as session:
        assert await ledger.find_imbalances(session) == []
        assert await audit.verify(session) is None


@sqlite_alone
async def test_report_says_what_would_be_is_and_was_booked(backend: Backend, home: Household) -> None:
    row = Row(reference(await pay(backend, home)), DUE_CENTS, "R01")
    said = []
    for dry_run in (True, False, False, True):
        report = await apply(backend, row, dry_run=dry_run)
        said.append(format_report(report, dry_run=dry_run)[1].rpartition(": ")[2])
    assert said == ["would be booked as returned", "booked as returned", "was booked before", "was booked before"]


async def test_file_read_by_two_processes_at_once(backend: Backend, home: Household) -> None:
    payment = await pay(backend, home)
    rows = (Row(reference(payment), DUE_CENTS, "R02"), Row("99999-001", 0, "C01", "change"), Row("XXX222", 5))
    both = await asyncio.gather(apply(backend, *rows), apply(backend, *rows))
    assert [outcomes(report) for report in both] == [["booked", "reenter", "unmatched"]] * 2
    assert await due(backend, home.account_id) == DUE_CENTS


@sqlite_alone
async def test_provider_and_file_tell_of_the_same_return(backend: Backend, network: DirectNetwork) -> None:
    home = await make_household(backend, bank_token="tok_bank_r01")
    payment = await pay(backend, home)
    network.pass_days(7)
    await run_named_job(backend, "returns", TODAY)
    assert outcomes(await apply(backend, Row(reference(payment), DUE_CENTS))) == ["already"]
    assert await due(backend, home.account_id) == DUE_CENTS


@pytest.mark.parametrize(
    "by", ["confirmation", "confirmation with dash", "trace", "account", "account digits", "member"]
)
@sqlite_alone
async def test_ways_to_know_the_payment(backend: Backend, home: Household, by: str) -> None:
    payment = await pay(backend, home)
    given = {
        "confirmation": reference(payment), "confirmation with dash": payment.confirmation, "trace": "",
        "account": "99999-001", "account digits": "99999001", "member": "99999",
    }[by]  # fmt: skip
    if by == "trace":
        async with backend.db.transaction() as session:
            (await session.get_one(Payment, payment.id)).provider_ref = "123456780000001"
    assert outcomes(await apply(backend, Row(given, DUE_CENTS))) == ["booked"]


async def test_two_payments_of_one_amount_are_left_to_people(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    await pay(backend, home, 5000)
    clock.advance(days=1)
    await pay(backend, home, 5000)
    assert outcomes(await apply(backend, Row("99999-001", 5000))) == ["several"]
    assert {one.status for one in await payments(backend)} == {"posted"}


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (Row("XXX222", DUE_CENTS), "unmatched"),
        (Row("88888-001", DUE_CENTS), "unmatched"),
        (Row("", DUE_CENTS), "unmatched"),
        (Row("99999-001", DUE_CENTS + 1), "unmatched"),
        (Row("99999-001", DUE_CENTS, credit=True), "unmatched"),
        (Row("99999-001", DUE_CENTS, "R68", "dishonored"), "office"),
        (Row("99999-001", DUE_CENTS, "R73", "contested"), "office"),
        (Row("99999-001", 0, "C61", "refused"), "office"),
        (Row("99999-001", 0, "C04", "change"), "noted"),
    ],
)
@sqlite_alone
async def test_what_does_not_move_money(backend: Backend, home: Household, row: Row, outcome: str) -> None:
    await pay(backend, home)
    assert outcomes(await apply(backend, row)) == [outcome]
    assert [one.status for one in await payments(backend)] == ["posted"]
    assert await due(backend, home.account_id) == 0
    told = await notices(backend, "office:return-file")
    assert (len(told) == 1) is (outcome != "noted")


@sqlite_alone
async def test_another_amount_under_our_number_is_left_to_people(backend: Backend, home: Household) -> None:
    payment = await pay(backend, home)
    assert outcomes(await apply(backend, Row(reference(payment), DUE_CENTS - 1))) == ["amount"]
    assert await due(backend, home.account_id) == 0


@sqlite_alone
async def test_return_of_a_payment_that_was_never_taken(backend: Backend) -> None:
    home = await make_household(backend, card_token="tok_visa_declined")
    await say_yes(backend, await quote_for(backend, home))
    [payment] = await payments(backend)
    assert outcomes(await apply(backend, Row(reference(payment), DUE_CENTS))) == ["not_taken"]


@sqlite_alone
async def test_unmatched_entry_is_looked_at_anew(backend: Backend, home: Household) -> None:
    row = Row("99999-001", DUE_CENTS)
    assert outcomes(await apply(backend, row)) == ["unmatched"]
    await pay(backend, home)
    assert outcomes(await apply(backend, row)) == ["booked"]
    async with backend.db.read_session() as session:
        assert await list_open(session) == []


@sqlite_alone
async def test_dry_run_changes_nothing_and_says_the_same(backend: Backend, home: Household) -> None:
    payment = await pay(backend, home)
    rows = (
        Row(reference(payment), DUE_CENTS), Row("XXX222", 5), Row("99999-001", 0, "C01", "change"),
        Row("99999-001", 9, "R73", "contested"),
    )  # fmt: skip
    sent = len(await outbox(backend))
    preview = await apply(backend, *rows, dry_run=True)
    assert [one.status for one in await payments(backend)] == ["posted"]
    assert len(await outbox(backend)) == sent
    async with backend.db.read_session() as session:
        assert list(await session.scalars(select(ReturnFileEntry))) == []
    assert preview.to_dict() == (await apply(backend, *rows)).to_dict()


@sqlite_alone
async def test_change_of_numbers_asks_the_member_and_keeps_none(backend: Backend, home: Household) -> None:
    payment = await pay(backend, home)
    row = Row(reference(payment), 0, "C01", "change", corrected="98765432109")
    for _ in range(2):
        assert outcomes(await apply(backend, row)) == ["reenter"]
    texts = await notices(backend, "reenter:")
    assert len(texts) == 2, "a text and an email"
    assert all("checking ending 6789 has changed" in text for text in texts)
    assert all(len(text) <= 160 for text in texts if text.startswith("Prairie Rivers:"))
    async with backend.db.read_session() as session:
        stored = repr([list(row) for row in await session.execute(select(ReturnFileEntry.__table__))])
        assert (await session.get_one(PaymentMethod, home.bank_id)).active
    assert "98765432109" not in stored
    assert ACCOUNT not in stored


@sqlite_alone
async def test_account_number_sent_as_reference_is_not_kept(backend: Backend) -> None:
    await apply(backend, Row("4111111111119", 100))
    async with backend.db.read_session() as session:
        assert list(await session.scalars(select(ReturnFileEntry.individual_id))) == [""]


@sqlite_alone
async def test_refund_that_the_bank_sends_back(backend: Backend, home: Household) -> None:
    payment = await pay(backend, home)
    async with backend.db.transaction() as session:
        refund = await request_refund(
            session, backend, key="f", payment_id=payment.id, amount_cents=4000, reason="paid twice", asked_by="ann"
        )
    await process_refund(backend, refund.id)
    assert await due(backend, home.account_id) == 4000
    row = Row(refund.confirmation, 4000, "R03", credit=True)
    assert [outcomes(await apply(backend, row)) for _ in range(2)] == [["refund_failed"], ["refund_failed"]]
    assert await due(backend, home.account_id) == 0
    assert len(await notices(backend, "refund-failed:")) == 2


async def test_a_crash_at_any_point_books_each_once(backend: Backend, network: DirectNetwork, faults: Faults) -> None:
    for point in faults.every_point():
        homes = [await make_household(backend, number=f"{start}{point:04d}") for start in (6, 7)]
        rows = [Row(reference(await pay(backend, home)), DUE_CENTS, "R02") for home in homes]
        with faults.crashing(point, Crash):
            await apply(backend, *rows)
        await apply(backend, *rows)
        for home in homes:
            assert await due(backend, home.account_id) == DUE_CENTS
    assert {one.status for one in await payments(backend)} == {"returned"}
    keys = Counter(one.dedupe_key for one in await outbox(backend))
    assert max(keys.values()) == 1
    async with backend.db.read_session() as session:
        assert await ledger.find_imbalances(session) == []
        assert await ledger.book_total(session, ledger.CLEARING) == 0


@sqlite_alone
async def test_office_marks_an_entry_as_done(backend: Backend) -> None:
    await apply(backend, Row("XXX222", DUE_CENTS))
    async with backend.db.read_session() as session:
        [(entry, _)] = await list_open(session)
    for _ in range(2):
        async with backend.db.transaction() as session:
            await mark_seen(session, backend, entry.id, "ann")
    async with backend.db.read_session() as session:
        assert await list_open(session) == []


@sqlite_alone
async def test_watched_folder(backend: Backend, home: Household, tmp_path: Path) -> None:
    """Each file once, also when the job runs again; a bad or growing one harms nothing."""
    payment = await pay(backend, home)
    folder = tmp_path / "from-the-bank"
    folder.mkdir()
    backend.settings = backend.settings.with_values(returns_dir=folder)
    good = make_file(Row(reference(payment), DUE_CENTS), Row("XXX222", 700))
    old = time.time() - 3600
    for name, text in (("a.ach", good[:500]), ("b.ach", good), ("c.ach", good), (".hidden", good), ("d.csv", "x")):
        (folder / name).write_text(text)
        os.utime(folder / name, (old, old))
    (folder / "growing.ach").write_text(good[:900])
    assert await apply_folder(backend) == FolderReport(2, ("a.ach", "d.csv"))
    ran = await run_named_job(backend, "returns", TODAY)
    assert ran["result"] == {"entries": 0, "files_not_used": ["a.ach", "d.csv"]}
    assert await due(backend, home.account_id) == DUE_CENTS
    told = Counter(one.subject for one in await outbox(backend) if one.dedupe_key.startswith("office:"))
    assert told == {"Bank file a.ach was not used": 1, "Bank file d.csv was not used": 1, "Bank returns to look at": 1}


@sqlite_alone
async def test_file_that_cannot_be_read_keeps_no_other_back(
    backend: Backend, home: Household, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = await pay(backend, home)
    backend.settings = backend.settings.with_values(returns_dir=tmp_path)
    old = time.time() - 3600
    for name in ("a.ach", "b.ach"):
        (tmp_path / name).write_text(make_file(Row(reference(payment), DUE_CENTS)))
        os.utime(tmp_path / name, (old, old))
    read = Path.read_bytes

    def refuse_the_first(path: Path) -> bytes:  # rights do not stop root, who runs the tests in a container
        if path.name == "a.ach":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse_the_first)
    assert await apply_folder(backend) == FolderReport(1, ("a.ach",))
    assert await apply_folder(backend) == FolderReport(0, ("a.ach",))
    told = [one.subject for one in await outbox(backend) if one.dedupe_key.startswith("office:closed")]
    assert told == ["Bank file a.ach cannot be read"]


@sqlite_alone
async def test_missing_folder_is_named(backend: Backend, tmp_path: Path) -> None:
    backend.settings = backend.settings.with_values(returns_dir=tmp_path / "gone")
    with pytest.raises(MemberlineError, match="RETURNS_DIR"):
        await apply_folder(backend)


@sqlite_alone
async def test_bad_file_books_nothing(backend: Backend, home: Household) -> None:
    payment = await pay(backend, home)
    text = make_file(Row(reference(payment), DUE_CENTS)).replace("000000011240000000000000", "000000011241000000000000")
    with pytest.raises(BadReturnFile, match="11241 as debits in cents"):
        await apply_return_file(backend, "bad.ach", text.encode())
    assert await due(backend, home.account_id) == 0
