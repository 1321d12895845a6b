"""The payment run: what it drafts, what it leaves alone, and what follows a decline or a return."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from backend.app import Backend
from backend.autopay.daily_run import run_autopay
from backend.autopay.models import AutomaticDraft, AutoPay, LegacyDraft
from backend.clock import ManualClock
from backend.consents.models import Consent
from backend.payments.models import Payment, PaymentMethod
from backend.payments.scheduled_runs import run_scheduled
from tests.backend.autopay.enrollments import add_autopay, add_draft, cancel, drafts, enroll, set_token, texts
from tests.backend.household import DUE_CENTS, TODAY, Household, add_bill, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import due, payments, quote_for, say_yes

DUE_ON = TODAY + timedelta(days=20)


async def run_on(backend: Backend, clock: ManualClock, day: object) -> dict[str, int]:
    clock.advance(days=(day - backend.today()).days)  # type: ignore[operator]
    return await run_autopay(backend, backend.today())


@pytest.mark.parametrize("kind", ["autopay", "draft"])
async def test_each_kind_pays_on_the_due_date_once(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock, kind: str
) -> None:
    await (add_autopay if kind == "autopay" else add_draft)(backend, home)
    assert await run_on(backend, clock, DUE_ON - timedelta(days=1)) == {}
    assert await run_on(backend, clock, DUE_ON) == {"posted": 1}
    assert await run_autopay(backend, DUE_ON) == {}
    [payment] = await payments(backend)
    assert (payment.status, payment.channel, payment.amount_cents) == ("posted", kind, DUE_CENTS)
    assert network.taken_cents() == DUE_CENTS
    assert [draft.status for draft in await drafts(backend)] == ["paid"]
    assert any(payment.confirmation in text for text in await texts(backend, "receipt"))


@pytest.mark.parametrize(("day", "runs"), [(25, "2026-11-25"), (31, "2026-11-30"), (17, "2026-12-17")])
async def test_a_day_of_the_month_clamps_to_its_end(
    backend: Backend, home: Household, clock: ManualClock, day: int, runs: str
) -> None:
    await add_autopay(backend, home, day=day)
    for _ in range(35):
        await run_autopay(backend, backend.today())
        clock.advance(days=1)
    [draft] = await drafts(backend)
    assert draft.run_on.isoformat() == runs


async def test_a_missed_run_is_made_up_for_but_not_weeks_later(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    await add_autopay(backend, home)
    late = await make_household(backend, number="88888", due_on=DUE_ON - timedelta(days=6))
    await add_autopay(backend, late)
    assert await run_on(backend, clock, DUE_ON + timedelta(days=4)) == {"posted": 1}
    assert [draft.account_id for draft in await drafts(backend)] == [home.account_id]


async def test_two_runs_at_once_draft_once(backend: Backend, home: Household, network: DirectNetwork) -> None:
    await add_autopay(backend, home)
    await asyncio.gather(*(run_autopay(backend, DUE_ON) for _ in range(3)))
    assert network.taken_cents() == DUE_CENTS
    assert len(await payments(backend)) == 1


async def test_paid_or_pending_bill_is_left_alone(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    await add_autopay(backend, home)
    await say_yes(backend, await quote_for(backend, home, amount=4000))
    await say_yes(backend, await quote_for(backend, home, amount=5000, pay_on=DUE_ON))
    await run_on(backend, clock, DUE_ON)
    await run_scheduled(backend, DUE_ON)
    assert [payment.amount_cents for payment in await payments(backend)] == [4000, DUE_CENTS - 9000, 5000]
    assert network.taken_cents() == DUE_CENTS
    assert await due(backend, home.account_id) == 0


async def test_a_bill_that_is_covered_is_not_drafted(backend: Backend, home: Household, network: DirectNetwork) -> None:
    await add_draft(backend, home)
    await say_yes(backend, await quote_for(backend, home, pay_on=DUE_ON))
    await run_autopay(backend, DUE_ON)
    assert await payments(backend) == []
    assert await drafts(backend) == []


async def test_the_database_refuses_a_second_draft_of_a_bill(backend: Backend, home: Household) -> None:
    await add_autopay(backend, home)
    await run_autopay(backend, DUE_ON)
    [first] = await drafts(backend)
    with pytest.raises(DatabaseError):
        async with backend.db.transaction() as session:
            session.add(
                AutomaticDraft(
                    key="another",
                    bill_id=first.bill_id,
                    account_id=first.account_id,
                    kind="draft",
                    method_id=first.method_id,
                    amount_cents=1,
                    run_on=DUE_ON,
                    tried_on=DUE_ON,
                    created_at=backend.clock.now(),
                )
            )


@pytest.mark.parametrize("first", ["autopay", "draft"])
async def test_the_database_refuses_both_at_once(backend: Backend, home: Household, first: str) -> None:
    await (add_autopay if first == "autopay" else add_draft)(backend, home)
    with pytest.raises(DatabaseError, match="never both"):
        await (add_draft if first == "autopay" else add_autopay)(backend, home)


async def test_two_bills_are_drafted_each_by_itself(backend: Backend, home: Household, network: DirectNetwork) -> None:
    await add_bill(backend, home.account_id, 5000, DUE_ON)
    await add_autopay(backend, home, day=DUE_ON.day)
    assert await run_autopay(backend, DUE_ON) == {"posted": 2}
    assert sorted(draft.amount_cents for draft in await drafts(backend)) == [5000, DUE_CENTS]
    assert network.taken_cents() == DUE_CENTS + 5000


async def test_declined_card_is_tried_twice_more_with_a_notice_each(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    await set_token(backend, home.card_id, "tok_visa_insufficient")
    await add_autopay(backend, home)
    for _ in range(60):
        await run_autopay(backend, backend.today())
        clock.advance(days=1)
    tried = [payment.created_at.date() for payment in await payments(backend)]
    # two pauses, of three and of five banking days
    assert tried == [DUE_ON, DUE_ON + timedelta(days=3), DUE_ON + timedelta(days=10)]
    notices = await texts(backend, "notice")
    assert ["try again" in text for text in notices] == [True, True, False]
    assert all("not enough funds" in text and len(text) <= 160 for text in notices)
    assert [(draft.status, draft.attempts) for draft in await drafts(backend)] == [("failed", 3)]


async def test_a_card_that_will_never_do_is_not_tried_again(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    await set_token(backend, home.card_id, "tok_visa_declined")
    await add_autopay(backend, home)
    for _ in range(60):
        await run_autopay(backend, backend.today())
        clock.advance(days=1)
    assert len(await payments(backend)) == 1
    assert "pay another way" in (await texts(backend, "notice"))[0]


async def test_expired_card_is_reported_and_not_charged(
    backend: Backend, home: Household, network: DirectNetwork
) -> None:
    await add_autopay(backend, home)
    async with backend.db.transaction() as session:
        (await session.get_one(PaymentMethod, home.card_id)).exp_year = 2025
    for _ in range(2):
        await run_autopay(backend, DUE_ON)
    assert await payments(backend) == []
    [notice] = await texts(backend, "notice")
    assert "has expired" in notice


async def test_not_enough_funds_at_the_bank_comes_back_and_is_tried_twice_more(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    await set_token(backend, home.bank_id, "tok_bank_r01")
    await add_draft(backend, home)
    for _ in range(70):
        await run_autopay(backend, backend.today())
        clock.advance(days=1)
        network.pass_days(1)
    made = await payments(backend)
    assert [(payment.status, payment.decline_code) for payment in made] == [("returned", "R01")] * 3
    assert await due(backend, home.account_id) == DUE_CENTS
    notices = await texts(backend, "notice")
    assert ["try again" in text for text in notices] == [True, True, False]
    assert all("came back" in text for text in notices)


async def test_a_revoked_authorization_ends_the_enrollment(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    await enroll(backend, home, method_id=home.bank_id)
    await set_token(backend, home.bank_id, "tok_bank_r01")
    await run_on(backend, clock, DUE_ON)
    [payment] = await payments(backend)
    network.pass_days(7)
    network.database.execute("update returns set code = 'R07' where key = ?", payment.key)
    if not network.database.all("select key from returns"):
        network.database.execute("update charges set return_code = 'R07' where key = ?", payment.key)
    for _ in range(30):
        await run_autopay(backend, backend.today())
        clock.advance(days=1)
    assert [made.decline_code for made in await payments(backend)] == ["R07"]
    assert "Auto Pay is now off" in (await texts(backend, "notice"))[0]
    async with backend.db.read_session() as session:
        assert (await session.scalars(select(AutoPay.active))).one() is False
        assert (await session.scalars(select(Consent.revoked_at))).one() is not None


async def test_bill_paid_meanwhile_is_not_tried_again(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    await set_token(backend, home.card_id, "tok_visa_insufficient")
    await add_autopay(backend, home)
    await run_on(backend, clock, DUE_ON)
    await say_yes(backend, await quote_for(backend, home, method_id=home.bank_id))
    await run_on(backend, clock, DUE_ON + timedelta(days=30))
    assert network.taken_cents() == DUE_CENTS
    assert [draft.status for draft in await drafts(backend)] == ["covered"]


async def test_canceled_autopay_is_not_tried_again(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    await set_token(backend, home.card_id, "tok_visa_insufficient")
    await add_autopay(backend, home)
    await run_on(backend, clock, DUE_ON)
    await cancel(backend, home)
    await run_on(backend, clock, DUE_ON + timedelta(days=10))
    assert len(await payments(backend)) == 1


@pytest.mark.parametrize("token", ["tok_visa_timeout", "tok_visa_timeout_lost", "tok_visa_timeout_post"])
async def test_a_silent_network_is_asked_again_by_the_next_run(
    backend: Backend, home: Household, network: DirectNetwork, token: str
) -> None:
    await set_token(backend, home.card_id, token)
    await add_autopay(backend, home)
    assert await run_autopay(backend, DUE_ON) == {"unsettled": 1}
    assert await run_autopay(backend, DUE_ON) == {"posted": 1}
    assert network.taken_cents() == DUE_CENTS


async def test_draft_replaced_by_autopay_takes_no_bill_twice(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    await add_draft(backend, home)
    await run_on(backend, clock, DUE_ON)
    await enroll(backend, home, replace_draft=True, day_of_month=(DUE_ON + timedelta(days=7)).day)
    for _ in range(20):
        await run_autopay(backend, backend.today())
        clock.advance(days=1)
    assert network.taken_cents() == DUE_CENTS
    async with backend.db.read_session() as session:
        assert list(await session.scalars(select(LegacyDraft.active))) == [False]
        assert len(list(await session.scalars(select(Payment.id)))) == 1
