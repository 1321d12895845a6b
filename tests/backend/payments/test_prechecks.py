"""Warnings before a payment: each one, when it is there and when it is not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest

from backend.app import Backend
from backend.autopay.models import AutoPay, LegacyDraft
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.payments import prechecks
from backend.payments.models import PaymentMethod
from tests.backend.household import DUE_CENTS, TODAY, Household, make_household
from tests.backend.payments.paying import quote_for, say_yes

Change = Callable[[Backend, Household], Awaitable[None]]


async def found(
    backend: Backend, home: Household, amount: int = DUE_CENTS, on: date = TODAY, method_id: int | None = None
) -> list[prechecks.PaymentWarning]:
    async with backend.db.read_session() as session:
        account = await session.get_one(Account, home.account_id)
        method = await session.get_one(PaymentMethod, method_id) if method_id else None
        return await prechecks.find_warnings(session, backend, account, amount, on, method=method)


async def codes(backend: Backend, home: Household, **asked: object) -> list[str]:
    return [warning.code for warning in await found(backend, home, **asked)]  # type: ignore[arg-type]


async def test_paying_the_bill_is_of_no_concern(backend: Backend, home: Household) -> None:
    assert await codes(backend, home, method_id=home.card_id) == []


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"amount": 1}, []),
        ({"amount": 0}, ["zero"]),
        ({"amount": -1}, ["zero"]),
        ({"amount": DUE_CENTS + 1}, ["over_due"]),
        ({"amount": 1_000_000}, ["over_due"]),
        ({"amount": 1_000_001}, ["absurd"]),
        ({"on": TODAY - timedelta(days=1)}, ["day_past"]),
        ({"on": TODAY + timedelta(days=60)}, ["after_due"]),
        ({"on": TODAY + timedelta(days=61)}, ["day_too_far", "after_due"]),
    ],
)
async def test_amounts_and_days_at_their_edges(
    backend: Backend, home: Household, asked: dict[str, object], expected: list[str]
) -> None:
    assert await codes(backend, home, **asked) == expected


async def test_the_due_date_is_in_time_and_the_day_after_is_late(backend: Backend, home: Household) -> None:
    async with backend.db.read_session() as session:
        owed = await backend.billing.balance(session, home.account_id, backend.today())
    assert owed.due_on is not None
    assert await codes(backend, home, on=owed.due_on) == []
    [late] = await found(backend, home, on=owed.due_on + timedelta(days=1))
    assert (late.code, late.blocking) == ("after_due", False)


async def test_overpayment_warning_has_the_difference(backend: Backend, home: Household) -> None:
    [warning] = await found(backend, home, amount=DUE_CENTS + 760)
    assert (warning.blocking, warning.values) == (False, {"due_cents": DUE_CENTS, "over_cents": 760})


async def test_nothing_due_blocks_and_names_the_credit(backend: Backend) -> None:
    home = await make_household(backend, due_cents=0)
    [warning] = await found(backend, home, amount=500)
    assert (warning.code, warning.blocking, warning.values) == ("nothing_due", True, {"credit_cents": 0})


async def test_a_closed_account_blocks(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(Account, home.account_id)).status = "closed"
    assert [(c.code, c.blocking) for c in await found(backend, home)] == [("account_closed", True)]


@pytest.mark.parametrize(
    ("month", "year", "on", "expected"),
    [
        (11, 2026, TODAY, []),
        (10, 2026, TODAY, ["method_expired"]),
        (11, 2026, date(2026, 11, 30), []),
        (11, 2026, date(2026, 12, 1), ["method_expired"]),
    ],
)
async def test_a_card_is_good_to_the_end_of_its_month(
    backend: Backend, home: Household, month: int, year: int, on: date, expected: list[str]
) -> None:
    async with backend.db.transaction() as session:
        card = await session.get_one(PaymentMethod, home.card_id)
        card.exp_month, card.exp_year = month, year
    assert await codes(backend, home, on=on, method_id=home.card_id) == expected


async def test_the_same_amount_again_is_asked_about_for_a_while(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    paid = await say_yes(backend, await quote_for(backend, home, amount=4000))
    clock.advance(minutes=15)
    [warning] = await found(backend, home, amount=4000)
    assert (warning.code, warning.blocking) == ("same_amount_recent", False)
    assert (warning.values["confirmation"], warning.values["minutes"]) == (paid.confirmation, 15)
    assert await codes(backend, home, amount=4001) == []
    clock.advance(minutes=1)
    assert await codes(backend, home, amount=4000) == []


async def test_how_long_ago_does_not_make_it_another_concern(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    await say_yes(backend, await quote_for(backend, home, amount=4000))
    [before] = await found(backend, home, amount=4000)
    clock.advance(minutes=3)
    [after] = await found(backend, home, amount=4000)
    assert before.values != after.values
    assert before.fingerprint == after.fingerprint


async def test_pending_money_is_mentioned(backend: Backend) -> None:
    home = await make_household(backend, card_token="tok_visa_timeout")
    assert (await say_yes(backend, await quote_for(backend, home, amount=4000))).kind == "pending"
    assert await codes(backend, home, amount=500) == ["pending_payment"]
    assert await codes(backend, home, amount=4000) == ["pending_payment", "same_amount_recent"]


async def test_scheduled_payment_is_mentioned(backend: Backend, home: Household) -> None:
    on = TODAY + timedelta(days=3)
    made = await say_yes(backend, await quote_for(backend, home, amount=4000, pay_on=on))
    [warning] = await found(backend, home, amount=500)
    assert warning.code == "scheduled_exists"
    assert warning.values == {"amount_cents": 4000, "on": on, "confirmation": made.confirmation}


@pytest.mark.parametrize(("days", "expected"), [(0, ["draft_soon"]), (10, ["draft_soon"]), (11, [])])
async def test_draft_is_mentioned_when_it_is_near(backend: Backend, days: int, expected: list[str]) -> None:
    home = await make_household(backend, due_on=TODAY + timedelta(days=days))
    async with backend.db.transaction() as session:
        session.add(LegacyDraft(account_id=home.account_id, method_id=home.bank_id))
    assert await codes(backend, home) == expected


async def test_draft_before_the_payment_is_mentioned_however_far_ahead(backend: Backend) -> None:
    home = await make_household(backend, due_on=TODAY + timedelta(days=20))
    async with backend.db.transaction() as session:
        session.add(LegacyDraft(account_id=home.account_id, method_id=home.bank_id))
    assert "draft_soon" in await codes(backend, home, on=TODAY + timedelta(days=22))
    assert "draft_soon" not in await codes(backend, home, on=TODAY + timedelta(days=19))


async def test_auto_pay_is_mentioned_with_its_day_and_amount(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        session.add(AutoPay(account_id=home.account_id, method_id=home.card_id, day_of_month=20))
    [warning] = await found(backend, home)
    assert (warning.code, warning.blocking) == ("autopay_soon", False)
    assert warning.values == {"on": date(2026, 11, 20), "amount_cents": DUE_CENTS}


@pytest.mark.parametrize("model", [AutoPay, LegacyDraft])
async def test_disabled_payment_plan_is_not_mentioned(
    backend: Backend, home: Household, model: type[AutoPay] | type[LegacyDraft]
) -> None:
    async with backend.db.transaction() as session:
        session.add(model(account_id=home.account_id, method_id=home.card_id, active=False))
    assert await codes(backend, home) == []


async def test_blocking_precheck_comes_first(backend: Backend, home: Household) -> None:
    await say_yes(backend, await quote_for(backend, home, amount=4000, pay_on=TODAY + timedelta(days=3)))
    assert await codes(backend, home, amount=0) == ["zero", "scheduled_exists"]
