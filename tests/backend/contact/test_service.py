"""Changing contact details: who is notified, what is stored, and what a new phone does not open yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.audit.models import AuditRow
from backend.billing.models import Account
from backend.clock import ManualClock
from backend.contact import service as contact
from backend.conversations.models import Conversation
from backend.language import SPANISH, use_language
from backend.members import identity
from backend.members.levels import Level, StepUpNeeded
from backend.members.models import Member
from backend.outbox.models import OutboxMessage
from backend.payments import receipts
from tests.backend.household import Household

TWO_PARTS = 2 * 153  # characters that two parts of a text carry
OLD, NEW = "+15555550142", "+18155550188"


async def changed(backend: Backend, home: Household, what: Any, value: str) -> bool:
    async with backend.db.transaction() as session:
        await identity.identify(session, backend, home.conversation_id, number="99999-001", last4="0142")
        member_identity = replace(
            await identity.load_identity(session, backend, home.conversation_id), level=Level.STEPPED_UP
        )
        return await contact.change(session, backend, home.conversation_id, member_identity, what, value)


async def recipients(backend: Backend) -> list[str]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(OutboxMessage.recipient).order_by(OutboxMessage.id)))


async def test_old_and_new_phone_and_email_are_notified(backend: Backend, home: Household) -> None:
    assert await changed(backend, home, "phone", NEW)
    assert await recipients(backend) == [OLD, "ruth@example.com", NEW], "the old one first"
    async with backend.db.read_session() as session:
        row = await session.scalar(select(AuditRow).where(AuditRow.act == "contact_phone"))
    assert row is not None
    assert OLD not in str((row.before, row.after))
    assert NEW not in str((row.before, row.after))
    assert [contact.which_side(backend, row, value) for value in (OLD, NEW, "+18155550199")] == ["old", "new", None]


def test_rows_from_before_references_are_still_understood(backend: Backend) -> None:
    row = AuditRow(act="contact_phone", before={"phone": OLD}, after={"phone": NEW})
    assert [contact.which_side(backend, row, value) for value in (OLD, NEW, "+18155550199")] == ["old", "new", None]


async def test_old_and_new_email_are_notified(backend: Backend, home: Household) -> None:
    assert await changed(backend, home, "email", "new@example.org")
    assert await recipients(backend) == ["ruth@example.com", OLD, "new@example.org"], "the old one first"


async def test_two_changes_in_a_day_are_told_to_the_contact_before_both(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    await changed(backend, home, "phone", NEW)
    clock.advance(hours=1)
    async with backend.db.transaction() as session:
        account = await session.get_one(Account, home.account_id)
        assert await contact.change_by_office(
            session, backend, account, "phone", "+18155550177", proof="card", by="dana"
        )
    assert set((await recipients(backend))[3:]) == {NEW, "ruth@example.com", "+18155550177", OLD}


@pytest.mark.parametrize(
    ("what", "new", "old"), [("phone", NEW, OLD), ("email", "new@example.org", "ruth@example.com")]
)
async def test_money_is_told_to_the_contact_before_for_a_day(
    backend: Backend, home: Household, clock: ManualClock, what: Any, new: str, old: str
) -> None:
    """Whoever had the contact changed may not be the member."""
    await changed(backend, home, what, new)
    before = len(await recipients(backend))
    for key in ("paid-1", "paid-2"):
        async with backend.db.transaction() as session:
            member = await session.get_one(Member, home.member_id)
            await receipts.send(session, backend, member, key, "receipt", "Payment receipt", "you paid $20.00.")
        clock.advance(hours=24)
    told = (await recipients(backend))[before:]
    assert told.count(new) == 2
    assert told.count(old) == 1, "in the first day alone"
    async with backend.db.transaction() as session:
        assert (await session.get_one(Member, home.member_id)).former_contact(what, clock.now()) is None


async def test_both_last_fours_open_the_lowest_level_for_a_day(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    """Who has a new phone pays by a link and hears the balance at once; whose phone was changed is not shut out."""
    await changed(backend, home, "phone", NEW)
    for last4 in ("0142", "0188"):
        async with backend.db.transaction() as session:
            found = await identity.identify(session, backend, home.conversation_id, number="99999-001", last4=last4)
        assert (found.status, found.identity.level) == ("ok", Level.KNOWN)
        assert identity.is_allowed(found.identity, "quick_pay")
        assert not identity.is_allowed(found.identity, "saved_method")
        assert not identity.is_allowed(found.identity, "update_contact_info")
    clock.advance(hours=24)
    async with backend.db.transaction() as session:
        found = await identity.identify(session, backend, home.conversation_id, number="99999-001", last4="0142")
    assert found.status == "no_match"


@pytest.mark.parametrize("level", [Level.ANONYMOUS, Level.KNOWN])
async def test_change_below_the_step_up_is_refused(backend: Backend, home: Household, level: Level) -> None:
    async with backend.db.transaction() as session:
        reached = await identity.identify(session, backend, home.conversation_id, number="99999-001", last4="0142")
        member_identity = replace(reached.identity, level=level, is_texting=True)
        with pytest.raises(StepUpNeeded):
            await contact.change(session, backend, home.conversation_id, member_identity, "email", "thief@example.org")
    assert await recipients(backend) == []


async def test_unchanged_contact_is_not_a_change(backend: Backend, home: Household) -> None:
    assert not await changed(backend, home, "email", "ruth@example.com")
    assert await recipients(backend) == []


@pytest.mark.parametrize(("what", "value"), [("phone", "+[removed]"), ("phone", "8155550177"), ("email", "[removed]")])
async def test_what_is_no_contact_is_not_put_on_file(backend: Backend, home: Household, what: Any, value: str) -> None:
    """A number that was taken for a card's is removed from a value that waits for its yes, too."""
    with pytest.raises(ValueError, match="to put on file"):
        await changed(backend, home, what, value)
    assert await recipients(backend) == []


