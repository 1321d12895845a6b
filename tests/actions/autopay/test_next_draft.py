"""The described next automatic payment agrees with what the runs of the following days draft."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import select

from backend.account_question.automatic_payments import describe_autopay
from backend.account_question.question import AccountQuestion
from backend.app import Backend
from backend.autopay.daily_run import run_autopay
from backend.autopay.models import AutomaticDraft, AutoPay, LegacyDraft
from backend.autopay.schedule import first_run_day
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.language import format_day
from backend.money import format_cents
from backend.payments.models import Payment, ScheduledPayment
from tests.backend.household import NOW, TODAY, Household, add_bill, make_household
from tests.backend.network import DirectNetwork
from tests.support.harness.talk import Talk

DAYS = (None, 1, 15, 18, 19, 29, 30, 31)
BILLS: tuple[tuple[tuple[int, int], ...], ...] = (
    ((11240, 20),),
    ((5000, -10), (7000, 1)),
    ((6000, 0),),
    ((3000, 1), (1, 20)),
    (),
    ((-2500, 5),),
)
"""Cents and days until due; the last is a credit."""
MOST_DAYS = 45


async def make_enrolled_household(
    backend: Backend, at: int, day: int | None, bills: tuple[tuple[int, int], ...]
) -> Household:
    home = await make_household(backend, number=str(10000 + at), due_cents=0, channel=f"web{at}")
    for cents, due in bills:
        await add_bill(backend, home.account_id, cents, TODAY + timedelta(days=due))
    async with backend.db.transaction() as session:
        row = AutoPay(account_id=home.account_id, method_id=home.card_id, active=True, day_of_month=day)
        row.starts_on = TODAY - timedelta(days=30)
        session.add(row)
        if at % 4 == 1:  # money on its way: counted as paid
            pending = {"key": f"p{at}", "confirmation": f"PPPP-{at:04}", "amount_cents": 1000, "fee_cents": 0}
            session.add(
                Payment(
                    account_id=home.account_id, method_id=home.bank_id, channel="web", status="authorized",
                    created_at=NOW, updated_at=NOW, **pending,
                )
            )  # fmt: skip
        if at % 4 == 2:  # the member pays a part on a day of their own
            planned = {"key": f"s{at}", "confirmation": f"SSSS-{at:04}", "amount_cents": 500, "fee_cents": 0}
            session.add(
                ScheduledPayment(
                    account_id=home.account_id, method_id=home.bank_id, channel="web", created_at=NOW,
                    run_on=TODAY + timedelta(days=1), status="scheduled", **planned,
                )
            )  # fmt: skip
    return home


async def next_payment_text(backend: Backend, home: Household) -> str:
    async with backend.db.read_session() as session:
        account = await session.get_one(Account, home.account_id)
        return await describe_autopay(AccountQuestion(session, backend, account, ""))


async def drafts(backend: Backend, home: Household) -> list[AutomaticDraft]:
    async with backend.db.read_session() as session:
        query = select(AutomaticDraft).where(AutomaticDraft.account_id == home.account_id)
        return list(await session.scalars(query.order_by(AutomaticDraft.run_on, AutomaticDraft.id)))


async def test_next_run_is_described_as_it_happens(
    backend: Backend, clock: ManualClock, network: DirectNetwork
) -> None:
    states = [await make_enrolled_household(backend, at, *state) for at, state in enumerate(product(DAYS, BILLS))]
    assert len(states) >= 40
    before = [await next_payment_text(backend, home) for home in states]
    await run_autopay(backend, TODAY)
    ran = [len(await drafts(backend, home)) for home in states]
    after = [await next_payment_text(backend, home) for home in states]
    for _ in range(MOST_DAYS):
        clock.advance(days=1)
        await run_autopay(backend, backend.today())
    for home, first, then, done in zip(states, before, after, ran, strict=True):
        made = await drafts(backend, home)
        _fits(first, made, TODAY)
        _fits(then, made[done:], TODAY)
        assert not (done and format_day(TODAY, TODAY) in then), then


def _fits(words: str, made: list[AutomaticDraft], today: date) -> None:
    """The day and the cents of the first of these runs are those that were told; where none came, none were."""
    if not made:
        assert "as of now" not in words, words
        return
    on = made[0].run_on
    cents = sum(draft.amount_cents for draft in made if draft.run_on == on)
    assert f"The next run is {format_day(on, today)}, {format_cents(cents)} as of now." in words, (words, on, cents)


async def test_replacement_of_an_imminent_draft_starts_after_it(talk: Talk, backend: Backend, home: Household) -> None:
    """The draft still takes the bill that is due tomorrow; Auto Pay is agreed to from the next one on."""
    await add_bill(backend, home.account_id, 7000, TODAY + timedelta(days=1))
    async with backend.db.transaction() as session:
        session.add(LegacyDraft(account_id=home.account_id, method_id=home.bank_id, active=True))
    await talk.user_input("set up auto pay on the due date with the visa", intent="setup_autopay", acts={"start"})
    await talk.user_input("yes")
    talk.assert_message("starting Tuesday, December 8")
    talk.assert_no_message("too late for")


async def test_change_too_near_a_run_starts_after_it(talk: Talk, backend: Backend, home: Household) -> None:
    await add_bill(backend, home.account_id, 7000, TODAY + timedelta(days=1))
    async with backend.db.transaction() as session:
        session.add(AutoPay(account_id=home.account_id, method_id=home.bank_id, active=True))
    await talk.user_input("change auto pay to the visa", intent="change_or_cancel_autopay", acts={"start"})
    talk.assert_message("starting Tuesday, December 8")
    await talk.user_input("yes")
    talk.assert_message("so it goes as before")
    assert first_run_day(TODAY, backend.coop) == TODAY + timedelta(days=2)


@pytest.mark.parametrize("message", ["stop auto pay", "cancel auto pay"])
async def test_ending_auto_pay_near_a_run_still_takes_that_run(
    talk: Talk, backend: Backend, home: Household, message: str
) -> None:
    await add_bill(backend, home.account_id, 7000, TODAY + timedelta(days=1))
    async with backend.db.transaction() as session:
        session.add(AutoPay(account_id=home.account_id, method_id=home.bank_id, active=True))
    for _ in range(2):
        await talk.user_input(message, intent="change_or_cancel_autopay", acts={"start"})
        if talk.open_task:
            await talk.user_input("yes")
        talk.assert_no_message("nothing is taken")
        talk.assert_message("The next run is Thursday, November 19, \\$70.00")


async def auto_pay_beside_a_payment(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        session.add(AutoPay(account_id=home.account_id, method_id=home.bank_id, active=True))
        session.add(
            ScheduledPayment(
                key="k", confirmation="ABCD-EFGH", account_id=home.account_id, method_id=home.card_id, fee_cents=0,
                amount_cents=4000, run_on=TODAY + timedelta(days=9), channel="web", status="scheduled", created_at=NOW,
            )
        )  # fmt: skip


async def test_a_payment_for_a_later_day_outlives_auto_pay(talk: Talk, backend: Backend, home: Household) -> None:
    await auto_pay_beside_a_payment(backend, home)
    await talk.user_input("cancel auto pay", intent="change_or_cancel_autopay", acts={"start"})
    await talk.user_input("yes")
    talk.assert_message("Your payment of \\$40.00 scheduled for Friday, November 27 still goes out")


async def test_canceled_payment_is_left_to_auto_pay(talk: Talk, backend: Backend, home: Household) -> None:
    await auto_pay_beside_a_payment(backend, home)
    await talk.user_input("cancel my scheduled payment", intent="schedule_payment", acts={"start"})
    await talk.user_input("yes")
    talk.assert_message("Auto Pay takes \\$112.40 on Tuesday, December 8")
    talk.assert_no_message("another way")
