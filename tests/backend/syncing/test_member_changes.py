"""What another billing system says of members and accounts that changed there is taken over, with its trail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.autopay.models import AutoPay
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.members.models import Member
from backend.payments.models import ScheduledPayment
from backend.payments.scheduled_runs import run_scheduled
from backend.providers.billing.system import RemoteAccount, RemoteMember, SystemUnavailable
from backend.syncing import closing
from backend.syncing.member_changes import ChangesNotKnown, sync_members
from tests.backend.autopay.enrollments import add_autopay, texts
from tests.backend.household import TODAY, Household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import quote_for, say_yes
from tests.backend.payments.test_office import sqlite_alone
from tests.backend.providers.billing.elsewhere import NUMBER, move_books

RUTH = RemoteMember(
    "99999", "Ruth A. Alvarez", "+15555550199", "", (RemoteAccount(NUMBER, "14 Mill Road", is_open=False),)
)
STRANGER = RemoteMember("77777", "Nobody", "", "", ())


async def test_changes_are_taken_over_once(backend: Backend, home: Household, clock: ManualClock) -> None:
    system = await move_books(backend)
    system.changed = [(clock.now(), RUTH), (clock.now(), STRANGER)]
    assert await sync_members(backend, TODAY) == {"accounts": 1, "members": 1, "contact_differs": 1, "unknown": 1}
    async with backend.db.read_session() as session:
        account, member = await session.get_one(Account, home.account_id), await session.get_one(Member, home.member_id)
        assert (account.service_address, account.status) == ("14 Mill Road", "closed")
        assert (member.name, member.phone) == ("Ruth A. Alvarez", "+15555550142")
        acts = list(await session.scalars(select(AuditRow.act).order_by(AuditRow.id)))
    assert acts == ["account_changed", "member_renamed"]
    clock.advance(hours=1)
    assert await sync_members(backend, TODAY) == {"contact_differs": 1, "unknown": 1}  # asked for with an overlap
    clock.advance(hours=1)
    assert await sync_members(backend, TODAY) == {}


async def test_with_an_account_that_is_closed_there_its_payments_end(
    backend: Backend, home: Household, clock: ManualClock, network: DirectNetwork
) -> None:
    await add_autopay(backend, home)
    await say_yes(backend, await quote_for(backend, home, pay_on=TODAY + timedelta(days=5)))
    system = await move_books(backend)
    system.changed = [(clock.now(), RUTH)]
    await sync_members(backend, TODAY)
    async with backend.db.read_session() as session:
        ended = list(await session.scalars(select(AuditRow).where(AuditRow.act != "account_changed")))
        assert list(await session.scalars(select(AutoPay.active))) == [False]
        assert list(await session.scalars(select(ScheduledPayment.status))) == ["failed"]
    assert {(row.actor, row.act) for row in ended if row.actor == "billing-sync"} == {
        ("billing-sync", "autopay_ended_by_closing"),
        ("billing-sync", "scheduled_payment_failed"),
        ("billing-sync", "member_renamed"),
    }
    assert [text for text in await texts(backend, "notice") if "was not made: the account is closed" in text]
    clock.advance(days=5)
    await run_scheduled(backend, backend.today())
    assert network.taken_cents() == 0


@sqlite_alone
async def test_what_went_on_for_an_account_closed_before_ends_too(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    await add_autopay(backend, home)
    async with backend.db.transaction() as session:
        (await session.get_one(Account, home.account_id)).status = "closed"
    system = await move_books(backend)
    system.changed = [(clock.now(), RUTH)]
    for _ in range(2):
        await sync_members(backend, TODAY)
        clock.advance(minutes=5)
    async with backend.db.read_session() as session:
        acts = list(await session.scalars(select(AuditRow.act).where(AuditRow.actor == "billing-sync")))
    assert acts.count("autopay_ended_by_closing") == 1


@sqlite_alone
async def test_a_crash_in_between_leaves_both_undone(
    backend: Backend, home: Household, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_autopay(backend, home)
    system = await move_books(backend)
    system.changed = [(clock.now(), RUTH)]
    with monkeypatch.context() as broken:
        broken.setattr(closing, "_fail_scheduled", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            await sync_members(backend, TODAY)
    async with backend.db.read_session() as session:
        assert list(await session.scalars(select(AutoPay.active))) == [True]
        assert list(await session.scalars(select(Account.status))) == ["open"]
    assert (await sync_members(backend, TODAY))["accounts"] == 1
    async with backend.db.read_session() as session:
        assert list(await session.scalars(select(AutoPay.active))) == [False]


async def test_what_was_not_heard_is_asked_for_again(backend: Backend, home: Household, clock: ManualClock) -> None:
    system = await move_books(backend)
    system.changed = [(clock.now(), RUTH)]
    system.trouble = SystemUnavailable()
    with pytest.raises(ChangesNotKnown):
        await sync_members(backend, TODAY)
    system.trouble = None
    clock.advance(hours=3)
    assert (await sync_members(backend, TODAY))["accounts"] == 1


async def test_our_own_books_have_nothing_to_take_over(backend: Backend, home: Household) -> None:
    assert await sync_members(backend, TODAY) == {}
