"""Alerts are truly sent: for the right events, once each, by the chosen ways, at waking hours."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from backend.alerts import delivery
from backend.alerts import service as alerts
from backend.alerts.kinds import PAPERLESS
from backend.alerts.models import AlertSent
from backend.app import Backend
from backend.audit.service import record
from backend.billing.models import Account, Bill
from backend.clock import ManualClock
from backend.outbox.service import opt_out
from tests.backend.alerts.alert_settings import DUE, author, off, on, pay, sent_alerts
from tests.backend.faults import break_everywhere
from tests.backend.household import NOW, TODAY, Household, add_bill, make_household
from tests.backend.network import DirectNetwork


async def alert_texts(backend: Backend) -> list[str]:
    return [message.body for message in await sent_alerts(backend)]


async def test_days_before_the_due_date(backend: Backend, home: Household) -> None:
    await on(backend, home, {"bill_due": 3}, "text")
    assert (await delivery.deliver_alerts(backend, DUE - timedelta(days=4))) == {"told": 0}
    assert (await delivery.deliver_alerts(backend, DUE - timedelta(days=3))) == {"told": 1}
    assert (await delivery.deliver_alerts(backend, DUE - timedelta(days=2))) == {"told": 0}
    [body] = await alert_texts(backend)
    assert "$112.40 is due Dec 8, in 3 days." in body
    assert "STOP" in body
    assert "99999-001" not in body


async def test_a_day_that_was_missed_is_made_up_for(backend: Backend, home: Household) -> None:
    await on(backend, home, {"bill_due": 3}, "text")
    await delivery.deliver_alerts(backend, DUE - timedelta(days=1))
    assert "due Dec 8, tomorrow" in (await alert_texts(backend))[0]


async def test_without_an_amount_owed_nothing_is_due(backend: Backend) -> None:
    home = await make_household(backend, due_cents=0)
    await add_bill(backend, home.account_id, 0, DUE)
    await on(backend, home, {"bill_due": 3, "past_due": None}, "text")
    for days in (3, -1):
        assert (await delivery.deliver_alerts(backend, DUE - timedelta(days=days))) == {"told": 0}


async def test_past_due_and_over_a_limit(backend: Backend, home: Household) -> None:
    await on(backend, home, {"past_due": None, "amount_over": 10000}, "email")
    assert (await delivery.deliver_alerts(backend, TODAY)) == {"told": 1}
    assert (await delivery.deliver_alerts(backend, DUE + timedelta(days=1))) == {"told": 1}
    over, late = await alert_texts(backend)
    assert "you owe $112.40, over your limit of $100.00" in over
    assert "$112.40 is past due since Dec 8" in late


async def test_use_over_a_limit(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        await session.execute(update(Bill).values(kwh=1500))
    await on(backend, home, {"usage_over": 1200, "daily_usage_over": 60}, "text")
    assert (await delivery.deliver_alerts(backend, TODAY)) == {"told": 1}
    assert "1,500 kWh, over your limit of 1,200 kWh" in (await alert_texts(backend))[0]


async def test_a_new_bill_and_not_the_one_before(backend: Backend, home: Household) -> None:
    await on(backend, home, {"bill_ready": None}, "text")
    async with backend.db.transaction() as session:
        await session.execute(update(Bill).values(issued_on=TODAY - timedelta(days=2)))
    assert (await delivery.deliver_alerts(backend, TODAY)) == {"told": 0}
    await add_bill(backend, home.account_id, 9000, TODAY + timedelta(days=22))
    assert (await delivery.deliver_alerts(backend, TODAY + timedelta(days=2))) == {"told": 1}
    assert "your new bill is $90.00, due Dec 10" in (await alert_texts(backend))[0]


async def test_paperless_notice_is_sent_by_email(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        account = await session.get_one(Account, home.account_id)
        await alerts.enroll_paperless(session, backend, account, author(home))
    await delivery.deliver_alerts(backend, TODAY)
    async with backend.db.read_session() as session:
        assert PAPERLESS in list(await session.scalars(select(AlertSent.kind)))
    assert [message.kind for message in await sent_alerts(backend)] == ["email"]


async def test_payments_that_come_and_that_fail(backend: Backend, home: Household, clock: ManualClock) -> None:
    await pay(backend, home, "before-111", "posted")
    clock.advance(minutes=1)
    await on(backend, home, {"payment_received": None, "payment_failed": None}, "text")
    clock.advance(minutes=1)
    await pay(backend, home, "after-222", "posted")
    await pay(backend, home, "after-333", "declined")
    await pay(backend, home, "after-444", "returned", "R01")
    assert (await delivery.deliver_alerts(backend, TODAY)) == {"told": 3}
    text = "\n".join(await alert_texts(backend))
    assert "we received your payment of $50.00. Ref K7M-222" in text
    assert "did not go through. Nothing was taken. Ref K7M-333" in text
    assert "your bank returned your payment of $50.00: not enough funds" in text
    assert "111" not in text


async def test_a_change_of_the_profile(backend: Backend, home: Household) -> None:
    await on(backend, home, {"profile_changed": None}, "email")
    async with backend.db.transaction() as session:
        await record(
            session, backend, actor="x", level=2, channel="web", act="contact_email", account_id=home.account_id
        )
    assert (await delivery.deliver_alerts(backend, TODAY)) == {"told": 1}
    assert "the email address on file was changed" in (await alert_texts(backend))[0]


async def test_each_channel_gets_its_own_message(backend: Backend, home: Household) -> None:
    await on(backend, home, {"amount_over": 100}, "text", "email", "call")
    await delivery.deliver_alerts(backend, TODAY)
    assert [(m.kind, m.recipient) for m in await sent_alerts(backend)] == [
        ("sms", "+15555550142"),
        ("email", "ruth@example.com"),
        ("call", "+15555550142"),
    ]


async def test_opted_out_phone_gets_the_chosen_email(backend: Backend, home: Household) -> None:
    await on(backend, home, {"amount_over": 100}, "text", "email")
    async with backend.db.transaction() as session:
        await opt_out(session, backend, "+15555550142")
    await delivery.deliver_alerts(backend, TODAY)
    assert [(m.kind, m.status) for m in await sent_alerts(backend)] == [("sms", "refused"), ("email", "queued")]


@pytest.mark.parametrize(
    ("local", "sent_at"),
    [
        (datetime(2026, 11, 18, 7, 59), datetime(2026, 11, 18, 8)),
        (datetime(2026, 11, 18, 8, 0), datetime(2026, 11, 18, 8)),
        (datetime(2026, 11, 18, 19, 59), datetime(2026, 11, 18, 19, 59)),
        (datetime(2026, 11, 18, 20, 0), datetime(2026, 11, 19, 8)),
        (datetime(2026, 11, 19, 0, 30), datetime(2026, 11, 19, 8)),
        # the night in which clocks go forward
        (datetime(2026, 3, 7, 22, 0), datetime(2026, 3, 8, 8)),
    ],
)
async def test_quiet_hours(backend: Backend, local: datetime, sent_at: datetime) -> None:
    zone = backend.coop.zone
    assert backend.coop.after_quiet_hours(local.replace(tzinfo=zone)) == sent_at.replace(tzinfo=zone).astimezone(UTC)


async def test_texts_and_calls_wait_for_the_morning(backend: Backend, home: Household, clock: ManualClock) -> None:
    await on(backend, home, {"amount_over": 100}, "text", "email", "call")
    clock.advance(hours=12)  # ten in the evening
    await delivery.deliver_alerts(backend, TODAY)
    morning = NOW + timedelta(hours=22)
    assert [m.not_before for m in await sent_alerts(backend)] == [morning, None, morning]


async def test_off_is_off(backend: Backend, home: Household) -> None:
    await on(backend, home, {"amount_over": 100}, "text")
    await off(backend, home, "amount_over")
    assert (await delivery.deliver_alerts(backend, TODAY)) == {"told": 0}


async def test_two_processes_send_it_once(backend: Backend) -> None:
    for count in range(12):
        home = await make_household(backend, number=f"5{count:04d}")
        await on(backend, home, {"amount_over": 100, "bill_due": 20}, "text")
    results = await asyncio.gather(delivery.deliver_alerts(backend, TODAY), delivery.deliver_alerts(backend, TODAY))
    assert sum(result["told"] for result in results) == 24
    assert len(await sent_alerts(backend)) == 24


async def test_crash_between_any_two_steps_sends_each_once(
    backend: Backend, network: DirectNetwork, clock: ManualClock
) -> None:
    for count in range(22):
        home = await make_household(backend, number=f"6{count:04d}")
        await on(backend, home, {"amount_over": 100}, "text", "email")
    original, faults = backend.db, break_everywhere(backend, network)
    for point in faults.every_point():
        with faults.crashing(point):
            await delivery.deliver_alerts(backend, TODAY)
    async with backend.db.read_session() as session:
        assert await session.scalar(select(func.count()).select_from(AlertSent)) == 22
    assert len(await sent_alerts(backend)) == 44
    await original.close()
