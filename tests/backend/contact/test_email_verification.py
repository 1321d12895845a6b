"""A new email: what may go to it and when, and what a code that was sent to it proves."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.clock import ManualClock
from backend.contact import email_verification
from backend.contact import service as contact
from backend.logins import login_creation, recovery_mail
from backend.logins import service as logins
from backend.members import identity
from backend.members.levels import Level
from backend.members.models import Member, OneTimeCode
from backend.outbox.models import OutboxMessage
from tests.backend.household import Household
from tests.support.conversations import get_or_start

OLD, NEW, PHONE, NEW_PHONE = "ruth@example.com", "new@example.org", "+15555550142", "+18155550188"


async def changed(backend: Backend, home: Household, what: Any, value: str, *, send: bool = False) -> None:
    """By somebody who has stepped up for a moment."""
    async with backend.db.transaction() as session:
        last4 = (await session.get_one(Member, home.member_id)).phone_last4
        await get_or_start(session, backend, home.conversation_id, channel="sms")
        await identity.identify(session, backend, home.conversation_id, number="99999-001", last4=last4)
        member_identity = replace(
            await identity.load_identity(session, backend, home.conversation_id), level=Level.STEPPED_UP
        )
        assert await contact.change(session, backend, home.conversation_id, member_identity, what, value)
        if send:
            assert await email_verification.send(session, backend, home.conversation_id, member_identity)


async def give_back(backend: Backend, home: Household, code: str) -> str:
    async with backend.db.transaction() as session:
        return await email_verification.check(session, backend, home.conversation_id, code)


async def messages(backend: Backend, purpose: str) -> list[OutboxMessage]:
    async with backend.db.read_session() as session:
        query = select(OutboxMessage).where(OutboxMessage.purpose == purpose).order_by(OutboxMessage.id)
        return list(await session.scalars(query))


async def code_to(backend: Backend, recipient: str) -> str:
    sent = [message for message in await messages(backend, "code") if message.recipient == recipient]
    found = re.search(r"\b\d{6}\b", sent[-1].body)
    assert found
    return found[0]


async def linked(backend: Backend, kind: str) -> list[str]:
    """Whom a reset link or user ID went to, after asking for one as anybody may who knows the number."""
    async with backend.db.transaction() as session:
        await recovery_mail.request_mail(
            session, backend, kind, who="ruth.a", last4="0142", source="web-1", asked_by="web-1", channel="web"
        )
    await recovery_mail.process_pending(backend)
    return [message.recipient for message in await messages(backend, "link")]


@pytest.fixture
async def member(backend: Backend, home: Household) -> Household:
    """Ruth, with a login."""
    async with backend.db.transaction() as session:
        await logins.add(session, backend, await session.get_one(Member, home.member_id), "ruth.a", "no hash")
    return home


@pytest.mark.parametrize("kind", [recovery_mail.RESET, recovery_mail.USER_ID])
async def test_new_email_gets_no_login_mail_for_a_day(
    backend: Backend, member: Household, clock: ManualClock, kind: str
) -> None:
    await changed(backend, member, "email", NEW)
    assert await linked(backend, kind) == []
    clock.advance(hours=23, minutes=59)
    assert await linked(backend, kind) == []
    clock.advance(minutes=1)
    assert await linked(backend, kind) == [NEW]


@pytest.mark.parametrize("kind", [recovery_mail.RESET, recovery_mail.USER_ID])
async def test_a_new_email_that_a_code_has_proven_gets_it_at_once(
    backend: Backend, member: Household, kind: str
) -> None:
    await changed(backend, member, "email", NEW, send=True)
    assert await linked(backend, kind) == []
    assert await give_back(backend, member, await code_to(backend, NEW)) == "ok"
    assert await linked(backend, kind) == [NEW]


async def test_a_code_to_one_email_proves_no_other(backend: Backend, member: Household) -> None:
    await changed(backend, member, "email", NEW, send=True)
    code = await code_to(backend, NEW)
    await changed(backend, member, "email", "third@example.org")
    assert await give_back(backend, member, code) == "expired"
    assert await linked(backend, recovery_mail.RESET) == []


async def test_a_proven_email_that_is_changed_again_is_new_again(backend: Backend, member: Household) -> None:
    await changed(backend, member, "email", NEW, send=True)
    assert await give_back(backend, member, await code_to(backend, NEW)) == "ok"
    await changed(backend, member, "email", "third@example.org")
    assert await linked(backend, recovery_mail.RESET) == []


async def test_a_code_counts_once_for_ten_minutes_and_five_tries(
    backend: Backend, member: Household, clock: ManualClock
) -> None:
    await changed(backend, member, "email", NEW, send=True)
    code = await code_to(backend, NEW)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert [await give_back(backend, member, slip) for slip in ("", "12345")] == ["wrong"] * 2, "slips cost no try"
    assert [await give_back(backend, member, wrong) for _ in range(5)] == ["wrong"] * 4 + ["locked"]
    assert await give_back(backend, member, code) == "locked"
    async with backend.db.transaction() as session:
        member_identity = await identity.load_identity(session, backend, member.conversation_id)
        assert await email_verification.send(session, backend, member.conversation_id, member_identity)
    code = await code_to(backend, NEW)
    clock.advance(minutes=10)
    assert await give_back(backend, member, code) == "expired"
    assert await linked(backend, recovery_mail.RESET) == []


async def test_code_to_a_new_email_does_not_step_up(backend: Backend, member: Household) -> None:
    await changed(backend, member, "email", NEW, send=True)
    code = await code_to(backend, NEW)
    async with backend.db.transaction() as session:
        result = await identity.check_code(session, backend, member.conversation_id, code=code)
    assert result.status == "expired"
    assert result.identity.level is Level.KNOWN


async def test_a_phone_that_was_changed_first_gets_no_code(backend: Backend, member: Household) -> None:
    """Nor does an email that was changed with it: then nothing is left that proves anything."""
    await changed(backend, member, "phone", NEW_PHONE)
    async with backend.db.transaction() as session:
        assert (await identity.send_code(session, backend, member.conversation_id)) == identity.CodeSent(
            "email", "r***@example.com"
        )
    await changed(backend, member, "email", NEW)
    async with backend.db.transaction() as session:
        refused = await identity.send_code(session, backend, member.conversation_id)
    assert refused == identity.CodeRefused("no_address")
    assert {message.recipient for message in await messages(backend, "code")} == {OLD}


async def test_address_of_a_step_up_code_is_recorded_as_proven(
    backend: Backend, member: Household, clock: ManualClock
) -> None:
    async with backend.db.transaction() as session:
        await get_or_start(session, backend, member.conversation_id, channel="sms")
        await identity.identify(session, backend, member.conversation_id, number="99999-001", last4="0142")
        await identity.send_code(session, backend, member.conversation_id)
    async with backend.db.transaction() as session:
        code = await code_to(backend, PHONE)
        assert (await identity.check_code(session, backend, member.conversation_id, code=code)).status == "ok"
    async with backend.db.read_session() as session:
        row = await session.get_one(Member, member.member_id)
        assert (row.phone_proven_at, row.email_proven_at) == (clock.now(), None)
        assert (await session.scalars(select(OneTimeCode))).one().used_at == clock.now()


async def test_password_set_while_the_email_is_new_notifies_the_phone_too(backend: Backend, member: Household) -> None:
    await changed(backend, member, "email", NEW, send=True)
    await give_back(backend, member, await code_to(backend, NEW))
    await linked(backend, recovery_mail.RESET)
    token = (await messages(backend, "link"))[0].body.partition("/portal/reset/")[2].split()[0]
    await recovery_mail.reset(backend, token, "brown hens 1955 lake")
    notices = {message.recipient for message in await messages(backend, "notice") if "password" in message.body}
    assert notices == {NEW, PHONE, "ruth@example.com"}, "the email before, too"


async def test_email_of_a_new_login_gets_the_user_id_once_its_code_returned(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        row = await session.get_one(Member, home.member_id)
        row.email = None
        await logins.save_holder_proof(session, backend, row, "1234")
        token = (await login_creation.create(session, backend, "web-1")).rpartition("/")[2]
    holder = login_creation.HolderClaim("99999-001", "0142", "residential", "1234")
    assert await login_creation.verify_holder(backend, token, holder, source="web-1") == "ok"
    await login_creation.save_name(backend, token, first_name="Ruth", last_name="Alvarez", email=NEW)
    codes = {"on_file": await code_to(backend, PHONE), "new": await code_to(backend, NEW)}
    assert set((await login_creation.verify_codes(backend, token, codes, source="web-1")).values()) == {"ok"}
    await login_creation.create_login(backend, token, user_id="ruth.a", password="violet tractor 88 hills")
    assert [one.recipient for one in await messages(backend, "notice") if "ruth.a" in one.body] == [NEW]
    assert {message.recipient for message in await messages(backend, "notice")} == {NEW, PHONE}
    assert await linked(backend, recovery_mail.RESET) == [NEW]
