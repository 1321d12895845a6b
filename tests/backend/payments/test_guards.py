"""Guards between a mistake elsewhere and the member's money: each of these lines alone prevents the loss."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.app import Backend
from backend.autopay.daily_run import run_autopay
from backend.clock import ManualClock
from backend.payments.bank_returns import collect_returns
from backend.payments.models import PaymentMethod
from backend.payments.processing import ChargeMismatch, record_charge, recover
from backend.payments.scheduled_runs import run_scheduled
from backend.providers.payments.base import Charge
from tests.backend.autopay.enrollments import add_autopay, add_draft, drafts
from tests.backend.household import DUE_CENTS, TODAY, Household, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import ON, due, payments, quote_for, say_yes, schedule, statuses

DUE_ON = TODAY + timedelta(days=20)


@pytest.mark.parametrize("add", [add_autopay, add_draft])
@pytest.mark.parametrize("on_its_way", [DUE_CENTS, 4000])
async def test_automatic_run_counts_a_pending_payment(
    backend: Backend, network: DirectNetwork, add: object, on_its_way: int
) -> None:
    home = await make_household(backend, card_token="tok_visa_timeout")
    await add(backend, home, method_id=home.bank_id)  # type: ignore[operator]
    assert (await say_yes(backend, await quote_for(backend, home, amount=on_its_way))).kind == "pending"
    await run_autopay(backend, DUE_ON)
    drafted = [draft.amount_cents for draft in await drafts(backend)]
    assert drafted == ([] if on_its_way == DUE_CENTS else [DUE_CENTS - on_its_way])
    await recover(backend)
    assert network.taken_cents() == DUE_CENTS


async def strangers_card(backend: Backend, home: Household) -> None:
    """The card on file is another member's now, as after a merge of members gone wrong."""
    other = await make_household(backend, number="88888")
    async with backend.db.transaction() as session:
        (await session.get_one(PaymentMethod, home.card_id)).member_id = other.member_id


@pytest.mark.parametrize("add", [add_autopay, add_draft])
async def test_run_charges_no_card_of_another_member(
    backend: Backend, home: Household, network: DirectNetwork, add: object
) -> None:
    await add(backend, home, method_id=home.card_id)  # type: ignore[operator]
    await strangers_card(backend, home)
    await run_autopay(backend, DUE_ON)
    assert [name for name, _ in network.calls if name != "returns_since"] == []
    assert [draft.status for draft in await drafts(backend)] == ["failed"]
    assert await due(backend, home.account_id) == DUE_CENTS


async def test_scheduled_payment_charges_no_card_of_another_member(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    await schedule(backend, home)
    await strangers_card(backend, home)
    clock.advance(days=3)
    await run_scheduled(backend, ON)
    assert network.calls == []
    assert await statuses(backend) == ["failed"]


@pytest.mark.parametrize("off_by", [-1, 1, 150])
async def test_a_charge_of_another_amount_is_never_booked(
    backend: Backend, network: DirectNetwork, off_by: int
) -> None:
    home = await make_household(backend, card_token="tok_visa_timeout_lost")
    assert (await say_yes(backend, await quote_for(backend, home))).kind == "pending"
    [payment] = await payments(backend)
    charge = Charge(payment.key, "ref", "posted", DUE_CENTS + off_by, None, "card")
    with pytest.raises(ChargeMismatch):
        await record_charge(backend, payment.id, charge, answering=False)
    assert [one.status for one in await payments(backend)] == ["started"]
    assert await due(backend, home.account_id) == DUE_CENTS
    right = replace(charge, amount_cents=DUE_CENTS)
    assert await record_charge(backend, payment.id, right, answering=False) == "posted"


@pytest.mark.parametrize("off_by", [-1, 1, -5000])
async def test_return_of_another_amount_is_left_to_people(
    backend: Backend, network: DirectNetwork, monkeypatch: pytest.MonkeyPatch, off_by: int
) -> None:
    home = await make_household(backend, bank_token="tok_bank_r01")
    await say_yes(backend, await quote_for(backend, home, method_id=home.bank_id))
    network.pass_days(7)
    genuine = network.returns_since

    async def another_amount(cursor: int) -> object:
        return [replace(one, amount_cents=one.amount_cents + off_by) for one in await genuine(cursor)]

    monkeypatch.setattr(network, "returns_since", another_amount)
    assert await collect_returns(backend) == 1
    assert [payment.status for payment in await payments(backend)] == ["posted"]
    assert await due(backend, home.account_id) == 0
