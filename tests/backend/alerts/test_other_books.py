"""Alerts about what is owed where another system keeps the books."""

from __future__ import annotations

from datetime import timedelta

from backend.alerts.delivery import deliver_alerts
from backend.app import Backend
from backend.clock import ManualClock
from backend.providers.billing.system import SystemUnavailable
from tests.backend.alerts.alert_settings import DUE, on, sent_alerts
from tests.backend.household import Household
from tests.backend.providers.billing.elsewhere import NUMBER, move_books


async def test_a_due_alert_has_their_amount_of_now(backend: Backend, home: Household, clock: ManualClock) -> None:
    await on(backend, home, {"bill_due": 3}, "text")
    system = await move_books(backend, due_on=DUE)
    await backend.billing.refresh(backend.db, home.account_id)
    system.owe(NUMBER, 5000, due_on=DUE)
    clock.advance(days=18)
    assert await deliver_alerts(backend, DUE - timedelta(days=2)) == {"told": 1}
    [alert] = await sent_alerts(backend)
    assert "$50.00 is due" in alert.body


async def test_nobody_is_alerted_of_a_bill_that_they_say_is_paid(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    await on(backend, home, {"bill_due": 3}, "text")
    system = await move_books(backend, due_on=DUE)
    await backend.billing.refresh(backend.db, home.account_id)
    system.owe(NUMBER, 0)
    clock.advance(days=18)
    assert await deliver_alerts(backend, DUE - timedelta(days=2)) == {"told": 0}


async def test_while_they_are_away_an_alert_has_its_time_or_waits(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    await on(backend, home, {"bill_due": 3}, "text")
    system = await move_books(backend, due_on=DUE)
    system.trouble = SystemUnavailable()
    on_day = DUE - timedelta(days=2)
    clock.advance(days=17)
    assert await deliver_alerts(backend, on_day) == {"told": 0}  # never heard
    system.trouble = None
    clock.advance(hours=20)
    await backend.billing.refresh(backend.db, home.account_id)
    system.trouble = SystemUnavailable()
    clock.advance(hours=4)
    assert await deliver_alerts(backend, on_day) == {"told": 1}
    [alert] = await sent_alerts(backend)
    assert "$84.20 is due" in alert.body
    assert "That was so this morning at 6:00 AM." in alert.body


async def test_figures_older_than_a_day_are_no_alert(backend: Backend, home: Household, clock: ManualClock) -> None:
    await on(backend, home, {"bill_due": 3}, "text")
    system = await move_books(backend, due_on=DUE)
    await backend.billing.refresh(backend.db, home.account_id)
    system.trouble = SystemUnavailable()
    clock.advance(days=18)
    assert await deliver_alerts(backend, DUE - timedelta(days=2)) == {"told": 0}
    system.trouble = None
    clock.advance(hours=1)
    assert await deliver_alerts(backend, DUE - timedelta(days=2)) == {"told": 1}
