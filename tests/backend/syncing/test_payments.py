"""payments.csv: what was paid elsewhere is paid for every part of memberline, and our own payments may come back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from backend.account_question.past_payments import describe_last_payment
from backend.account_question.question import AccountQuestion
from backend.app import Backend
from backend.autopay.daily_run import run_autopay
from backend.billing import ledger
from backend.billing.models import Account, OutsideEntry
from backend.clock import ManualClock
from backend.payments import prechecks
from backend.payments.balances import get_balance
from backend.payments.past_payments import list_payments
from backend.payments.scheduled_runs import run_scheduled
from backend.payments.service import total_paid_in_year
from tests.backend.autopay.enrollments import add_autopay, add_draft, drafts, texts
from tests.backend.household import DUE_CENTS, TODAY, Household, add_bill
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import payments, quote_for, say_yes
from tests.backend.posting.movements import rows as queued
from tests.backend.syncing.feeds import PAYMENTS, acts, books_are_whole, count, owed, refuse, take, take_over

DUE_ON = TODAY + timedelta(days=20)
COUNTER = "P-1,99999-001,,11/17/2026,$112.40,counter,,\n"


async def test_auto_pay_does_not_take_a_bill_that_was_paid_at_the_counter(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock, tmp_path: Path
) -> None:
    await add_autopay(backend, home)
    await take(backend, tmp_path, payments=PAYMENTS + COUNTER)
    clock.advance(days=20)
    assert await run_autopay(backend, DUE_ON) == {}
    assert (network.taken_cents(), await payments(backend), await drafts(backend)) == (0, [], [])
    assert await owed(backend, "99999-001") == 0
    assert await books_are_whole(backend)


async def test_a_draft_takes_what_the_counter_left(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock, tmp_path: Path
) -> None:
    await add_draft(backend, home)
    await take(backend, tmp_path, payments=PAYMENTS + COUNTER.replace("112.40", "12.40"))
    clock.advance(days=20)
    assert await run_autopay(backend, DUE_ON) == {"posted": 1}
    assert network.taken_cents() == DUE_CENTS - 1240


async def _schedule(backend: Backend, home: Household) -> None:
    await say_yes(backend, await quote_for(backend, home, pay_on=TODAY + timedelta(days=5)))


@pytest.mark.parametrize(("paid", "taken"), [("112.40", 0), ("12.40", 10_000), ("500.00", 0)])
async def test_a_scheduled_payment_leaves_out_what_was_paid_elsewhere(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock, tmp_path: Path, paid: str, taken: int
) -> None:
    await _schedule(backend, home)
    clock.advance(hours=2)
    await take(backend, tmp_path, payments=PAYMENTS + COUNTER.replace("112.40", paid))
    clock.advance(days=5)
    assert await run_scheduled(backend, backend.today()) == 1
    assert network.taken_cents() == taken
    said = [text for text in await texts(backend, "notice") if "was not made: it was paid elsewhere" in text]
    assert len(said) == (0 if taken else 1)


async def test_history_questions_and_checks_see_it(backend: Backend, home: Household, tmp_path: Path) -> None:
    mailed = "P-1,99999-001,payment,2026-11-16,112.40,mail,1043,\nP-2,99999-001,return,2026-11-17,20.00,,,\n"
    await take(backend, tmp_path, payments=PAYMENTS + mailed.splitlines()[0] + "\n")
    async with backend.db.read_session() as session:
        asked = await _question(backend, home, session, "did my check arrive")
        said = await describe_last_payment(asked)
        assert said == "Your payment went through: $112.40 on Monday, November 16, number 1043."
        balance = await get_balance(session, backend, home.account_id)
        assert (balance.amount_due_cents, balance.last_payment_cents) == (0, DUE_CENTS)
        assert await total_paid_in_year(session, home.account_id, 2026) == DUE_CENTS
        warned = await prechecks.find_warnings(session, backend, asked.account, DUE_CENTS, TODAY)
        assert warned[0].code == "nothing_due"
    await take(backend, tmp_path, payments=PAYMENTS + mailed)
    async with backend.db.read_session() as session:
        listed = [(each.status, each.amount_cents) for each in await list_payments(session, home.account_id)]
    assert listed == [("returned", 2000), ("posted", DUE_CENTS)]
    assert await owed(backend, "99999-001") == 2000


async def _question(backend: Backend, home: Household, session: object, words: str) -> AccountQuestion:
    account = await session.get_one(Account, home.account_id)  # type: ignore[attr-defined]
    return AccountQuestion(session=session, backend=backend, account=account, words=words)  # type: ignore[arg-type]


async def test_our_own_payment_comes_back_and_is_not_booked_twice(
    backend: Backend, home: Household, tmp_path: Path
) -> None:
    await say_yes(backend, await quote_for(backend, home))
    [ours] = await payments(backend)
    echo = f"P-1,99999-001,payment,2026-11-18,112.40,card,{ours.confirmation},\n"
    first = await take(backend, tmp_path, payments=PAYMENTS + echo)
    assert (first.counts["recognized"], first.counts["difference"]) == (1, 0)
    by_key = f"P-2,99999-001,payment,2026-11-18,100.00,card,payment:{ours.key},\n"
    second = await take(backend, tmp_path, payments=PAYMENTS + echo + by_key)
    assert second.names["difference"] == [
        f"P-2 ({ours.confirmation}): is in their books twice, as P-1 too",
        f"P-2 ({ours.confirmation}): 10000 cents there, 11240 cents here",
    ]
    assert await owed(backend, "99999-001") == 0
    async with backend.db.read_session() as session:
        assert [each.confirmation for each in await list_payments(session, home.account_id)] == [ours.confirmation]
        assert await ledger.book_total(session, ledger.ELSEWHERE) == 0


async def test_our_payment_on_another_account_is_refused(backend: Backend, home: Household, tmp_path: Path) -> None:
    await say_yes(backend, await quote_for(backend, home))
    [ours] = await payments(backend)
    await take_over(backend, tmp_path)
    row = f"P-1,00417-001,payment,2026-11-18,112.40,card,{ours.confirmation},\n"
    [said] = await refuse(backend, tmp_path, payments=PAYMENTS + row)
    assert "own payment on 99999-001 and not on 00417-001: book adjustments to move it" in said
    assert await count(backend, OutsideEntry) == 0


async def test_each_kind_moves_the_balance_its_way(backend: Backend, home: Household, tmp_path: Path) -> None:
    rows = (
        "A,99999-001,payment,2026-11-17,50.00,bank,,\nB,99999-001,return,2026-11-17,50.00,bank,,\n"
        "C,99999-001,credit,2026-11-17,10.00,,,\nD,99999-001,fee,2026-11-17,5.00,,,\n"
        "E,99999-001,adjustment,2026-11-17,(2.00),,,\nF,99999-001,adjustment,2026-11-17,1.00,,,\n"
    )
    await take(backend, tmp_path, payments=PAYMENTS + rows)
    assert await owed(backend, "99999-001") == DUE_CENTS - 1000 + 500 - 200 + 100
    assert [row.act for row in await acts(backend)][:3] == ["outside_payment", "outside_return", "outside_credit"]
    assert await books_are_whole(backend)


async def test_a_changed_and_a_void_row_are_booked_anew(backend: Backend, home: Household, tmp_path: Path) -> None:
    for row, due in (
        (COUNTER, 0),
        (COUNTER.replace("112.40", "100.00"), 1240),
        (COUNTER.replace(",,\n", ",,void\n"), DUE_CENTS),
        (COUNTER, 0),
        (COUNTER.replace(",,11/17", ",credit,11/17"), 0),
    ):
        await take(backend, tmp_path, payments=PAYMENTS + row)
        await take(backend, tmp_path, payments=PAYMENTS + row)
        assert await owed(backend, "99999-001") == due
    async with backend.db.read_session() as session:
        assert await ledger.book_total(session, ledger.ELSEWHERE) == 0
    assert await books_are_whole(backend)


async def test_what_was_paid_before_the_takeover_is_history_alone(
    backend: Backend, tmp_path: Path, clock: ManualClock
) -> None:
    await take_over(backend, tmp_path)
    rows = "P-1,00417-001,payment,2026-11-17,100.00,mail,,\nP-2,00417-001,payment,2026-11-18,90.00,mail,,\n"
    outcome = await take(backend, tmp_path, payments=PAYMENTS + rows)
    assert outcome.names["taken_over"] == ["P-1 on 00417-001: payment of $100.00"]
    assert await owed(backend, "00417-001") == 10_000
    # a bill of after that day is booked whole: its payment comes in payments.csv
    clock.advance(days=30)
    bill = "00417-001,N-1,2026-12-10,2026-12-30,2026-11-08,2026-12-07,650,80.00,80.00,\n"
    head = "account,number,issued_on,due_on,period_start,period_end,kwh,amount,paid,lines\n"
    await take(backend, tmp_path, bills=head + bill)
    assert await owed(backend, "00417-001") == 18_000


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("P-1,99999-001,payment,2026-11-17,-5.00,,,", "amount of a payment is positive"),
        ("P-1,99999-001,payment,2026-11-19,5.00,,,", 'posted_on "2026-11-19" is after today'),
        ("P-1,99999-009,payment,2026-11-17,5.00,,,", "there is no account 99999-009"),
        ("1.2E+10,99999-001,payment,2026-11-17,5.00,,,", "was turned into a number by a spreadsheet"),
        ("P-1,99999-001,gift,2026-11-17,5.00,,,", 'kind "gift" is none of payment, return, credit, fee, adjustment'),
        ("P-1,99999-001,payment,2026-11-17,0.00,,,", "amount is nothing"),
    ],
)
async def test_a_bad_row_is_named(backend: Backend, home: Household, tmp_path: Path, row: str, said: str) -> None:
    [reason] = await refuse(backend, tmp_path, payments=f"{PAYMENTS}{row}\n")
    assert reason.startswith("payments.csv:2: ")
    assert said in reason


async def test_a_fee_makes_no_old_bill_look_unpaid(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock, tmp_path: Path
) -> None:
    fee = "F-1,99999-001,fee,2026-11-18,5.00,,,\n"
    await take(backend, tmp_path, payments=PAYMENTS + COUNTER + fee)
    clock.advance(days=21)
    async with backend.db.read_session() as session:
        balance = await get_balance(session, backend, home.account_id)
    assert (balance.amount_due_cents, balance.past_due_cents, balance.due_on) == (500, 0, None)
    await add_autopay(backend, home)
    assert await run_autopay(backend, backend.today()) == {}
    assert network.taken_cents() == 0


async def test_a_fee_that_was_paid_takes_nothing_off_a_later_bill(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock, tmp_path: Path
) -> None:
    paid = COUNTER.replace("112.40", "117.40").replace("11/17", "11/18")
    await take(backend, tmp_path, payments=PAYMENTS + "F-1,99999-001,fee,2026-11-17,5.00,,,\n" + paid)
    assert await owed(backend, "99999-001") == 0
    clock.advance(days=30)
    await add_bill(backend, home.account_id, 8_000, backend.today())
    await add_autopay(backend, home)
    assert await run_autopay(backend, backend.today()) == {"posted": 1}
    assert network.taken_cents() == 8_000
    assert await owed(backend, "99999-001") == 0


async def test_nothing_of_the_file_is_ever_posted_back(backend: Backend, home: Household, tmp_path: Path) -> None:
    await say_yes(backend, await quote_for(backend, home, 5_000))
    [ours] = await payments(backend)
    rows = (
        f"A,99999-001,payment,2026-11-18,50.00,card,{ours.confirmation},\n"
        "B,99999-001,payment,2026-11-18,50.00,bank,,\nC,99999-001,return,2026-11-18,50.00,bank,,\n"
        "D,99999-001,credit,2026-11-18,10.00,,,\nE,99999-001,fee,2026-11-18,5.00,,,\n"
        "F,99999-001,adjustment,2026-11-18,(2.00),,,\n"
    )
    await take(backend, tmp_path, payments=PAYMENTS + rows)
    await take(backend, tmp_path, payments=PAYMENTS + rows.replace("50.00,bank,,", "40.00,bank,,"))
    assert [row.key for row in await queued(backend)] == [f"payment:{ours.key}"]
