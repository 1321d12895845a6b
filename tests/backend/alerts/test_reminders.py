"""Reminders: what may be answered with PAY, a near shutoff date, and a card that is about to expire."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from backend.alerts.delivery import deliver_alerts
from backend.alerts.models import AlertSent
from backend.app import Backend
from backend.arrangement.models import Arrangement
from backend.autopay.models import AutoPay
from backend.payments.models import PaymentMethod
from backend.tickets.models import Ticket
from tests.backend.alerts.alert_settings import DUE, on, pay, sent_alerts
from tests.backend.household import NOW, TODAY, Household, add_barn
from tests.backend.providers.billing.elsewhere import NUMBER, move_books

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What no database decides differently is tried on one."""

SHUTOFF = TODAY + timedelta(days=6)


async def only_alert(backend: Backend) -> str:
    [alert] = await sent_alerts(backend)
    return alert.body


@on_sqlite
async def test_a_reminder_says_what_to_reply_and_is_kept_with_its_phone(backend: Backend, home: Household) -> None:
    await on(backend, home, {"bill_due": 3}, "text")
    await deliver_alerts(backend, DUE - timedelta(days=3))
    body = await only_alert(backend)
    assert "$112.40 is due Dec 8, in 3 days. Reply PAY to pay." in body
    assert len(body) <= 160
    async with backend.db.read_session() as session:
        [sent] = await session.scalars(select(AlertSent))
    assert (sent.texted_to, sent.offers_payment) == ("+15555550142", True)


@on_sqlite
async def test_with_two_accounts_at_the_phone_the_reply_has_the_digits(backend: Backend, home: Household) -> None:
    await add_barn(backend, home)
    await on(backend, home, {"bill_due": 3}, "text")
    await deliver_alerts(backend, DUE - timedelta(days=3))
    assert "Reply PAY 001 to pay." in await only_alert(backend)


@on_sqlite
async def test_by_email_nobody_is_told_to_reply(backend: Backend, home: Household) -> None:
    await on(backend, home, {"bill_due": 3}, "email")
    await deliver_alerts(backend, DUE - timedelta(days=3))
    assert "PAY to" not in await only_alert(backend)
    async with backend.db.read_session() as session:
        [sent] = await session.scalars(select(AlertSent))
    assert (sent.texted_to, sent.offers_payment) == (None, False)


@on_sqlite
async def test_who_is_on_auto_pay_is_not_asked_to_pay(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        session.add(AutoPay(account_id=home.account_id, method_id=home.card_id))
    await on(backend, home, {"bill_due": 3}, "text")
    await deliver_alerts(backend, DUE - timedelta(days=3))
    body = await only_alert(backend)
    assert "Auto Pay takes $112.40 on Dec 8." in body
    assert "PAY to" not in body


@on_sqlite
async def test_who_has_paid_all_already_is_told_so(backend: Backend, home: Household) -> None:
    for number in ("111", "222", "333"):
        await pay(backend, home, f"under-way-{number}", "started")  # $50.00 each
    await on(backend, home, {"bill_due": 3}, "text")
    await deliver_alerts(backend, DUE - timedelta(days=3))
    body = await only_alert(backend)
    assert "on its way" in body
    assert "PAY to" not in body


async def move_with_shutoff(backend: Backend, home: Household) -> None:
    system = await move_books(backend)
    system.owe(NUMBER, 8420, due_on=TODAY - timedelta(days=20), past_due=8420)
    system.books[NUMBER] = replace(system.books[NUMBER], disconnect_on=SHUTOFF)
    await backend.billing.refresh(backend.db, home.account_id)
    await on(backend, home, {"shutoff_near": None}, "text")


async def test_a_near_shutoff_is_told_once_with_the_offices_phone(backend: Backend, home: Household) -> None:
    await move_with_shutoff(backend, home)
    assert await deliver_alerts(backend, TODAY) == {"told": 1}
    assert await deliver_alerts(backend, TODAY + timedelta(days=1)) == {"told": 0}
    body = await only_alert(backend)
    assert "$84.20 is past due. To keep your service on, please pay before Nov 24 or call us: we can help." in body
    assert "Reply PAY to pay." in body
    assert backend.coop.office_phone_display in body


async def test_no_shutoff_is_told_where_a_plan_or_a_medical_need_is_known(backend: Backend, home: Household) -> None:
    await move_with_shutoff(backend, home)
    async with backend.db.transaction() as session:
        plan = Arrangement(
            number="A1", account_id=home.account_id, conversation_id=home.conversation_id, parts=[], owed_cents=8420,
            granted_on=TODAY, created_at=NOW,
        )  # fmt: skip
        session.add(plan)
    assert await deliver_alerts(backend, TODAY) == {"told": 0}
    async with backend.db.transaction() as session:
        await session.execute(update(Arrangement).values(status="broken"))
        session.add(
            Ticket(
                number="T1", kind="medical", account_id=home.account_id, conversation_id=home.conversation_id,
                created_at=NOW,
            )
        )  # fmt: skip
    assert await deliver_alerts(backend, TODAY) == {"told": 0}
    async with backend.db.transaction() as session:
        await session.execute(update(Ticket).values(status="closed"))
    assert await deliver_alerts(backend, TODAY) == {"told": 1}


async def test_a_card_is_told_of_once_before_it_expires(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        await session.execute(
            update(PaymentMethod).where(PaymentMethod.id == home.card_id).values(exp_month=12, exp_year=2026)
        )
        session.add(AutoPay(account_id=home.account_id, method_id=home.card_id))
    await on(backend, home, {"card_expiring": None}, "text")
    assert await deliver_alerts(backend, TODAY) == {"told": 0}
    assert await deliver_alerts(backend, TODAY + timedelta(days=14)) == {"told": 1}
    assert await deliver_alerts(backend, TODAY + timedelta(days=15)) == {"told": 0}
    assert "your Visa ending 4242, which pays your bill, expires Dec 31" in await only_alert(backend)


async def test_a_bank_account_does_not_expire(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        session.add(AutoPay(account_id=home.account_id, method_id=home.bank_id))
    await on(backend, home, {"card_expiring": None}, "text")
    assert await deliver_alerts(backend, TODAY) == {"told": 0}
