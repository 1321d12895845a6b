"""What is owed by another system's word: asked for once a minute, within a limit, and with our own movements since."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from backend.app import Backend
from backend.billing.figures import collect_stale
from backend.clock import ManualClock
from backend.db import Database
from backend.providers.billing.base import AccountBalance, BillingProvider, FiguresUnknown
from backend.providers.billing.system import AccountFigures, Prepaid, SystemRejected, SystemTimeout, SystemUnavailable
from tests.backend.household import NOW, TODAY, Household
from tests.backend.providers.billing import postings
from tests.backend.providers.billing.elsewhere import LIMIT, NUMBER, make_provider, move_books
from tests.standins.billing_system import BillingSystemStandIn

DUE = TODAY + timedelta(days=12)


@pytest.fixture
async def system(backend: Backend) -> BillingSystemStandIn:
    """The backend's books are in another system, which says that $84.20 is owed."""
    return await move_books(backend, due_on=DUE)


async def refreshed(backend: Backend, home: Household) -> AccountBalance:
    await backend.billing.refresh(backend.db, home.account_id)
    async with backend.db.read_session() as session:
        return await backend.billing.balance(session, home.account_id, backend.today())


def test_it_is_a_billing_provider(backend: Backend, clock: ManualClock) -> None:
    assert isinstance(make_provider(backend, BillingSystemStandIn(), clock), BillingProvider)


async def test_their_figures_are_told_and_not_our_bills(
    backend: Backend, home: Household, system: BillingSystemStandIn
) -> None:
    assert await refreshed(backend, home) == AccountBalance(8420, DUE, 0, DUE)


async def test_it_is_asked_again_only_after_a_minute(
    backend: Backend, home: Household, system: BillingSystemStandIn, clock: ManualClock
) -> None:
    await refreshed(backend, home)
    system.owe(NUMBER, 9000)
    clock.advance(seconds=59)
    assert (await refreshed(backend, home)).amount_due_cents == 8420
    clock.advance(seconds=1)
    assert (await refreshed(backend, home)).amount_due_cents == 9000
    assert len(system.asked) == 2


async def test_a_failure_is_not_repeated_within_the_minute_either(
    backend: Backend, home: Household, system: BillingSystemStandIn, clock: ManualClock
) -> None:
    await refreshed(backend, home)
    system.trouble = SystemUnavailable()
    clock.advance(seconds=61)
    for _ in range(3):
        assert (await refreshed(backend, home)).as_of == NOW
    assert len(system.asked) == 2


async def test_twenty_conversations_in_two_processes_ask_once_and_all_hear_it(
    backend: Backend, home: Household, system: BillingSystemStandIn, clock: ManualClock
) -> None:
    system.seconds = 0.15
    other_db = Database(backend.db.url)
    other = make_provider(backend, system, clock)
    try:
        await asyncio.gather(
            *(backend.billing.refresh(backend.db, home.account_id) for _ in range(10)),
            *(other.refresh(other_db, home.account_id) for _ in range(10)),
        )
        async with other_db.read_session() as session:
            assert (await other.balance(session, home.account_id, TODAY)).as_of is None
    finally:
        await other_db.close()
    assert system.asked == [NUMBER]


async def test_a_slow_system_is_waited_for_no_longer_than_the_limit(
    backend: Backend, home: Household, system: BillingSystemStandIn, clock: ManualClock
) -> None:
    await refreshed(backend, home)
    clock.advance(minutes=10)
    system.seconds = 60.0
    began = time.monotonic()
    figures = await refreshed(backend, home)
    assert time.monotonic() - began < LIMIT + 1
    assert (figures.amount_due_cents, figures.as_of) == (8420, NOW)


async def test_one_turn_that_is_given_up_on_does_not_end_the_call_for_the_others(
    backend: Backend, home: Household, system: BillingSystemStandIn
) -> None:
    system.seconds = 0.1
    given_up = asyncio.create_task(backend.billing.refresh(backend.db, home.account_id))
    await asyncio.sleep(0.03)
    given_up.cancel()
    assert (await refreshed(backend, home)).amount_due_cents == 8420
    assert len(system.asked) == 1


@pytest.mark.parametrize(
    "trouble", [SystemUnavailable(), SystemTimeout(), SystemRejected("unauthorized"), ValueError()]
)
async def test_old_figures_have_their_time_until_new_ones_come(
    backend: Backend, home: Household, system: BillingSystemStandIn, clock: ManualClock, trouble: Exception
) -> None:
    await refreshed(backend, home)
    clock.advance(hours=2)
    system.trouble = trouble  # type: ignore[assignment]
    stale: list[object] = []
    with collect_stale(stale):  # type: ignore[arg-type]
        assert (await refreshed(backend, home)).as_of == NOW
    assert stale == [NOW]
    clock.advance(minutes=1)
    system.trouble = None
    assert (await refreshed(backend, home)).as_of is None


