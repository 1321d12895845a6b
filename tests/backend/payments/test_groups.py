"""Several accounts paid by one yes: all or nothing, and nothing lost or doubled wherever the process ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.consents.models import Consent
from backend.jobs.service import JOBS
from backend.members.levels import StepUpNeeded
from backend.payments.errors import PaymentRefused
from backend.payments.group_confirm import GroupOutcome, confirm_group
from backend.payments.group_quotes import Share, make_group_quote
from backend.payments.groups import list_paid_with
from backend.payments.models import Payment, PaymentMethod
from backend.payments.scheduled_runs import run_scheduled
from backend.posting.models import QueuedPosting
from backend.show import show
from tests.backend.faults import Crash, Faults, break_everywhere
from tests.backend.household import DUE_CENTS, TODAY, Household, add_bill, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.books import check_at_any_instant, check_when_settled
from tests.backend.payments.paying import due, outbox, payments, quote_for, say_yes, statuses

BARN_CENTS = 6218
WORDING = "Please check: 001 $112.40, 002 barn $62.18: $174.58 in all, today, with Visa ending 4242. No fee. OK?"


async def add_barn(backend: Backend, home: Household, number: str = "99999", cents: int = BARN_CENTS) -> int:
    """A second account of the member; returns its id."""
    async with backend.db.transaction() as session:
        barn = Account(
            member_id=home.member_id, separator="002", number=f"{number}-002", number_digits=f"{number}002",
            service_address="12 Mill Road (barn)",
        )  # fmt: skip
        session.add(barn)
        await session.flush()
        barn_id = barn.id
    if cents:
        await add_bill(backend, barn_id, cents, TODAY + timedelta(days=20))
    return barn_id


async def group_for(backend: Backend, home: Household, barn_id: int, **changes: object) -> str:
    asked: dict[str, object] = {
        "shares": [Share(home.account_id, DUE_CENTS), Share(barn_id, BARN_CENTS)],
        "method_id": home.card_id,
        "pay_on": backend.today(),
        "level": 2,
    }
    return await make_group_quote(backend, home.conversation_id, **{**asked, **changes})  # type: ignore[arg-type]


async def agree(backend: Backend, home: Household, key: str) -> GroupOutcome:
    return await confirm_group(
        backend, key, conversation_id=home.conversation_id, channel="sms", wording=WORDING, reply="Pay"
    )


async def recover_all(backend: Backend) -> None:
    await JOBS["recover"].run(backend, TODAY)


@pytest.fixture
async def barn_id(backend: Backend, home: Household) -> int:
    return await add_barn(backend, home)


@pytest.fixture
async def faults(backend: Backend, network: DirectNetwork) -> AsyncIterator[Faults]:
    original = backend.db
    yield break_everywhere(backend, network)
    await original.close()


def decline_the_second(network: DirectNetwork) -> None:
    """The network declines whatever comes for the barn."""
    original = network.authorize

    async def choosy(**request: object) -> object:
        if request["details"].account_number.endswith("-002"):  # type: ignore[attr-defined]
            request["token"] = "tok_visa_insufficient"
        return await original(**request)  # type: ignore[arg-type]

    network.authorize = choosy  # type: ignore[method-assign, assignment]


async def test_one_yes_pays_each_account(
    backend: Backend, home: Household, network: DirectNetwork, barn_id: int
) -> None:
    outcome = await agree(backend, home, await group_for(backend, home, barn_id))
    assert outcome.kind == "paid"
    made = await payments(backend)
    assert [(one.account_id, one.amount_cents, one.status) for one in made] == [
        (home.account_id, DUE_CENTS, "posted"),
        (barn_id, BARN_CENTS, "posted"),
    ]
    assert len({one.key for one in made}) == len({one.confirmation for one in made}) == 2
    assert (await due(backend, home.account_id), await due(backend, barn_id)) == (0, 0)
    await check_when_settled(backend, network)
    async with backend.db.read_session() as session:
        consents = list(await session.scalars(select(Consent)))
        posted = set(await session.scalars(select(QueuedPosting.payment_id)))
        shown = (await show(session, backend, "99999"))["payments"]
        assert [one.id for one in await list_paid_with(session, made[0])] == [made[1].id]
    assert {(one.wording, one.reply, one.reference) for one in consents} == {
        (WORDING, "Pay", one.confirmation) for one in made
    }
    assert posted == {one.id for one in made}
    assert [one["agreed_together_with"] for one in shown] == [[made[0].confirmation], [made[1].confirmation]]
    mails = [message.body for message in await outbox(backend)]
    assert len(mails) == 2
    assert all("Agreed together with acct" in body for body in mails)


async def test_nothing_is_captured_before_all_are_authorized(
    backend: Backend, home: Household, network: DirectNetwork, barn_id: int
) -> None:
    await agree(backend, home, await group_for(backend, home, barn_id))
    assert [name for name, _ in network.calls] == ["authorize", "authorize", "post", "post"]


@pytest.mark.parametrize("method", ["card", "bank"])
async def test_a_decline_releases_the_others(
    backend: Backend, home: Household, network: DirectNetwork, barn_id: int, method: str
) -> None:
    decline_the_second(network)
    chosen = home.card_id if method == "card" else home.bank_id
    key = await group_for(backend, home, barn_id, method_id=chosen)
    outcome = await agree(backend, home, key)
    assert (outcome.kind, [one.status for one in outcome.made]) == ("declined", ["voided", "declined"])
    assert outcome.declined
    assert outcome.declined.account_id == barn_id
    assert network.taken_cents() == 0
    assert network.held() == []
    assert (await agree(backend, home, key)).kind == "declined"
    assert await outbox(backend) == []
    await check_when_settled(backend, network)


async def test_repeats_at_once_are_one_payment_each(
    backend: Backend, home: Household, network: DirectNetwork, barn_id: int
) -> None:
    key = await group_for(backend, home, barn_id)
    outcomes = await asyncio.gather(*(agree(backend, home, key) for _ in range(5)))
    assert {outcome.kind for outcome in outcomes} <= {"paid", "already"}
    assert len(await payments(backend)) == 2
    assert network.taken_cents() == DUE_CENTS + BARN_CENTS
    assert (await agree(backend, home, key)).kind == "already"


async def test_what_changed_meanwhile_stops_the_whole_group(
    backend: Backend, home: Household, network: DirectNetwork, barn_id: int
) -> None:
    key = await group_for(backend, home, barn_id)
    async with backend.db.transaction() as session:
        (await session.get_one(Account, barn_id)).status = "closed"
    outcome = await agree(backend, home, key)
    assert (outcome.kind, outcome.warnings[0].code) == ("changed", "account_closed")
    assert (await agree(backend, home, key)).kind == "expired"
    assert network.calls == []
    assert await payments(backend) == []


async def test_a_group_lives_as_long_as_a_quote_and_ends_with_the_next(
    backend: Backend, home: Household, clock: ManualClock, network: DirectNetwork, barn_id: int
) -> None:
    key = await group_for(backend, home, barn_id)
    clock.advance(minutes=10)
    assert (await agree(backend, home, key)).kind == "expired"
    first, second = await group_for(backend, home, barn_id), await group_for(backend, home, barn_id)
    assert (await agree(backend, home, first)).kind == "expired"
    await quote_for(backend, home)
    assert (await agree(backend, home, second)).kind == "expired"
    assert network.calls == []


async def test_a_group_is_of_its_conversation_alone(
    backend: Backend, home: Household, network: DirectNetwork, barn_id: int
) -> None:
    key = await group_for(backend, home, barn_id)
    stranger = Household(home.member_id, home.account_id, home.card_id, home.bank_id, "web-other")
    assert (await agree(backend, stranger, key)).kind == "expired"
    assert network.calls == []


async def test_the_most_that_may_be_paid_holds_for_the_sum(backend: Backend, home: Household, barn_id: int) -> None:
    object.__setattr__(backend.coop, "max_payment_cents", DUE_CENTS + BARN_CENTS - 1)
    with pytest.raises(PaymentRefused) as refusal:
        await group_for(backend, home, barn_id)
    assert refusal.value.code == "absurd"


async def test_a_text_pays_no_more_than_each_bill_without_a_code(
    backend: Backend, home: Household, barn_id: int
) -> None:
    over = [Share(home.account_id, DUE_CENTS - 100), Share(barn_id, BARN_CENTS + 100)]
    with pytest.raises(StepUpNeeded):
        await group_for(backend, home, barn_id, shares=over, level=1, texting=True)
    with pytest.raises(StepUpNeeded):
        await group_for(backend, home, barn_id, level=1)
    await group_for(backend, home, barn_id, level=1, texting=True)


async def test_a_later_day_schedules_each(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock, barn_id: int
) -> None:
    on = TODAY + timedelta(days=3)
    key = await group_for(backend, home, barn_id, pay_on=on)
    assert (await agree(backend, home, key)).kind == "scheduled"
    assert (await agree(backend, home, key)).kind == "already"
    clock.advance(days=3)
    await run_scheduled(backend, on)
    assert await statuses(backend) == ["done", "done"]
    assert network.taken_cents() == DUE_CENTS + BARN_CENTS
    async with backend.db.read_session() as session:
        [first, second] = (await session.scalars(select(Payment).order_by(Payment.id))).all()
        others = await list_paid_with(session, first)
    assert [one.confirmation for one in others] == [second.confirmation]


async def test_a_lost_answer_is_pending_then_settled_once(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock, barn_id: int
) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(PaymentMethod, home.card_id)).token = "tok_visa_timeout_lost"
    assert (await agree(backend, home, await group_for(backend, home, barn_id))).kind == "pending"
    clock.advance(minutes=1)
    for _ in range(3):
        await recover_all(backend)
    assert [one.status for one in await payments(backend)] == ["posted", "posted"]
    assert network.taken_cents() == DUE_CENTS + BARN_CENTS


async def test_a_charge_never_made_and_expected_no_more_releases_all(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock, faults: Faults, barn_id: int
) -> None:
    key = await group_for(backend, home, barn_id)
    faults.arm(5)  # the first is authorized, and the second is not asked for
    with pytest.raises(Crash):
        await agree(backend, home, key)
    clock.advance(minutes=11)
    await recover_all(backend)
    assert {one.status for one in await payments(backend)} == {"voided"}
    assert network.held() == []
    assert sum("Nothing was taken" in message.body for message in await outbox(backend)) >= 2


@pytest.mark.parametrize("declined", [False, True], ids=["paid", "declined"])
async def test_a_crash_between_any_two_steps(
    backend: Backend, network: DirectNetwork, clock: ManualClock, faults: Faults, declined: bool
) -> None:
    """Until no point is left to strike: each one leaves both bills paid once, or both not at all. At every second one
    the member says yes again before the job comes."""
    struck: list[str] = []
    for point in faults.every_point():
        if declined and 0 < point < 5:  # as in the other run: until the second one is asked for
            continue
        number = f"5{point:04d}"
        home = await make_household(backend, number=number)
        barn_id = await add_barn(backend, home, number)
        if declined and point == 0:
            decline_the_second(network)
        key = await group_for(backend, home, barn_id)
        with faults.crashing(point):
            await agree(backend, home, key)
        struck += [faults.struck] if faults.struck else []
        clock.advance(seconds=40)
        resay = point % 2 == 1
        if resay:
            assert (await agree(backend, home, key)).kind in (("declined",) if declined else ("paid", "already"))
        await recover_all(backend)
        left = {await due(backend, home.account_id) - DUE_CENTS, await due(backend, barn_id) - BARN_CENTS}
        unpaid = declined or (struck == ["before commit"] and not resay)
        assert left == ({0} if unpaid else {-DUE_CENTS, -BARN_CENTS})
    await check_at_any_instant(backend, network, {})
    await check_when_settled(backend, network)
    assert len(struck) >= (9 if declined else 15)


async def test_a_crash_while_recovering(
    backend: Backend, network: DirectNetwork, clock: ManualClock, faults: Faults
) -> None:
    for point in faults.every_point():
        if point % 2:  # the steps before and after it are enough
            continue
        number = f"6{point:04d}"
        home = await make_household(backend, number=number)
        barn_id = await add_barn(backend, home, number)
        key = await group_for(backend, home, barn_id)
        with faults.crashing(3):  # the first is authorized, and that is not written down
            await agree(backend, home, key)
        clock.advance(seconds=40)
        with faults.crashing(point):
            await recover_all(backend)
        await recover_all(backend)
        assert await due(backend, home.account_id) + await due(backend, barn_id) == 0
    await check_when_settled(backend, network)


async def test_two_groups_in_opposite_order_do_not_block_each_other(
    backend: Backend, home: Household, network: DirectNetwork, barn_id: int
) -> None:
    key = await group_for(backend, home, barn_id)
    single = await quote_for(backend, home, conversation_id=home.conversation_id)
    outcomes = await asyncio.gather(agree(backend, home, key), say_yes(backend, single))
    assert outcomes[0].kind == "expired"
    assert network.taken_cents() == DUE_CENTS