async def test_new_phone_does_not_step_up_for_a_day(backend: Backend, home: Household, clock: ManualClock) -> None:
    await changed(backend, home, "phone", NEW)
    async with backend.db.transaction() as session:
        now = clock.now()
        session.add(
            Conversation(
                id="voice-new", channel="voice", address=NEW, attested=True, last_seen_at=now, started_at=now, level=0
            )
        )
        await session.flush()
        result = await identity.identify(session, backend, "voice-new", number="99999-001", last4="0188")
        assert result.identity.level is Level.KNOWN
        sent = await identity.send_code(session, backend, "voice-new")
        assert isinstance(sent, identity.CodeSent)
        assert sent.channel == "email"
    clock.advance(hours=24)
    async with backend.db.transaction() as session:
        result = await identity.identify(session, backend, "voice-new", number="99999-001", last4="0188")
        assert result.identity.level is Level.STEPPED_UP


@pytest.mark.parametrize("message", ["000-000-0000", "123-456-7890", "999-999-9999", "1111111111", "815-555-5555",
                                  "+10000000000"])  # fmt: skip
@pytest.mark.parametrize("strict", [True, False])
def test_placeholder_is_not_a_phone(message: str, strict: bool) -> None:
    assert contact.extract_phone(message, strict=strict) is None
    assert contact.extract_new_phone(f"change my phone to {message}", strict=strict) == (None, None)


def test_the_demos_numbers_are_for_trying_alone() -> None:
    assert contact.extract_new_phone("555-555-0199", strict=False) == ("+15555550199", None)
    assert contact.extract_new_phone("555-555-0199", strict=True) == (None, None)


@pytest.mark.parametrize(
    ("message", "phone"),
    [("815-555-0188", NEW), ("it is (815) 555 0188", NEW), ("555-0188", None), ("815-555-0188 or 815-555-0189", None)],
)
def test_phones(message: str, phone: str | None) -> None:
    assert contact.extract_phone(message) == phone


@pytest.mark.parametrize(
    ("message", "email"),
    [
        ("Ruth.A@Example.com", "ruth.a@example.com"),
        ("ruth at example dot com", "ruth@example.com"),
        ("a@b", None),
        ("x..y@example.com", None),
        ("a@example.com and b@example.com", None),
    ],
)
def test_emails(message: str, email: str | None) -> None:
    assert contact.extract_email(message) == email


@pytest.mark.parametrize(
    ("message", "asked", "address"),
    [
        ("PO Box 12, Hanover IL 61041", True, "PO Box 12, Hanover IL 61041"),
        ("change my mailing address to 4 Elm St, Lanark", False, "4 Elm St, Lanark"),
        ("4 Elm St, Lanark", False, "4 Elm St, Lanark"),
        ("4 Elm St", False, None),
        ("i moved", True, None),
    ],
)
def test_addresses(message: str, asked: bool, address: str | None) -> None:
    assert contact.extract_address(message, asked) == address


async def test_notices_are_in_both_the_conversation_and_file_language(backend: Backend, home: Household) -> None:
    with use_language(SPANISH):
        assert await changed(backend, home, "phone", NEW)
    async with backend.db.read_session() as session:
        sent = list(await session.scalars(select(OutboxMessage)))
    for message in sent:
        assert "se acaba de cambiar el teléfono" in message.body
        assert "was changed just now" in message.body  # who had the phone before may read English alone
        assert len(message.body) <= TWO_PARTS or message.kind == "email"


@pytest.mark.parametrize("what", ["phone", "email"])
async def test_what_is_the_co_ops_own_does_not_go_on_file(backend: Backend, home: Household, what: Any) -> None:
    own = {"phone": backend.coop.text_line, "email": backend.coop.email.upper()}[what]
    with pytest.raises(ValueError, match=f"no {what} to put on file"):
        await changed(backend, home, what, own)
    assert await recipients(backend) == []