@pytest.mark.parametrize(
    "nonsense",
    [
        AccountFigures(84.2, 0, DUE),  # type: ignore[arg-type]
        AccountFigures(8420, -1, DUE),
        AccountFigures(842_000_000_000, 0, DUE),
        AccountFigures(0, 0, None, prepaid=Prepaid(float("nan"), 3)),  # type: ignore[arg-type]
    ],
)
async def test_nonsense_is_no_figure(
    backend: Backend,
    home: Household,
    system: BillingSystemStandIn,
    clock: ManualClock,
    nonsense: AccountFigures,
) -> None:
    await refreshed(backend, home)
    clock.advance(minutes=2)
    system.nonsense = nonsense
    figures = await refreshed(backend, home)
    assert (figures.amount_due_cents, figures.as_of) == (8420, NOW)


async def test_an_amount_never_heard_is_unknown_and_not_zero(
    backend: Backend, home: Household, system: BillingSystemStandIn
) -> None:
    system.trouble = SystemUnavailable()
    with pytest.raises(FiguresUnknown):
        await refreshed(backend, home)


async def test_figures_that_nobody_asked_for_again_grow_old_too(
    backend: Backend, home: Household, system: BillingSystemStandIn, clock: ManualClock
) -> None:
    await refreshed(backend, home)
    clock.advance(minutes=6)
    async with backend.db.read_session() as session:
        assert (await backend.billing.balance(session, home.account_id, TODAY)).as_of == NOW


async def test_a_payment_counts_until_their_figures_have_it_and_not_twice(
    backend: Backend, home: Household, system: BillingSystemStandIn, clock: ManualClock
) -> None:
    await refreshed(backend, home)
    await postings.queue(backend, "payment:p1", home.account_id, 2000)
    assert (await refreshed(backend, home)).amount_due_cents == 6420
    clock.advance(minutes=2)
    assert (await refreshed(backend, home)).amount_due_cents == 6420  # it waits, and they do not know it
    await postings.mark_sent(backend, "payment:p1", clock.now())
    assert (await refreshed(backend, home)).amount_due_cents == 6420  # sent after they were asked
    system.owe(NUMBER, 6420, due_on=DUE)
    clock.advance(minutes=2)
    assert (await refreshed(backend, home)).amount_due_cents == 6420  # now theirs


async def test_a_payment_in_a_file_counts_until_a_clerk_has_had_time_to_load_it(
    backend: Backend, home: Household, system: BillingSystemStandIn, clock: ManualClock
) -> None:
    await postings.queue(backend, "payment:p1", home.account_id, 2000)
    await postings.mark_sent(backend, "payment:p1", clock.now(), in_file=1)
    clock.advance(hours=47)
    assert (await refreshed(backend, home)).amount_due_cents == 6420
    system.owe(NUMBER, 6420, due_on=DUE)
    clock.advance(hours=2)
    assert (await refreshed(backend, home)).amount_due_cents == 6420


async def test_a_return_is_owed_again_at_once(
    backend: Backend, home: Household, system: BillingSystemStandIn, clock: ManualClock
) -> None:
    await postings.queue(backend, "payment:p1", home.account_id, 8420)
    await postings.mark_sent(backend, "payment:p1", clock.now())
    system.owe(NUMBER, 0)
    clock.advance(minutes=2)
    assert await refreshed(backend, home) == AccountBalance(0, None, 0)
    await postings.queue(backend, "return:p1", home.account_id, 8420)
    assert (await refreshed(backend, home)).amount_due_cents == 8420


async def test_a_payment_covers_what_is_past_due_first(
    backend: Backend, home: Household, system: BillingSystemStandIn
) -> None:
    late = TODAY - timedelta(days=5)
    system.books[NUMBER] = AccountFigures(8420, 3000, late, DUE, disconnect_on=TODAY + timedelta(days=3))
    assert (await refreshed(backend, home)).disconnect_on == TODAY + timedelta(days=3)
    await postings.queue(backend, "payment:p1", home.account_id, 1000)
    figures = await refreshed(backend, home)
    assert (figures.amount_due_cents, figures.past_due_cents, figures.due_on) == (7420, 2000, late)
    await postings.queue(backend, "payment:p2", home.account_id, 2500)
    figures = await refreshed(backend, home)
    assert (figures.amount_due_cents, figures.past_due_cents, figures.due_on) == (4920, 0, DUE)
    await postings.queue(backend, "payment:p3", home.account_id, 5000)
    figures = await refreshed(backend, home)
    assert (figures.amount_due_cents, figures.due_on, figures.next_due_on) == (-80, None, None)


async def test_money_added_to_a_prepaid_account_lasts_for_more_days(
    backend: Backend, home: Household, system: BillingSystemStandIn
) -> None:
    system.owe(NUMBER, 0, prepaid=Prepaid(2000, 5))
    assert await refreshed(backend, home) == AccountBalance(-2000, None, 0, prepaid=Prepaid(2000, 5))
    await postings.queue(backend, "payment:p1", home.account_id, 2000)
    assert await refreshed(backend, home) == AccountBalance(-4000, None, 0, prepaid=Prepaid(4000, 10))


async def test_closing_closes_the_system(backend: Backend, system: BillingSystemStandIn) -> None:
    await backend.close()
    assert system.is_closed
