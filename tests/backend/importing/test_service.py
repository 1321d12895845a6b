"""What an import brings, that it brings all or nothing, and what it says is wrong. On both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.app import Backend
from backend.audit import service as audit
from backend.audit.models import AuditRow
from backend.billing import ledger
from backend.importing import existing_rows
from backend.importing.errors import ImportRefused
from backend.importing.service import import_folder
from backend.logins.service import verify_holder_proof
from backend.members.models import Member
from backend.members.service import find_account
from backend.providers.billing.system import Prepaid
from backend.providers.payments.stripe.provider import create as create_stripe
from backend.show import json_default, show
from backend.usage.models import DailyReading
from bench.make_members import write_members
from tests.backend.household import Household
from tests.backend.importing.files import GOOD, only, write
from tests.backend.importing.refused_imports import counts, refusal


async def shown(backend: Backend, number: str) -> dict[str, Any]:
    async with backend.db.read_session() as session:
        return dict(json.loads(json.dumps(await show(session, backend, number), default=json_default)))


async def find_member(session: AsyncSession, number: str) -> Member | None:
    return await session.scalar(select(Member).where(Member.number == number))


async def test_everything_arrives(backend: Backend, tmp_path: Path) -> None:
    result = await import_folder(backend, write(tmp_path))
    assert result == {
        "members": 2, "accounts": 3, "bills": 3, "usage": 2, "usage_days": 0, "payment_methods": 3, "drafts": 1,
        "autopay": 2, "alerts": 3,
    }  # fmt: skip
    found = await shown(backend, "00417-001")
    assert (found["member"]["phone"], found["member"]["number"]) == ("+15555550123", "00417")
    assert found["balance"]["amount_due_cents"] == 10_000 + 9_000
    assert found["balance"]["due_on"] == "2026-10-30"
    assert found["balance"]["past_due_cents"] == 10_000
    assert [bill["number"] for bill in found["bills"]] == ["00417-001-261110", "B-2", "B-1"]
    assert found["bills"][1]["lines"][1] == {"label": "Energy, 800 kWh", "cents": 8290}
    assert {method["last4"] for method in found["methods"]} == {"4242", "0089"}
    assert found["drafts"][0]["method"] == "checking ending 0089"
    assert (await shown(backend, "00417-002"))["balance"]["amount_due_cents"] == -2500
    assert (await shown(backend, "00417-002"))["autopay"][0]["day_of_month"] is None
    grain = await shown(backend, "88001001")
    assert (grain["balance"]["amount_due_cents"], grain["autopay"][0]["day_of_month"]) == (1000, 31)
    assert (grain["member"]["name"], grain["accounts"][0]["status"]) == ("Prairie Grain, LLC", "closed")


async def test_the_books_and_the_trail_stay_whole(backend: Backend, home: Household, tmp_path: Path) -> None:
    await import_folder(backend, write(tmp_path))
    async with backend.db.read_session() as session:
        assert await ledger.find_imbalances(session) == []
        assert await audit.verify(session) is None
        rows = list(await session.scalars(select(AuditRow).where(AuditRow.actor == "import").order_by(AuditRow.id)))
    assert [row.act for row in rows] == ["account_imported"] * 3
    assert rows[0].after == {
        "number": "00417-001", "payment_methods": 2, "bills": 3, "usage": 2, "drafts": 1, "alerts": 2,
    }  # fmt: skip


async def test_imported_member_can_create_a_login(backend: Backend, tmp_path: Path) -> None:
    await import_folder(backend, write(tmp_path))
    async with backend.db.read_session() as session:
        assert await verify_holder_proof(session, backend, await find_member(session, "00417"), "1234")
        assert await verify_holder_proof(session, backend, await find_member(session, "88001"), "12-3456789")
        assert not await verify_holder_proof(session, backend, await find_member(session, "00417"), "4321")


async def test_rows_after_an_import_get_their_own_ids(backend: Backend, tmp_path: Path) -> None:
    await import_folder(backend, write(tmp_path))
    async with backend.db.transaction() as session:
        session.add(Member(number="77777", name="Next", phone="+15555550177"))
    assert (await counts(backend))[0] == 3


async def test_second_import_changes_nothing(backend: Backend, tmp_path: Path) -> None:
    await import_folder(backend, write(tmp_path))
    errors = await refusal(backend, tmp_path)
    rows = sum(text.count("\n") - 1 for text in GOOD.values())
    assert len(errors) == rows
    assert errors[0].startswith("members.csv:2: member 00417 is there already")


async def test_import_may_add_to_existing_rows(backend: Backend, home: Household, tmp_path: Path) -> None:
    folder = only(
        tmp_path,
        accounts="member,separator\n99999,002\n",
        bills="account,issued_on,due_on,period_start,period_end,amount_cents\n"
        "99999-001,2026-11-10,2026-12-15,2026-09-08,2026-10-07,5000\n",
        autopay="account,token,day\n99999-001,tok_visa_4242,due\n",
        payment_methods="member,token,kind,brand,last4\n99999,tok_new_1,bank,savings,0001\n",
    )
    await import_folder(backend, folder)
    found = await shown(backend, "99999")
    assert [account["number"] for account in found["accounts"]] == ["99999-001", "99999-002"]
    assert found["balance"]["amount_due_cents"] == 11240 + 5000
    assert found["autopay"][0]["method"] == "Visa ending 4242"


async def test_use_by_day_comes_as_often_as_there_are_new_days(backend: Backend, tmp_path: Path) -> None:
    await import_folder(backend, write(tmp_path))
    days = tmp_path / "days"
    days.mkdir()
    file = days / "usage_days.csv"
    file.write_text("account,day,kwh\n00417-001,2026-10-01,23.456\n00417-001,10/2/2026,-1.5\n")
    assert (await import_folder(backend, days))["usage_days"] == 2
    file.write_text("account,day,kwh\n00417-001,2026-10-02,7\n")
    with pytest.raises(ImportRefused, match="is there already"):
        await import_folder(backend, days)
    for wrong, why in (("2026-12-24,7", "is after today"), ("2026-10-03,1.2345", "is not a number of kWh")):
        file.write_text(f"account,day,kwh\n00417-001,{wrong}\n")
        with pytest.raises(ImportRefused, match=why):
            await import_folder(backend, days)
    file.write_text("account,day,wh\n00417-001,2026-10-03,7000\n")
    await import_folder(backend, days)
    async with backend.db.read_session() as session:
        found = await session.execute(select(DailyReading.day, DailyReading.wh).order_by(DailyReading.day))
        assert [(day.day, wh) for day, wh in found] == [(1, 23456), (2, -1500), (3, 7000)]


async def test_concurrent_insert_is_reported(backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member who is added between the checks and the writing."""
    check = existing_rows.check

    async def check_and_be_late(*of: Any) -> None:
        await check(*of)
        async with backend.db.transaction() as session:
            session.add(Member(number="00417", name="Somebody", phone="+15555550177"))

    monkeypatch.setattr(existing_rows, "check", check_and_be_late)
    with pytest.raises(ImportRefused, match="changed meanwhile"):
        await import_folder(backend, write(tmp_path))
    assert await counts(backend) == [1, 0, 0, 0, 0, 0, 0, 0]


