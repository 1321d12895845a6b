"""Turning alerts on and off, and paperless billing: what is stored, notified and audited."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.alerts import service as alerts
from backend.alerts.kinds import InvalidThreshold
from backend.alerts.models import AlertSetting
from backend.app import Backend
from backend.audit.models import AuditRow
from backend.audit.service import verify
from backend.billing.models import Account
from backend.consents.models import Consent
from tests.backend.alerts.alert_settings import author, off, on, outbox
from tests.backend.household import Household


async def test_several_at_once_are_listed_and_consented_to(backend: Backend, home: Household) -> None:
    number = await on(backend, home, {"bill_due": 3, "usage_over": 1200}, "text")
    async with backend.db.read_session() as session:
        listed = await alerts.list_active_settings(session, home.account_id)
        consent = (await session.scalars(select(Consent))).one()
        acts = list(await session.scalars(select(AuditRow.act)))
        assert await verify(session) is None
    assert [(s.kind, s.channels, s.threshold) for s in listed] == [
        ("bill_due", ["text"], 3),
        ("usage_over", ["text"], 1200),
    ]
    assert (consent.wording, consent.reply, consent.reference) == ("Shall I turn them on?", "yes", number)
    assert acts == ["alerts_on"]
    [(kind, body)] = await outbox(backend, "notice")
    assert kind == "sms"
    assert "STOP" in body
    assert "HELP" in body


async def test_email_only_sends_no_text(backend: Backend, home: Household) -> None:
    await on(backend, home, {"bill_ready": None}, "email")
    assert await outbox(backend, "notice") == []


async def test_new_threshold_replaces_the_old(backend: Backend, home: Household) -> None:
    await on(backend, home, {"amount_over": 15000}, "text")
    await on(backend, home, {"amount_over": 20000}, "email")
    async with backend.db.read_session() as session:
        [setting] = await alerts.list_active_settings(session, home.account_id)
    assert (setting.threshold, setting.channels) == (20000, ["email"])


@pytest.mark.parametrize(
    ("kind", "threshold"), [("bill_due", 0), ("bill_due", 21), ("amount_over", None), ("usage_over", -1)]
)
async def test_a_threshold_that_makes_no_sense(
    backend: Backend, home: Household, kind: str, threshold: int | None
) -> None:
    with pytest.raises(InvalidThreshold):
        await on(backend, home, {kind: threshold}, "text")
    async with backend.db.read_session() as session:
        assert await alerts.list_active_settings(session, home.account_id) == []


async def test_the_last_one_off_revokes_the_consent(backend: Backend, home: Household) -> None:
    await on(backend, home, {"bill_due": 5, "past_due": None}, "text")
    assert await off(backend, home, "bill_due", "bill_ready") == ["bill_due"]
    async with backend.db.read_session() as session:
        assert (await session.scalars(select(Consent.revoked_at))).one() is None
    assert await off(backend, home, "past_due") == ["past_due"]
    async with backend.db.read_session() as session:
        assert (await session.scalars(select(Consent.revoked_at))).one() is not None
        stored = await session.scalar(select(AlertSetting.threshold).where(AlertSetting.kind == "bill_due"))
    assert stored == 5  # turned on again it has what it had


async def test_paperless_on_and_off(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        account = await session.get_one(Account, home.account_id)
        number = await alerts.enroll_paperless(session, backend, account, author(home))
        assert await alerts.is_paperless(session, home.account_id)
        assert await alerts.list_active_settings(session, home.account_id) == []
    async with backend.db.transaction() as session:
        await alerts.cancel_paperless(session, backend, await session.get_one(Account, home.account_id), author(home))
        assert not await alerts.is_paperless(session, home.account_id)
        consent = (await session.scalars(select(Consent))).one()
    assert consent.kind == "paperless"
    assert consent.revoked_at is not None
    sent = await outbox(backend, "notice")
    assert [kind for kind, _ in sent] == ["email", "email"]
    assert number in sent[0][1]
