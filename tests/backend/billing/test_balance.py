"""What an account owes: payments cover the oldest bill first."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from backend.app import Backend
from backend.billing import bills, ledger
from backend.billing.bills import InvalidBill
from backend.billing.ledger import LedgerLine
from backend.billing.models import Bill
from backend.clock import ManualClock
from backend.members.service import find_account
from backend.payments.balances import Balance, get_balance
from backend.payments.bank_returns import book_return
from backend.payments.processing import lock_payment
from backend.payments.refund_processing import process_refund
from backend.payments.refunds import request_refund
from backend.providers.billing.base import BillingProvider, PaymentFact
from tests.backend.account_question.asking import ask as ask_account
from tests.backend.household import DUE_CENTS, NOW, TODAY, Household, add_bill, make_household
from tests.backend.payments.paying import quote_for, say_yes

LATE, OPEN = TODAY - timedelta(days=11), TODAY + timedelta(days=19)


async def balance_of(backend: Backend, home: Household) -> Balance:
    async with backend.db.read_session() as session:
        return await get_balance(session, backend, home.account_id)


async def pay(backend: Backend, home: Household, cents: int, key: str = "p1") -> None:
    async with backend.db.transaction() as session:
        await backend.billing.payment_posted(session, PaymentFact(key, home.account_id, cents, 0, NOW))


async def two_bills(backend: Backend) -> Household:
    home = await make_household(backend, due_cents=0)
    await add_bill(backend, home.account_id, 10000, LATE)
    await add_bill(backend, home.account_id, 8000, OPEN)
    return home


@pytest.mark.parametrize(
    ("paid", "due", "due_on", "past_due"),
    [
        (0, 18000, LATE, 10000),
        (4000, 14000, LATE, 6000),
        (10000, 8000, OPEN, 0),
        (12500, 5500, OPEN, 0),
        (18000, 0, None, 0),
        (20000, -2000, None, 0),
    ],
)
async def test_the_oldest_bill_is_covered_first(
    backend: Backend, paid: int, due: int, due_on: date | None, past_due: int
) -> None:
    home = await two_bills(backend)
    if paid:
        await pay(backend, home, paid)
    now = await balance_of(backend, home)
    assert (now.amount_due_cents, now.due_on, now.past_due_cents) == (due, due_on, past_due)


async def test_what_went_back_is_owed_since_that_day_and_never_past_due_for_an_old_bill(
    backend: Backend, clock: ManualClock
) -> None:
    home = await two_bills(backend)
    outcome = await say_yes(backend, await quote_for(backend, home, 18000))
    assert outcome.payment
    async with backend.db.transaction() as session:
        refund = await request_refund(
            session, backend, key="r1", payment_id=outcome.payment.id, amount_cents=10000, reason="asked", asked_by="a"
        )  # fmt: skip
    await process_refund(backend, refund.id)
    now = await balance_of(backend, home)
    assert (now.amount_due_cents, now.due_on, now.past_due_cents, now.next_due_on) == (10000, OPEN, 0, OPEN)
    assert now.given_back_cents == 10000
    assert await ask_account(backend, home, "due_when") == (
        "$100.00 is due on Monday, December 7. Of that, $100.00 was given back to you and is owed again."
    )
    async with backend.db.transaction() as session:
        payment = await lock_payment(session, outcome.payment.id)
        assert await book_return(session, backend, payment, "R01")
    now = await balance_of(backend, home)
    assert (now.amount_due_cents, now.due_on, now.past_due_cents) == (28000, LATE, 10000), "the bank took that back"
    assert now.given_back_cents == 10000
    await pay(backend, home, 18000)
    now = await balance_of(backend, home)
    assert (now.amount_due_cents, now.past_due_cents) == (10000, 0)
    clock.advance(days=21)
    assert (await balance_of(backend, home)).past_due_cents == 0
    await add_bill(backend, home.account_id, 5000, OPEN + timedelta(days=1))
    await pay(backend, home, 10000, "p2")
    assert (await balance_of(backend, home)).past_due_cents == 0


async def test_a_bill_is_not_past_due_on_its_due_date(backend: Backend, clock: ManualClock) -> None:
    home = await make_household(backend, due_on=TODAY)
    assert (await balance_of(backend, home)).past_due_cents == 0
    clock.advance(hours=13, minutes=59)  # a minute to midnight in Chicago, and tomorrow already in UTC
    assert (await balance_of(backend, home)).past_due_cents == 0
    clock.advance(minutes=1)
    assert (await balance_of(backend, home)).past_due_cents == DUE_CENTS


async def test_a_credit_covers_the_next_bill(backend: Backend) -> None:
    home = await two_bills(backend)
    await pay(backend, home, 20000)
    await add_bill(backend, home.account_id, 9000, OPEN + timedelta(days=30))
    assert (await balance_of(backend, home)).amount_due_cents == 7000


async def test_money_owed_outside_of_bills_makes_no_bill_larger(backend: Backend) -> None:
    home = await two_bills(backend)
    async with backend.db.transaction() as session:
        pair = LedgerLine(ledger.RECEIVABLE, 500), LedgerLine(ledger.REVENUE, -500)
        await ledger.write_booking(session, "opening", pair, account_id=home.account_id, at=NOW)
    now = await balance_of(backend, home)
    assert (now.amount_due_cents, now.past_due_cents) == (18500, 10000)


async def test_a_returned_payment_is_owed_again(backend: Backend, home: Household) -> None:
    await pay(backend, home, DUE_CENTS)
    async with backend.db.transaction() as session:
        await backend.billing.payment_returned(session, PaymentFact("p1", home.account_id, DUE_CENTS, 0, NOW))
    assert (await balance_of(backend, home)).amount_due_cents == DUE_CENTS


async def test_last_payment_and_pending_payments(backend: Backend) -> None:
    home = await make_household(backend, card_token="tok_visa_timeout")
    fresh = await balance_of(backend, home)
    assert (fresh.last_payment_cents, fresh.last_payment_on, fresh.pending_cents) == (None, None, 0)
    await say_yes(backend, await quote_for(backend, home, amount=3000, method_id=home.bank_id))
    await say_yes(backend, await quote_for(backend, home, amount=4000))
    now = await balance_of(backend, home)
    assert (now.last_payment_cents, now.last_payment_on, now.pending_cents) == (3000, TODAY, 4000)
    assert now.amount_due_cents == DUE_CENTS - 3000


async def test_scheduled_payments_are_listed_next_first(backend: Backend, home: Household) -> None:
    for days in (9, 2):
        on = TODAY + timedelta(days=days)
        await say_yes(backend, await quote_for(backend, home, amount=100 + days, pay_on=on))
    assert [item.amount_cents for item in (await balance_of(backend, home)).scheduled] == [102, 109]


@pytest.mark.parametrize("digits", ["99999-001", "99999001", " 99999001 "])
async def test_an_account_is_found_with_and_without_its_dash(backend: Backend, home: Household, digits: str) -> None:
    async with backend.db.read_session() as session:
        account = await find_account(session, digits)
    assert account
    assert account.id == home.account_id


@pytest.mark.parametrize("digits", ["", "99999", "99999002", "099999001"])
async def test_similar_account_number_finds_nothing(backend: Backend, home: Household, digits: str) -> None:
    async with backend.db.read_session() as session:
        assert await find_account(session, digits) is None


async def test_a_bill_whose_lines_do_not_add_up_is_refused(backend: Backend, home: Household) -> None:
    bill = Bill(
        account_id=home.account_id, number="odd", issued_on=TODAY, due_on=TODAY, period_start=TODAY,
        period_end=TODAY, amount_cents=100, lines=[{"label": "Energy", "cents": 99}],
    )  # fmt: skip
    with pytest.raises(InvalidBill):
        async with backend.db.transaction() as session:
            await bills.issue(session, bill, at=NOW)


def test_builtin_billing_is_a_billing_provider(backend: Backend) -> None:
    assert isinstance(backend.billing, BillingProvider)