async def test_dry_run_writes_nothing(backend: Backend, tmp_path: Path) -> None:
    before = await counts(backend)
    assert (await import_folder(backend, write(tmp_path), check_only=True))["members"] == 2
    assert await counts(backend) == before


async def test_spreadsheet_additions_are_accepted(backend: Backend, tmp_path: Path) -> None:
    members = "\ufeffNumber, Name ,PHONE\r\n 00417 ,Bénédict, 555.555.0123 \r\n,,\r\n"
    await import_folder(backend, only(tmp_path, members=members, accounts="member,separator\r\n00417,001\r\n"))
    assert (await shown(backend, "00417-001"))["member"]["name"] == "Bénédict"


async def test_two_thousand_members(backend: Backend, tmp_path: Path) -> None:
    write_members(2000, tmp_path)
    result = await import_folder(backend, tmp_path)
    assert (result["members"], result["bills"], result["usage"]) == (2000, 24_000, 48_000)
    async with backend.db.read_session() as session:
        assert await ledger.find_imbalances(session) == []
        assert await audit.verify(session) is None
        account = await find_account(session, "1001990-001")
        assert account
        assert await ledger.receivable_balance(session, account.id) == 9000 + 100 * (1001990 % 80)
        # every tenth owes its newest bill: 1000000, 1000010, ...
        assert await ledger.book_total(session, ledger.RECEIVABLE) == sum(
            9000 + 100 * (number % 80) for number in range(1_000_000, 1_002_000, 10)
        )


