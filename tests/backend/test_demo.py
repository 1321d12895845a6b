"""The demo members: there once, whole, and each as the banner says."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from backend import demo
from backend.app import Backend
from backend.audit import service as audit
from backend.billing import ledger
from backend.billing.models import Account, Bill
from backend.clock import ManualClock
from backend.members.models import Member
from backend.members.service import find_account
from backend.payments import prechecks
from backend.payments.models import PaymentMethod
from backend.payments.service import list_saved_methods
from backend.programs import service as programs
from backend.programs.rules import BUDGET, LEVELIZED
from backend.show import NoSuchMember, json_default, show
from backend.usage.models import MeterReading
from tests.backend.conftest import build
from tests.backend.databases import KINDS, Databases
from tests.backend.household import NOW
from tests.backend.network import DirectNetwork


@pytest.fixture(scope="module", params=KINDS)
async def seeded(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Backend]:
    """Seeded once: the tests that use it only look."""
    url = databases.new(request.param)
    backend = build(url, tmp_path_factory.mktemp("demo"), ManualClock(NOW), DirectNetwork())
    await demo.seed(backend)
    yield backend
    await backend.close()
    databases.drop(url)


async def shown(backend: Backend, number: str) -> dict[str, Any]:
    async with backend.db.read_session() as session:
        return dict(json.loads(json.dumps(await show(session, backend, number), default=json_default)))


async def concerns(backend: Backend, number: str, amount: int | None = None) -> list[str]:
    async with backend.db.read_session() as session:
        account = await find_account(session, number)
        assert account
        due = await ledger.receivable_balance(session, account.id)
        methods = await list_saved_methods(session, account.member_id)
        found = await prechecks.find_warnings(
            session, backend, account, amount or due, backend.today(), method=methods[0] if methods else None
        )
    return [warning.code for warning in found]


async def test_seeding_twice_is_seeding_once(backend: Backend) -> None:
    assert await demo.seed(backend) is True
    assert await demo.seed(backend) is False
    async with backend.db.read_session() as session:
        assert await session.scalar(select(func.count(Member.id))) == len(demo.DEMO_PEOPLE)
        assert await ledger.find_imbalances(session) == []
        assert await audit.verify(session) is None


async def test_ruth_is_as_promised(seeded: Backend) -> None:
    found = await shown(seeded, "99999-001")
    assert found["member"]["name"] == "Ruth Alvarez"
    assert (found["member"]["phone"], found["member"]["language"]) == ("+15555550142", "en")
    assert found["member"]["email"] == "ruth@example.com"
    assert found["balance"]["amount_due_cents"] == 11240
    assert found["balance"]["past_due_cents"] == 0
    assert [(m["kind"], m["last4"]) for m in found["methods"]] == [("card", "4242"), ("bank", "6789")]
    assert len(found["bills"]) >= 13
    assert len(found["payments"]) == len(found["bills"]) - 1
    assert await concerns(seeded, "99999-001") == []


@pytest.mark.parametrize("number", ["99999-001", "99999001", "99999"])
async def test_show_accepts_every_form_of_the_number(seeded: Backend, number: str) -> None:
    assert (await shown(seeded, number))["accounts"][0]["number"] == "99999-001"


async def test_show_of_a_member_covers_every_separator(seeded: Backend) -> None:
    found = await shown(seeded, "40120")
    assert [account["number"] for account in found["accounts"]] == ["40120-001", "40120-002", "40120-003"]
    parts = [account["balance"]["amount_due_cents"] for account in found["accounts"]]
    assert found["balance"]["amount_due_cents"] == sum(parts) == 61561
    assert {bill["account"] for bill in found["bills"]} == {"40120-001", "40120-002", "40120-003"}


async def test_show_of_an_unknown_member(seeded: Backend) -> None:
    with pytest.raises(NoSuchMember):
        await shown(seeded, "12345-678")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("20417-001", ["nothing_due", "zero"]),
        ("20888-001", ["nothing_due", "zero"]),
        ("31005-001", []),
        ("60022-001", ["draft_soon"]),
        ("60023-001", ["autopay_soon"]),
        ("70002-001", ["method_expired"]),
        ("80001-001", ["account_closed"]),
        ("00417-002", []),
    ],
)
async def test_each_member_shows_its_feature(seeded: Backend, number: str, expected: list[str]) -> None:
    assert await concerns(seeded, number) == expected


@pytest.mark.parametrize(
    ("number", "budget", "levelized"),
    [
        ("20417-001", [], []),
        ("99999-001", [], ["balance"]),
        ("20888-001", [], []),
        ("31005-001", ["past_due"], ["past_due"]),
        ("50310-001", ["not_residential"], ["balance"]),
        ("70007-001", ["history"], ["history"]),
        ("80001-001", ["closed"], ["closed"]),
    ],
)
async def test_program_eligibility_of_the_members(
    seeded: Backend, number: str, budget: list[str], levelized: list[str]
) -> None:
    async with seeded.db.read_session() as session:
        account = await find_account(session, number)
        assert account
        refused = {offer.program: offer.reasons for offer in await programs.list_offers(session, seeded, account.id)}
    assert (list(refused[BUDGET])[:1], list(refused[LEVELIZED])[:1]) == (budget, levelized)


async def test_alerts_from_before_are_on(seeded: Backend) -> None:
    found = (await shown(seeded, "70008"))["alerts"]
    assert {(alert["alert"], alert["threshold"]) for alert in found} >= {("bill_due", 5), ("usage_over", 1200)}


async def test_the_newcomer_has_five_bills_and_as_many_months(seeded: Backend) -> None:
    assert len((await shown(seeded, "70007"))["bills"]) == 5
    async with seeded.db.read_session() as session:
        account = await find_account(session, "70007-001")
        assert account
        months = list(await session.scalars(select(MeterReading).where(MeterReading.account_id == account.id)))
    assert len(months) == 5
    assert all(month.kwh > 0 for month in months)


async def test_the_past_due_one_is_past_due(seeded: Backend) -> None:
    stands = (await shown(seeded, "31005"))["balance"]
    assert 0 < stands["past_due_cents"] < stands["amount_due_cents"]
    assert stands["due_on"] < seeded.today().isoformat()


async def test_the_banner_names_real_members(seeded: Backend) -> None:
    async with seeded.db.read_session() as session:
        for number, last4, _purpose in demo.DEMO_ACCOUNTS:
            account = await find_account(session, number)
            assert account
            assert (await session.get_one(Member, account.member_id)).phone_last4 == last4
    assert demo.DEMO_ACCOUNTS[0][:2] == ("99999-001", "0142")


async def test_the_banner_names_only_who_is_there(seeded: Backend) -> None:
    assert await demo.find_demo_accounts(seeded) == demo.DEMO_ACCOUNTS
    async with seeded.db.transaction() as session:
        await session.execute(update(Account).where(Account.number == "99999-001").values(number="99998-001"))
        await session.execute(update(Member).where(Member.number == "31005").values(phone="+15555550177"))
    there = {number for number, _, _ in await demo.find_demo_accounts(seeded)}
    assert len(there) < len(demo.DEMO_ACCOUNTS) - 1
    assert not [number for number in there if number.startswith(("99999-001", "31005"))]


async def test_bills_follow_each_other_and_add_up(seeded: Backend) -> None:
    async with seeded.db.read_session() as session:
        for account in await session.scalars(select(Account)):
            query = select(Bill).where(Bill.account_id == account.id).order_by(Bill.period_start)
            bills = list(await session.scalars(query))
            for earlier, later in itertools.pairwise(bills):
                assert later.period_start == earlier.period_end + timedelta(days=1)
            for bill in bills:
                assert sum(line["cents"] for line in bill.lines) == bill.amount_cents
                assert all(line["cents"] >= 0 for line in bill.lines)


async def test_every_demo_card_is_known_to_the_sandbox_network(seeded: Backend) -> None:
    network = DirectNetwork()
    async with seeded.db.read_session() as session:
        for method in await session.scalars(select(PaymentMethod).where(PaymentMethod.active)):
            [row] = network.database.all("select kind, last4 from methods where token = ?", method.token)
            assert (row["kind"], row["last4"]) == (method.kind, method.last4)
