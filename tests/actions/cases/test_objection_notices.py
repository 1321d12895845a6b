"""Naming a request's number puts it on hold; whoever made the request, or the member, is notified."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.conversations.models import Conversation
from backend.members.levels import Level
from backend.outbox.models import OutboxMessage
from backend.tickets import service as tickets
from tests.actions.cases.objections import newest, notices
from tests.actions.conftest import Begin
from tests.actions.identity.forged_sender import begin as begin_forged
from tests.backend.household import NOW, Household
from tests.support.harness.talk import Talk


async def file(backend: Backend, talk: Talk, kind: str, account_id: int | None, phone: str | None = None) -> str:
    report = tickets.Report(kind=kind, details={"words": "please"}, account_id=account_id, phone=phone)
    async with backend.db.transaction() as session:
        return (await tickets.file_report(session, backend, talk.log.conversation_id, report)).ticket.number


async def stranger(backend: Backend, home: Household) -> Talk:
    """Who knows number and last four of the household."""
    known = {"account_id": home.account_id, "member_id": home.member_id, "verified_at": NOW, "level": 1}
    async with backend.db.transaction() as session:
        session.add(Conversation(id="web-thief", channel="web", last_seen_at=NOW, started_at=NOW, **known))
    return Talk(backend, "web-thief", channel="web")


async def held_notices(backend: Backend) -> list[OutboxMessage]:
    return [one for one in await notices(backend) if "never asked" in one.body]


@pytest.mark.parametrize(
    ("kind", "what"), [("callback", "a call back"), ("tree", "a look at a tree"), ("light", "a repair of a light"),
                       ("meter", "a check of the meter")]
)  # fmt: skip
async def test_member_is_informed_of_a_hold(
    backend: Backend, home: Household, begin: Begin, kind: str, what: str
) -> None:
    number = await file(backend, await begin(Level.KNOWN), kind, home.account_id)
    thief = await stranger(backend, home)
    await thief.user_input(f"not me {number}", intent="deny", acts={"deny"})
    thief.assert_response("utter_object_held")
    assert "ON HOLD" in (await newest(backend)).details
    messages = await held_notices(backend)
    assert {one.kind for one in messages} == {"sms", "email"}
    assert all(what in one.body and number in one.body for one in messages)


async def test_repeated_objections_send_one_notice(backend: Backend, home: Household, begin: Begin) -> None:
    number = await file(backend, await begin(Level.KNOWN), "callback", home.account_id)
    thief = await stranger(backend, home)
    for _ in range(3):
        await thief.user_input(f"not me {number}", intent="deny", acts={"deny"})
    assert len(await held_notices(backend)) == 2


async def test_objection_from_the_phone_on_file_is_answered_there(
    backend: Backend, home: Household, begin: Begin
) -> None:
    number = await file(backend, await begin(Level.KNOWN), "callback", home.account_id)
    member = await begin_forged(backend, home, channel="sms", level=Level.ANONYMOUS)
    await member.user_input(f"not me {number}", intent="deny", acts={"deny"})
    member.assert_response("utter_object_held")
    assert not await held_notices(backend)


async def test_stranger_without_an_account_is_informed_where_they_wrote(backend: Backend, home: Household) -> None:
    asker = await begin_forged(backend, home, channel="sms", level=Level.ANONYMOUS)
    number = await file(backend, asker, "callback", None)
    caller = await begin_forged(backend, home, channel="voice", level=Level.ANONYMOUS)
    await caller.user_input(f"not me {number}", intent="deny", acts={"deny"})
    async with backend.db.read_session() as session:
        messages = list(await session.scalars(select(OutboxMessage.body)))
    assert any("was never asked for" in body and number in body for body in messages)
