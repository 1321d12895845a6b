"""What another billing system says of members and accounts that changed there is taken over, with its trail."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.billing.member_changes import ChangesNotKnown, sync_members
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.members.models import Member
from backend.providers.billing.system import RemoteAccount, RemoteMember, SystemUnavailable
from tests.backend.household import TODAY, Household
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
