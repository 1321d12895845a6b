"""The report of a day names every difference, and only those."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import pytest

from backend.app import Backend
from backend.clock import ManualClock
from backend.jobs.service import run_named_job
from backend.posting.batches import write_files
from backend.posting.models import QueuedPosting
from backend.posting.run import run_postings
from backend.providers.payments.base import ProviderUnavailable
from backend.reconciliation.formatting import format_csv, format_text, to_dict
from backend.reconciliation.model import DIFFERENCES, Report
from backend.reconciliation.service import find_their_file, reconcile
from tests.backend.household import TODAY, Household, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import payments, quote_for, say_yes
from tests.backend.posting.movements import add, connect, office_mail, pay, rows

# its queries are the same on both databases, and sending and booking are tried on both elsewhere
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HEADER = "key,confirmation,account,amount,date"


@pytest.fixture
def folder(backend: Backend, tmp_path: Path) -> Path:
    backend.settings = backend.settings.with_values(posting_dir=tmp_path / "postings")
    return tmp_path / "postings"


def found(report: Report) -> list[tuple[str, str, int | None, int | None]]:
    return [(each.name, each.key, each.ours_cents, each.theirs_cents) for each in report.differences]


def write_list(folder: Path, lines: Iterable[str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{TODAY.isoformat()}.csv"
    path.write_text("\n".join([HEADER, *lines]))
    return path


def as_theirs(row: QueuedPosting, *, amount: str = "", account: str = "", by_key: bool = True) -> str:
    """The movement as a billing system that booked it would list it."""
    sign = "" if row.kind == "payment" else "-"
    cents = f"{sign}{row.amount_cents / 100:.2f}"
    names = (row.key, "") if by_key else ("", row.confirmation)
    return ",".join([*names, account or row.account_number, amount or cents, "11/19/2026"])


@pytest.mark.parametrize("by_key", [True, False], ids=["by key", "by confirmation"])
async def test_two_sides_that_agree_have_no_difference(
    backend: Backend, home: Household, folder: Path, by_key: bool, tmp_path: Path
) -> None:
    await _pay_and_return(backend, home)
    await write_files(backend)
    counter = ",,99999-001,80.00,11/18/2026"
    theirs = write_list(tmp_path, [*(as_theirs(row, by_key=by_key) for row in await rows(backend)), counter])
    report = await reconcile(backend, TODAY, theirs)
    assert found(report) == []
    assert report.theirs is not None
    assert (report.ours["payment"], report.ours["return"]) == (report.theirs["payment"], report.theirs["return"])
    assert (report.ours["payment"].cents, report.ours["return"].cents) == (11240, -5000)
    assert (report.elsewhere.count, report.elsewhere.cents) == (1, 8000)
    assert report.by_account() == {}


async def _pay_and_return(backend: Backend, home: Household) -> None:
    """A payment of $112.40, of which $50.00 went back."""
    payment_id = await pay(backend, home)
    (row,) = await rows(backend)
    await add(
        backend, home, row.key.removeprefix("payment:"), 5000,
        kind="return", payment_id=payment_id, confirmation=row.confirmation,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["missing_there", "amount_differs", "account_differs", "twice_there", "unknown_here"])
async def test_each_difference_with_their_list_is_named(
    backend: Backend, home: Household, folder: Path, tmp_path: Path, name: str
) -> None:
    await pay(backend, home)
    await write_files(backend)
    (row,) = await rows(backend)
    lists = {
        "missing_there": ([], (row.key, 11240, None)),
        "amount_differs": ([as_theirs(row, amount="112.04")], (row.key, 11240, 11204)),
        "account_differs": ([as_theirs(row, account="99999-002")], (row.key, 11240, 11240)),
        "twice_there": ([as_theirs(row)] * 2, (row.key, None, 11240)),
        "unknown_here": ([as_theirs(row), ",HHH-222,99999-001,5.00,"], ("", None, 500)),
    }
    lines, difference = lists[name]
    report = await reconcile(backend, TODAY, write_list(tmp_path, lines))
    assert found(report) == [(name, *difference)]
    assert bool(report.by_account()) == (name != "account_differs")
    text = format_text(backend, report)
    assert f"{name} (1): {DIFFERENCES[name][0]}" in text
    assert DIFFERENCES[name][1] in text


async def test_their_entries_of_other_days_are_no_difference(
    backend: Backend, home: Household, folder: Path, clock: ManualClock, tmp_path: Path
) -> None:
    await pay(backend, home)
    clock.advance(days=1)
    await add(backend, home, "b")
    await write_files(backend)
    first, second = await rows(backend)
    theirs = write_list(tmp_path, [as_theirs(first), as_theirs(second)])
    report = await reconcile(backend, backend.today(), theirs)
    assert found(report) == []
    assert (report.other_days.count, report.other_days.cents) == (1, 11240)


async def test_what_is_not_sent_is_named_by_its_state_until_it_is(
    backend: Backend, home: Household, clock: ManualClock, tmp_path: Path
) -> None:
    system = connect(backend, can_be_asked=False)
    failed, waiting = await add(backend, home, "a"), await add(backend, home, "c")
    system.refused_keys = {failed: "unknown_account", waiting: "away"}
    await run_postings(backend)
    for _ in range(2):  # that day, and the day after it
        report = await reconcile(backend, backend.today())
        assert found(report) == [("refused_there", failed, 500, None), ("not_sent", waiting, 500, None)]
        clock.advance(days=1)
    row = (await rows(backend))[0]
    report = await reconcile(backend, TODAY, write_list(tmp_path, [as_theirs(row)]))
    assert [each.name for each in report.differences] == ["there_unmarked", "not_sent"]
    await system.close()


async def test_a_system_that_can_be_asked_is_asked_for_each_movement(backend: Backend, home: Household) -> None:
    system = connect(backend)
    keys = [await add(backend, home, key) for key in "ab"]
    await run_postings(backend)
    assert found(await reconcile(backend, TODAY)) == []
    system.forget(keys[0])
    assert found(await reconcile(backend, TODAY)) == [("missing_there", keys[0], 500, None)]
    system.can_be_asked = False
    report = await reconcile(backend, TODAY)
    assert found(report) == []
    assert any("0 of 2 sent movements" in note for note in report.notes)
    await system.close()


@pytest.mark.parametrize("name", ["not_at_network", "network_amount_differs", "network_status_differs"])
async def test_what_the_network_has_otherwise_is_named(
    backend: Backend, home: Household, network: DirectNetwork, name: str
) -> None:
    await pay(backend, home)
    (payment,) = await payments(backend)
    assert found(await reconcile(backend, TODAY)) == []
    change, theirs = {
        "not_at_network": ("delete from charges", None),
        "network_amount_differs": ("update charges set amount_cents = 11204", 11204),
        "network_status_differs": ("update charges set status = 'returned'", 11240),
    }[name]
    network.database.execute(change)
    assert found(await reconcile(backend, TODAY)) == [(name, f"payment:{payment.key}", 11240, theirs)]


async def test_money_taken_and_not_booked_here_is_named(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    declined = await make_household(backend, number="88888", card_token="tok_visa_declined")
    await say_yes(backend, await quote_for(backend, declined))
    assert found(await reconcile(backend, TODAY)) == []
    (payment,) = await payments(backend)
    network.database.execute("update charges set status = 'posted'")
    assert found(await reconcile(backend, TODAY)) == [("taken_not_here", f"payment:{payment.key}", None, 11240)]


async def test_a_payment_that_was_never_queued_is_named(backend: Backend, home: Household) -> None:
    await pay(backend, home)
    async with backend.db.transaction() as session:
        (row,) = await rows(backend)
        await session.delete(await session.get_one(QueuedPosting, row.id))
    assert [each.name for each in (await reconcile(backend, TODAY)).differences] == ["not_queued"]


async def test_a_network_that_is_away_is_said_and_is_no_difference(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    await pay(backend, home)

    def fail(_name: str) -> None:
        raise ProviderUnavailable("away")

    network.before = fail
    report = await reconcile(backend, TODAY)
    assert found(report) == []
    assert any("0 of 1 payments" in note for note in report.notes)


async def test_the_morning_job_keeps_the_report_and_tells_of_differences_once(
    backend: Backend, home: Household, folder: Path, clock: ManualClock
) -> None:
    await pay(backend, home)
    await write_files(backend)
    (row,) = await rows(backend)
    write_list(folder / "theirs", [as_theirs(row, amount="112.04")])
    assert find_their_file(backend, TODAY) is not None
    clock.advance(days=1)
    for _ in range(2):
        result = await run_named_job(backend, "reconciliation", backend.today())
    assert result["result"] == {"day": TODAY.isoformat(), "differences": 1}
    (mail,) = await office_mail(backend)
    assert (mail.recipient, mail.subject) == (backend.coop.email, "Payments of 2026-11-18: 1 difference")
    assert ("99999-001" in mail.body, "..9-001" in mail.body) == (False, True)
    page, table = read_reports(folder)
    assert "amount_differs (1)" in page
    (line,) = csv.DictReader(io.StringIO(table))
    assert (line["account"], line["ours"], line["theirs"]) == ("99999-001", "112.40", "112.04")
    assert line["difference"] == "amount_differs"

    write_list(folder / "theirs", [as_theirs(row)])
    await run_named_job(backend, "reconciliation", backend.today())
    assert len(await office_mail(backend)) == 1
    assert read_reports(folder)[0].count("No difference.") == 1


def read_reports(folder: Path) -> tuple[str, str]:
    page, table = (folder / "reports" / f"reconciliation-{TODAY.isoformat()}{end}" for end in (".txt", ".csv"))
    return page.read_text(), table.read_text()


async def test_without_a_folder_the_morning_report_goes_to_the_office(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    await pay(backend, home)
    clock.advance(days=1)
    await run_named_job(backend, "reconciliation", backend.today())
    assert await office_mail(backend) == [], "payments go nowhere yet, so there is nothing to compare"
    system = connect(backend)
    await run_postings(backend)
    await run_named_job(backend, "reconciliation", backend.today())
    (mail,) = await office_mail(backend)
    assert mail.subject == "Payments of 2026-11-18: no difference"
    await system.close()


async def test_the_report_says_the_same_as_table_and_as_data(
    backend: Backend, home: Household, folder: Path, tmp_path: Path
) -> None:
    await _pay_and_return(backend, home)
    await write_files(backend)
    taken, returned = await rows(backend)
    report = await reconcile(backend, TODAY, write_list(tmp_path, [as_theirs(taken)]))
    table = list(csv.DictReader(io.StringIO(format_csv(report))))
    assert [(line["kind"], line["ours"], line["theirs"], line["difference"]) for line in table] == [
        ("payment", "112.40", "112.40", ""), ("return", "-50.00", "", "missing_there"),
    ]  # fmt: skip
    data = to_dict(report)
    assert (data["ours"]["return"], data["theirs"]["return"]) == (
        {"count": 1, "cents": -5000, "fee_cents": 0}, {"count": 0, "cents": 0, "fee_cents": 0},
    )  # fmt: skip
    assert [each["key"] for each in data["differences"]] == [returned.key]
    text = format_text(backend, report)
    assert "Payments of Wednesday, November 18, 2026: ours and theirs" in text
    assert ["net", "$62.40", "$112.40"] in [line.split() for line in text.splitlines()]
