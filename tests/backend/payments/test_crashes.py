"""The process ends between any two steps of a payment: after a restart the money is right."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.clock import ManualClock
from backend.payments.balances import get_balance
from backend.payments.bank_returns import collect_returns
from backend.payments.models import Payment, ScheduledPayment
from backend.payments.processing import recover
from backend.payments.scheduled_runs import run_scheduled
from backend.providers.payments.base import ProviderTimeout, ProviderUnavailable
from tests.backend.faults import Crash, Faults, break_everywhere
from tests.backend.household import DUE_CENTS, Household, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.books import check_at_any_instant, check_when_settled
from tests.backend.payments.paying import quote_for, say_yes

MOST_POINTS = 40


@pytest.fixture
async def faults(backend: Backend, network: DirectNetwork) -> AsyncIterator[Faults]:
    original = backend.db
    yield break_everywhere(backend, network)
    await original.close()


async def due(backend: Backend, home: Household) -> int:
    async with backend.db.read_session() as session:
        return (await get_balance(session, backend, home.account_id)).amount_due_cents


@pytest.mark.parametrize("resay", [False, True], ids=["recovered", "said again"])
async def test_a_crash_between_any_two_steps_of_a_yes(
    backend: Backend, network: DirectNetwork, clock: ManualClock, faults: Faults, resay: bool
) -> None:
    """Until no point is left to strike: each one leaves the bill paid once, or not at all and payable."""
    struck: list[str] = []
    for points in range(MOST_POINTS):
        home = await make_household(backend, number=f"5{points:04d}")
        quote = await quote_for(backend, home)
        faults.arm(points)
        try:
            await say_yes(backend, quote)
        except Crash as crash:
            struck.append(str(crash))
        else:
            break
        clock.advance(seconds=40)
        if resay:
            assert (await say_yes(backend, quote)).kind in ("paid", "already")
        await recover(backend)
        # before the first commit nothing had happened, and after it everything must have
        assert await due(backend, home) == (DUE_CENTS if struck == ["before commit"] and not resay else 0)
    else:
        pytest.fail("the points never end")
    await check_at_any_instant(backend, network, {})
    await check_when_settled(backend, network)
    assert struck == [
        "before commit", "after commit", "before authorize", "after authorize", "before commit",
        "after commit", "before post", "after post", "before commit", "after commit",
    ]  # fmt: skip


@pytest.mark.parametrize("error", [Crash, ProviderTimeout, ProviderUnavailable])
async def test_a_fault_at_any_point_of_recovering(
    backend: Backend, network: DirectNetwork, clock: ManualClock, faults: Faults, error: type[BaseException]
) -> None:
    """Recovering may itself be cut off anywhere, and goes on from there."""
    for point in faults.every_point():
        home = await make_household(backend, number=f"6{point:04d}", card_token="tok_visa_timeout_lost")
        assert (await say_yes(backend, await quote_for(backend, home))).kind == "pending"
        clock.advance(seconds=40)
        with faults.crashing(point, error):
            await recover(backend)
        await recover(backend)
        assert await due(backend, home) == 0
    await check_when_settled(backend, network)


async def test_a_crash_between_any_two_steps_of_a_scheduled_run(
    backend: Backend, network: DirectNetwork, clock: ManualClock, faults: Faults
) -> None:
    for point in faults.every_point():
        home = await make_household(backend, number=f"7{point:04d}")
        on = backend.today() + timedelta(days=1)
        assert (await say_yes(backend, await quote_for(backend, home, pay_on=on))).kind == "scheduled"
        clock.advance(days=1)
        with faults.crashing(point):
            await run_scheduled(backend, on)
        for _ in range(2):
            await run_scheduled(backend, on)
            await recover(backend)
        assert await due(backend, home) == 0
    await check_when_settled(backend, network)
    async with backend.db.read_session() as session:
        assert set(await session.scalars(select(ScheduledPayment.status))) == {"done"}


async def test_a_crash_between_any_two_steps_of_collecting_returns(
    backend: Backend, network: DirectNetwork, faults: Faults
) -> None:
    for point in faults.every_point():
        home = await make_household(backend, number=f"8{point:04d}", bank_token="tok_bank_r01")
        quote = await quote_for(backend, home, method_id=home.bank_id)
        assert (await say_yes(backend, quote)).kind == "paid"
        network.pass_days(7)
        with faults.crashing(point):
            await collect_returns(backend)
        await collect_returns(backend)
        assert await due(backend, home) == DUE_CENTS
    await check_when_settled(backend, network)
    async with backend.db.read_session() as session:
        assert set(await session.scalars(select(Payment.status))) == {"returned"}


async def test_a_return_is_booked_although_the_post_was_never_written_down(
    backend: Backend, network: DirectNetwork, faults: Faults
) -> None:
    home = await make_household(backend, bank_token="tok_bank_r01")
    quote = await quote_for(backend, home, method_id=home.bank_id)
    faults.arm(8)  # just before the commit that says posted
    with pytest.raises(Crash, match="before commit"):
        await say_yes(backend, quote)
    network.pass_days(7)
    await collect_returns(backend)
    await recover(backend)
    await check_when_settled(backend, network)
    assert await due(backend, home) == DUE_CENTS
