"""Files that come again: what is new, changed, closed or missing, and that nothing happens twice. On both databases."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from backend.app import Backend
from backend.billing.models import Account, Bill, LedgerEntry
from backend.clock import ManualClock
from backend.members.models import Member
from backend.members.service import find_account
from backend.outbox.models import OutboxMessage
from backend.payments.models import PaymentMethod
from backend.providers.billing.system import Prepaid
from backend.syncing.models import SyncRow
from backend.usage.models import MeterReading
from tests.backend.importing.files import GOOD, only, write
from tests.backend.syncing.feeds import (
    PAYMENTS,
    acts,
    books_are_whole,
    count,
    fresh,
    owed,
    refuse,
    sync,
    take,
    take_over,
)

MEMBERS, ACCOUNTS, BILLS = GOOD["members"], GOOD["accounts"], GOOD["bills"]


async def test_a_feed_alone_takes_everything_over_as_an_import_does(backend: Backend, tmp_path: Path) -> None:
    files = write(tmp_path / "a")
    outcome = await sync(backend, files, force=False)
    assert {each.file: each.counts["added"] for each in outcome.files} == {
        "members.csv": 2, "accounts.csv": 3, "bills.csv": 3, "usage.csv": 2, "payment_methods.csv": 3,
        "drafts.csv": 1, "autopay.csv": 2, "alerts.csv": 3,
    }  # fmt: skip
    assert await owed(backend, "00417-001") == 19_000
    assert await owed(backend, "00417-002") == -2_500
    written = len(await acts(backend))
    again = await sync(backend, files, force=False)
    assert [each.counts.total() for each in again.files] == [0] * 8
    assert len(await acts(backend)) == written
    assert await books_are_whole(backend)


async def test_changes_are_made_and_told(backend: Backend, tmp_path: Path) -> None:
    await take_over(backend, tmp_path)
    await take(
        backend,
        tmp_path,
        members=MEMBERS.replace("Benedict Rowe", "Benedict Rowe-Hill"),
        accounts=ACCOUNTS.replace("7 Station Road (barn)", "9 Station Road"),
        bills=BILLS.replace("90.00,,", "95.00,,")
        + "00417-002,C-1,2026-11-12,2026-12-02,2026-10-10,2026-11-09,10,20.00,,\n",
        usage=GOOD["usage"].replace("2026-09,700", "2026-09,710"),
        payment_methods=GOOD["payment_methods"].replace("12,2029", "12,2031"),
    )
    async with backend.db.read_session() as session:
        assert await session.scalar(select(Member.name).where(Member.number == "00417")) == "Benedict Rowe-Hill"
        address = select(Account.service_address).where(Account.number == "00417-002")
        assert await session.scalar(address) == "9 Station Road"
        assert await session.scalar(select(Bill.amount_cents).where(Bill.number == "00417-001-261110")) == 9500
        assert set(await session.scalars(select(MeterReading.kwh))) == {710, 800}
        assert await session.scalar(select(PaymentMethod.exp_year).where(PaymentMethod.kind == "card")) == 2031
    assert (await owed(backend, "00417-001"), await owed(backend, "00417-002")) == (19_500, -500)
    assert [row.act for row in await acts(backend)] == [
        "member_changed", "account_changed", "account_added_to", "bill_changed", "usage_changed", "method_changed",
    ]  # fmt: skip
    assert await books_are_whole(backend)


async def test_a_bill_is_corrected_as_often_as_it_changes(backend: Backend, tmp_path: Path) -> None:
    await take_over(backend, tmp_path)
    for amount, due in (("95.00", 19_500), ("80.00", 18_000), ("90.00", 19_000)):
        changed = await take(backend, tmp_path, bills=BILLS.replace("90.00,,", f"{amount},,"))
        assert changed.counts["changed"] == 1
        assert await owed(backend, "00417-001") == due
    assert await books_are_whole(backend)


async def test_what_is_missing_is_named_once_and_stays(backend: Backend, tmp_path: Path) -> None:
    await take_over(backend, tmp_path)
    short = "\n".join(MEMBERS.splitlines()[:2]) + "\n"
    first = await take(backend, tmp_path, members=short)
    assert first.names["missing"] == ["88001"]
    assert (await take(backend, tmp_path, members=short)).counts["missing"] == 0
    assert await count(backend, Member) == 2
    await take(backend, tmp_path, members=MEMBERS)
    assert (await take(backend, tmp_path, members=short)).counts["missing"] == 1


async def test_a_file_of_later_bills_says_nothing_of_the_earlier_ones(backend: Backend, tmp_path: Path) -> None:
    await take_over(backend, tmp_path)
    head, first, _, third = BILLS.splitlines()
    assert (await take(backend, tmp_path, bills=f"{head}\n{third}\n")).counts.total() == 0
    gap = await take(backend, tmp_path, bills=f"{head}\n{first}\n{third}\n")
    assert gap.names["missing"] == ["B-2"]


async def test_a_cut_off_file_is_refused(backend: Backend, tmp_path: Path) -> None:
    rows = "".join(f"7{number:04d},Member,55555513{number:02d}\n" for number in range(20))
    head = "number,name,phone\n"
    await take(backend, tmp_path, force=False, members=head + rows)
    cut = head + "".join(f"{line}\n" for line in rows.splitlines()[:10])
    [said] = await refuse(backend, tmp_path, force=False, members=cut)
    assert "10 missing of 20 rows, which is more than 5 percent" in said
    [said] = await refuse(backend, tmp_path, force=False, members=head + rows.replace("Member", "Someone"))
    assert "20 changed of 20 rows" in said
    tried = await sync(backend, only(fresh(tmp_path), members=cut), dry_run=True)
    assert any("only --force has it taken: 10 missing of 20 rows" in line for line in tried.lines())
    assert (await take(backend, tmp_path, members=cut)).counts["missing"] == 10


async def test_a_dry_run_tells_and_writes_nothing(backend: Backend, tmp_path: Path) -> None:
    outcome = await sync(backend, write(tmp_path / "a"), dry_run=True)
    assert [each.counts["added"] for each in outcome.files] == [2, 3, 3, 2, 3, 1, 2, 3]
    assert outcome.files[0].names["added"] == ["00417", "88001"]
    assert [await count(backend, model) for model in (Member, LedgerEntry, SyncRow)] == [0, 0, 0]
    assert await acts(backend) == []


async def test_a_bad_row_refuses_its_file_alone(backend: Backend, tmp_path: Path) -> None:
    await take_over(backend, tmp_path)
    files = write(
        fresh(tmp_path),
        members=MEMBERS.replace("Benedict Rowe", "Ben Rowe"),
        bills=BILLS + "00417-009,X-1,2026-11-12,2026-12-02,2026-10-10,2026-11-09,10,20.00,,\n"
        "00417-002,X-2,2026-11-12,12/2,2026-10-10,2026-11-09,10,1.0E+10,,\n",
    )
    outcome = {each.file: each for each in (await sync(backend, files)).files}
    assert outcome["members.csv"].counts["changed"] == 1
    said = outcome["bills.csv"].reason.splitlines()
    assert 'bills.csv:6: due_on "12/2" is not a day such as 2026-01-31 or 1/31/2026 (the month first)' in said
    assert any('bills.csv:6: amount "1.0E+10" was turned into a number by a spreadsheet' in each for each in said)
    assert "bills.csv:5: there is no account 00417-009" in said
    assert await count(backend, Bill) == 3


async def test_one_row_twice_with_other_values_is_refused(backend: Backend, tmp_path: Path) -> None:
    await take_over(backend, tmp_path)
    twice = BILLS + BILLS.splitlines()[1].replace("101.00,101.00", "99.00,99.00") + "\n"
    [said] = await refuse(backend, tmp_path, bills=twice)
    assert said == "bills.csv:5: B-1 is in line 2 too, with other values"


async def test_a_new_phone_proves_nothing_for_a_day_and_is_told_to_both(
    backend: Backend, tmp_path: Path, clock: ManualClock
) -> None:
    await take_over(backend, tmp_path)
    await take(backend, tmp_path, members=MEMBERS.replace("(555) 555-0123", "555-555-0155"))
    async with backend.db.read_session() as session:
        member = await session.scalar(select(Member).where(Member.number == "00417"))
        assert member
        told = set(await session.scalars(select(OutboxMessage.recipient)))
    assert member.phone == "+15555550155"
    assert not member.is_established("phone", backend.clock.now())
    assert told == {"+15555550123", "+15555550155", "benedict@example.com"}
    clock.advance(days=1)
    assert member.is_established("phone", backend.clock.now())


async def _change_phone(backend: Backend, phone: str) -> None:
    async with backend.db.transaction() as session:
        member = await session.scalar(select(Member).where(Member.number == "00417"))
        assert member
        member.change_contact("phone", phone, backend.clock.now())


async def _phone(backend: Backend) -> str | None:
    async with backend.db.read_session() as session:
        return await session.scalar(select(Member.phone).where(Member.number == "00417"))


async def test_what_the_member_changed_is_not_undone(backend: Backend, tmp_path: Path) -> None:
    await take_over(backend, tmp_path)
    await _change_phone(backend, "+15555550177")
    kept = await take(backend, tmp_path, members=MEMBERS.replace("Benedict Rowe", "Ben Rowe"))
    assert kept.names["kept"] == ["00417 Benedict Rowe: phone"]
    assert await _phone(backend) == "+15555550177"
    theirs = MEMBERS.replace("Benedict Rowe", "Ben Rowe").replace("(555) 555-0123", "555-555-0188")
    for _ in range(2):  # named until the two agree
        conflict = await take(backend, tmp_path, members=theirs)
        assert conflict.names["conflict"] == ["00417 Ben Rowe: phone"]
        assert await _phone(backend) == "+15555550177"
    agreed = await take(backend, tmp_path, members=theirs.replace("0188", "0177"))
    assert agreed.counts.total() == 0
    # from here on the co-op's file is the newest word again
    await take(backend, tmp_path, members=theirs.replace("0188", "0166"))
    assert await _phone(backend) == "+15555550166"


async def test_the_office_may_let_the_file_win(backend: Backend, tmp_path: Path) -> None:
    await take_over(backend, tmp_path)
    await _change_phone(backend, "+15555550177")
    files = write(fresh(tmp_path), members=MEMBERS.replace("(555) 555-0123", "555-555-0188"))
    await sync(backend, files, file_wins=True)
    assert await _phone(backend) == "+15555550188"


async def test_members_own_settings_are_only_added_to(backend: Backend, tmp_path: Path) -> None:
    await take_over(backend, tmp_path)
    again = await take(backend, tmp_path, autopay=GOOD["autopay"].replace(",due", ",15"))
    assert again.names["not_changed"] == ["00417-002"]
    [said] = await refuse(backend, tmp_path, autopay=GOOD["autopay"] + "00417-001,tok_visa_4242,due\n")
    assert "this account has a draft" in said


async def test_prepaid_accounts_follow_the_file(backend: Backend, tmp_path: Path) -> None:
    head = "member,separator,opening_balance,prepaid,prepaid_balance,daily_use\n"
    members = GOOD["members"]
    await take(backend, tmp_path, members=members, accounts=head + "00417,001,,yes,30.00,2.50\n88001,001,,no,,\n")
    used = PAYMENTS + "U-1,00417-001,fee,2026-11-18,5.00,,use of November 17,\n"
    await take(backend, tmp_path, payments=used)
    assert await _left(backend, "00417-001") == Prepaid(2_500, 10)
    await take(backend, tmp_path, accounts=head + "00417,001,,yes,30.00,5.00\n88001,001,,yes,,1.00\n")
    assert await _left(backend, "00417-001") == Prepaid(2_500, 5)
    assert await _left(backend, "88001-001") == Prepaid(0, 0)
    await take(backend, tmp_path, accounts=head + "00417,001,,no,,\n88001,001,,yes,,1.00\n")
    assert await _left(backend, "00417-001") is None
    assert [row.after for row in await acts(backend) if row.act == "account_changed"][-1] == {
        "prepaid": False, "daily_use_cents": None
    }  # fmt: skip


async def _left(backend: Backend, number: str) -> Prepaid | None:
    async with backend.db.read_session() as session:
        account = await find_account(session, number)
        assert account
        return (await backend.billing.balance(session, account.id, backend.today())).prepaid


async def test_the_audit_trail_names_no_contact_detail(backend: Backend, tmp_path: Path) -> None:
    await take_over(backend, tmp_path)
    changed = MEMBERS.replace("555-0123", "555-0155").replace("benedict@example.com", "ben@example.com")
    await take(backend, tmp_path, members=changed)
    [row] = [row for row in await acts(backend) if row.act == "member_changed"]
    assert {"phone_ref", "email_ref"} <= set(row.after or {})
    told = f"{row.before} {row.after}"
    assert not [detail for detail in ("5550155", "5550123", "ben@", "benedict@") if detail in told]
