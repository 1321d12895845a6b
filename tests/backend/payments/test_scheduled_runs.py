"""Payments for a later day: made on their day, once, with the number that was given; or a notice why not."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.consents.models import Consent
from backend.consents.service import Agreement
from backend.payments.models import Payment, PaymentMethod, ScheduledPayment
from backend.payments.scheduled_runs import run_scheduled
from backend.payments.service import cancel_scheduled, find_by_confirmation, move_scheduled
from tests.backend.household import DUE_CENTS, Household, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import ON, due, outbox, payments, quote_for, say_yes, schedule, statuses


async def cancel(backend: Backend, item: ScheduledPayment, account_id: int) -> bool:
    async with backend.db.transaction() as session:
        return await cancel_scheduled(
            session,
            backend,
            scheduled_id=item.id,
            account_id=account_id,
            actor="web-1",
            level=2,
            channel="web",
        )


async def test_scheduling_moves_no_money_before_its_day(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    await schedule(backend, home)
    clock.advance(days=2)
    assert await run_scheduled(backend, backend.today()) == 0
    assert network.calls == []
    assert await due(backend, home.account_id) == DUE_CENTS


async def test_it_is_paid_on_its_day_under_the_same_number(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    item = await schedule(backend, home)
    clock.advance(days=3)
    for _ in range(3):
        await run_scheduled(backend, ON)
    [payment] = await payments(backend)
    assert (payment.confirmation, payment.status, payment.posted_on) == (item.confirmation, "posted", ON)
    assert network.taken_cents() == DUE_CENTS
    assert await statuses(backend) == ["done"]
    async with backend.db.read_session() as session:
        assert isinstance(await find_by_confirmation(session, home.account_id, item.confirmation), Payment)


async def test_two_runs_at_once_pay_once(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    await schedule(backend, home)
    clock.advance(days=3)
    await asyncio.gather(run_scheduled(backend, ON), run_scheduled(backend, ON))
    assert network.taken_cents() == DUE_CENTS
    assert len(await payments(backend)) == 1


async def test_consent_is_stored_until_its_day(backend: Backend, home: Household) -> None:
    item = await schedule(backend, home)
    async with backend.db.read_session() as session:
        consent = (await session.scalars(select(Consent))).one()
    assert (consent.kind, consent.reference, consent.ends_on) == ("scheduled_payment", item.confirmation, ON)


async def test_exactly_the_agreed_amount_is_paid(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    await schedule(backend, home, amount=4000)
    await say_yes(backend, await quote_for(backend, home, amount=DUE_CENTS))
    clock.advance(days=3)
    await run_scheduled(backend, ON)
    assert network.taken_cents() == DUE_CENTS + 4000
    assert await due(backend, home.account_id) == -4000


@pytest.mark.parametrize("cause", ["closed", "removed", "expired"])
async def test_impossible_payment_fails_and_is_reported(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock, cause: str
) -> None:
    item = await schedule(backend, home)
    async with backend.db.transaction() as session:
        card = await session.get_one(PaymentMethod, home.card_id)
        if cause == "closed":
            (await session.get_one(Account, home.account_id)).status = "closed"
        elif cause == "removed":
            card.active = False
        else:
            card.exp_year, card.exp_month = 2026, 10
    clock.advance(days=3)
    for _ in range(2):
        await run_scheduled(backend, ON)
    assert await statuses(backend) == ["failed"]
    assert network.calls == []
    notices = [message for message in await outbox(backend) if message.purpose == "notice"]
    assert {message.kind for message in notices} == {"sms", "email"}
    assert all(item.confirmation in message.body for message in notices)
    assert all(len(message.body) <= 160 for message in notices if message.kind == "sms")


async def test_decline_on_the_day_is_reported(backend: Backend, clock: ManualClock) -> None:
    home = await make_household(backend, card_token="tok_visa_insufficient")
    await schedule(backend, home)
    clock.advance(days=3)
    await run_scheduled(backend, ON)
    assert await statuses(backend) == ["failed"]
    assert any("was declined" in message.body for message in await outbox(backend))


async def test_canceled_payment_never_runs(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    item = await schedule(backend, home)
    assert await cancel(backend, item, home.account_id)
    assert not await cancel(backend, item, home.account_id)
    clock.advance(days=3)
    await run_scheduled(backend, ON)
    assert network.calls == []
    assert await statuses(backend) == ["canceled"]
    async with backend.db.read_session() as session:
        assert (await session.scalars(select(Consent.revoked_at))).one() is not None


async def test_canceling_leaves_the_day_on_which_an_earlier_consent_ended(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    item = await schedule(backend, home)
    moved_at = backend.clock.now()
    assert await move(backend, item, home.account_id, ON + timedelta(days=4))
    clock.advance(hours=1)
    assert await cancel(backend, item, home.account_id)
    async with backend.db.read_session() as session:
        ended = list(await session.scalars(select(Consent.revoked_at).order_by(Consent.id)))
    assert ended == [moved_at, backend.clock.now()]


async def test_payment_of_another_account_cannot_be_canceled(backend: Backend, home: Household) -> None:
    other = await make_household(backend, number="88888")
    item = await schedule(backend, home)
    assert not await cancel(backend, item, other.account_id)
    assert await statuses(backend) == ["scheduled"]


async def test_the_same_yes_to_a_schedule_again(backend: Backend, home: Household) -> None:
    quote = await quote_for(backend, home, pay_on=ON)
    first = await say_yes(backend, quote)
    again = await say_yes(backend, quote)
    assert (first.kind, again.kind) == ("scheduled", "already")
    assert again.confirmation == first.confirmation
    assert await statuses(backend) == ["scheduled"]


async def move(backend: Backend, item: ScheduledPayment, account_id: int, to: date) -> bool:
    async with backend.db.transaction() as session:
        return await move_scheduled(
            session,
            backend,
            scheduled_id=item.id,
            account_id=account_id,
            run_on=to,
            agreement=Agreement("web-1", 2, "web", "On December 1 instead?", "yes"),
        )


async def test_a_moved_one_runs_on_its_new_day_as_newly_agreed(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock
) -> None:
    item = await schedule(backend, home)
    assert await move(backend, item, home.account_id, ON + timedelta(days=4))
    clock.advance(days=3)
    assert await run_scheduled(backend, ON) == 0
    clock.advance(days=4)
    await run_scheduled(backend, backend.today())
    [payment] = await payments(backend)
    assert (payment.confirmation, payment.posted_on) == (item.confirmation, ON + timedelta(days=4))
    async with backend.db.read_session() as session:
        first, second = await session.scalars(select(Consent).order_by(Consent.id))
    assert first.revoked_at is not None
    assert (second.wording, second.ends_on) == ("On December 1 instead?", ON + timedelta(days=4))


async def test_it_is_changed_until_the_day_before_and_not_on_the_day(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    item = await schedule(backend, home)
    clock.advance(days=3)
    assert not await move(backend, item, home.account_id, ON + timedelta(days=4))
    assert not await cancel(backend, item, home.account_id)
    assert await statuses(backend) == ["scheduled"]


@pytest.mark.parametrize("days", [-5, -3, 90])
async def test_it_is_moved_to_a_possible_day_alone(backend: Backend, home: Household, days: int) -> None:
    item = await schedule(backend, home)
    assert not await move(backend, item, home.account_id, ON + timedelta(days=days))


async def test_payment_of_another_account_cannot_be_moved(backend: Backend, home: Household) -> None:
    other = await make_household(backend, number="88888")
    item = await schedule(backend, home)
    assert not await move(backend, item, other.account_id, ON + timedelta(days=1))