async def test_a_credit_of_net_metering_is_booked_as_one(backend: Backend, tmp_path: Path) -> None:
    rows = (
        "00417-001,2026-10-10,2026-10-30,2026-09-08,2026-10-07,800,100.00\n"
        "00417-001,2026-11-10,2026-11-30,2026-10-08,2026-11-07,-35,-12.00\n"
    )
    bills = f"account,issued_on,due_on,period_start,period_end,kwh,amount\n{rows}"
    usage = "account,month,kwh\n00417-001,2026-10,-35\n"
    await import_folder(backend, write(tmp_path, bills=bills, usage=usage))
    found = await shown(backend, "00417-001")
    assert found["balance"]["amount_due_cents"] == 8800
    assert found["balance"]["past_due_cents"] == 8800, "the credit covers a part of what is late"
    assert [(bill["kwh"], bill["amount_cents"]) for bill in found["bills"]] == [(-35, -1200), (800, 10000)]
    async with backend.db.read_session() as session:
        assert await ledger.find_imbalances(session) == []


async def test_blank_columns_and_no_break_spaces_are_borne(backend: Backend, tmp_path: Path) -> None:
    ruths = "41700,Ruth\u00a0Abbott,555\u00a0555\u00a00123,,\r\n"
    members = f"number,name,phone,,\r\n{ruths}41701,Alma,5555550124,,,,\r\n,,,,\r\n"
    assert (await import_folder(backend, only(tmp_path, members=members)))["members"] == 2
    async with backend.db.read_session() as session:
        ruth = await find_member(session, "41700")
    assert ruth is not None
    assert (ruth.name, ruth.phone) == ("Ruth Abbott", "+15555550123")


async def test_invented_area_code_is_refused_in_production(backend: Backend, tmp_path: Path) -> None:
    production = replace(backend, settings=backend.settings.with_values(environment="production"))
    errors = await refusal(production, only(tmp_path, members="number,name,phone\n41700,A,5555550123\n"))
    assert len(errors) == 1
    assert errors[0].startswith("members.csv:2: phone is in the area 555")


async def test_tokens_that_the_network_cannot_have_are_refused(backend: Backend, tmp_path: Path) -> None:
    stripe = create_stripe(backend.settings.with_values(stripe_secret_key="sk_test_x"))
    real = replace(backend, payments=stripe, settings=backend.settings.with_values(payment_provider="stripe"))
    head = "member,token,kind,brand,last4,exp_month,exp_year\n"
    wrong = (
        "00417,tok_visa_4242,card,Visa,4242,12,2029\n"
        "00417,card:cus_1:pm_2,bank,checking,0089,,\n"
        "88001,bank:cus_2:pm_3,bank,savings,6789,,\n"
    )
    errors = await refusal(real, write(tmp_path, payment_methods=head + wrong, drafts=None, autopay=None))
    assert [error.partition(",")[0] for error in errors] == [
        "payment_methods.csv:2: token is none of PAYMENT_PROVIDER=stripe",
        "payment_methods.csv:3: token is not of a bank",
    ]
    right = "00417,card:cus_1:pm_2,card,Visa,4242,12,2029\n00417,bank:cus_1:pm_3,bank,checking,0089,,\n"
    assert (await import_folder(real, write(tmp_path, payment_methods=head + right, drafts=None, autopay=None)))[
        "payment_methods"
    ] == 2


async def test_prepaid_accounts_arrive_with_what_is_left(backend: Backend, tmp_path: Path) -> None:
    accounts = """member,separator,opening_balance,prepaid,prepaid_balance,daily_use
00417,001,,Yes,23.10,4.20
00417,002,-5.00,x,,
88001,001,10.00,no,,
"""
    await import_folder(backend, write(tmp_path / "files", accounts=accounts, bills=None, alerts=None))
    found = {}
    async with backend.db.read_session() as session:
        for number in ("00417-001", "00417-002", "88001-001"):
            account = await find_account(session, number)
            assert account is not None
            found[number] = (await backend.billing.balance(session, account.id, backend.today())).prepaid
    assert found == {"00417-001": Prepaid(2310, 5), "00417-002": Prepaid(500, None), "88001-001": None}


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("00417,001,,maybe,,", 'accounts.csv:2: prepaid "maybe" is neither yes nor no'),
        ("00417,001,,no,5.00,", "accounts.csv:2: prepaid_balance and daily_use belong to accounts with yes"),
        ("00417,001,7.00,yes,5.00,", "accounts.csv:2: prepaid_balance and opening_balance both say"),
        ("00417,001,,yes,5.00,-1.00", "accounts.csv:2: daily_use is below zero"),
    ],
)
async def test_what_contradicts_itself_about_prepaid_is_named(
    backend: Backend, tmp_path: Path, row: str, wrong: str
) -> None:
    accounts = f"member,separator,opening_balance,prepaid,prepaid_balance,daily_use\n{row}\n"
    with pytest.raises(ImportRefused) as refused:
        await import_folder(backend, only(tmp_path / "files", accounts=accounts))
    assert any(wrong in line for line in str(refused.value).splitlines()), str(refused.value)
