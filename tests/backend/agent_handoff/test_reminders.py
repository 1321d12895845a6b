"""The office is told by text of a member who waits too long: once, in its hours, and whoever has the talk first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.agent_handoff import assignment, reminders
from backend.agent_handoff import service as handover
from backend.app import Backend
from backend.clock import ManualClock
from backend.conversations import service as conversations
from backend.conversations.models import Conversation
from backend.language import SPANISH
from backend.outbox.models import OutboxMessage
from backend.staff.people import StaffPerson
from backend.staff.roles import Role
from tests.backend.callout.crew import SAM
from tests.backend.household import Household, add_conversation


@pytest.fixture
def backend(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Backend:
    object.__setattr__(backend.coop, "on_call", (SAM,))
    people = [
        StaffPerson("ann", Role.AGENT, "ann@coop.example", "+18155550123"),
        StaffPerson("bob", Role.AGENT, "b@x.io"),
    ]

    async def list_people(*_: object) -> Sequence[StaffPerson]:
        return people

    monkeypatch.setattr(reminders, "list_people", list_people)
    return backend


async def told(backend: Backend) -> list[tuple[str, str]]:
    await reminders.remind_of_unanswered(backend, backend.today())
    async with backend.db.read_session() as session:
        query = select(OutboxMessage).where(OutboxMessage.purpose == reminders.PURPOSE).order_by(OutboxMessage.id)
        return [(message.kind, message.recipient) for message in await session.scalars(query)]


async def test_once_each_time_that_the_member_waits(backend: Backend, clock: ManualClock) -> None:
    web = await add_conversation(backend, "web-1")
    async with backend.db.transaction() as session:
        await handover.request_handoff(session, backend, web, tried="nothing")
    assert await told(backend) == []
    clock.advance(minutes=5)
    assert await told(backend) == [("sms", SAM.phone)]
    clock.advance(minutes=5)
    assert await told(backend) == [("sms", SAM.phone)], "told twice"
    async with backend.db.transaction() as session:
        await assignment.take(session, backend, web, "ann")
        await handover.send_answer(session, backend, web, "I look.", "ann")
    clock.advance(minutes=30)
    assert len(await told(backend)) == 1, "it is answered"
    async with backend.db.transaction() as session:
        await handover.request_handoff(session, backend, web, tried="again")
    clock.advance(minutes=5)
    assert (await told(backend))[1:] == [("sms", "+18155550123")], "ann has it"


async def test_who_has_no_phone_gets_an_email_and_what_is_put_aside_waits(
    backend: Backend, home: Household, clock: ManualClock
) -> None:
    async with backend.db.transaction() as session:
        await handover.request_handoff(session, backend, home.conversation_id, tried="nothing")
        until = clock.now() + timedelta(hours=1)
        assert await assignment.snooze(session, backend, home.conversation_id, until, "bob")
    clock.advance(minutes=30)
    assert await told(backend) == []
    clock.advance(minutes=31)
    assert await told(backend) == [("email", "b@x.io")]


@pytest.mark.parametrize(("hours", "count"), [(22, 0), (22 + 5 / 60, 1)], ids=["at eight", "five past eight"])
async def test_nobody_is_woken_before_the_office_was_open_as_long(
    backend: Backend, home: Household, clock: ManualClock, hours: float, count: int
) -> None:
    async with backend.db.transaction() as session:
        await handover.request_handoff(session, backend, home.conversation_id, tried="nothing")
    clock.advance(hours=12)  # ten at night
    assert await told(backend) == []
    clock.advance(minutes=round((hours - 12) * 60))
    assert len(await told(backend)) == count


async def ask_for_person(backend: Backend, name: str, channel: str = "web", address: str = "") -> str:
    talk_id = await add_conversation(backend, name, channel)
    async with backend.db.transaction() as session:
        talk = await session.get_one(Conversation, talk_id)
        talk.expects, talk.address, talk.language = handover.LIVE_AGENT, address, SPANISH if address else "en"
        await handover.request_handoff(session, backend, talk_id, tried="nothing")
    return talk_id


async def said_by_itself(backend: Backend, talk_id: str) -> list[str]:
    await reminders.remind_of_unanswered(backend, backend.today())
    async with backend.db.read_session() as session:
        events = await conversations.events_after(session, talk_id, 0)
        texts = await session.scalars(select(OutboxMessage.body).where(OutboxMessage.purpose == "reply"))
        return [event.data["messages"][0]["text"] for event in events] + list(texts)


async def test_who_waits_is_told_once_how_long_and_what_else_there_is(backend: Backend, clock: ManualClock) -> None:
    web = await ask_for_person(backend, "web-1")
    assert await said_by_itself(backend, web) == []
    clock.advance(minutes=6)
    [told_now] = await said_by_itself(backend, web)
    assert "waited 6 minutes" in told_now
    assert backend.coop.office_phone_display in told_now
    assert "call me back" in told_now
    clock.advance(minutes=6)
    assert len(await said_by_itself(backend, web)) == 1, "told twice"
    clock.advance(hours=5)  # the office has closed
    assert "has closed before anybody could answer" not in str(await said_by_itself(backend, web)), "hours late"


async def test_a_phone_is_told_by_text_in_its_language(backend: Backend, clock: ManualClock) -> None:
    sms = await ask_for_person(backend, "sms-1", "sms", "+15555550142")
    clock.advance(minutes=6)
    [told_now] = await said_by_itself(backend, sms)
    assert "Lleva 6 minutos" in told_now


async def test_who_went_back_to_the_assistant_is_not_told(backend: Backend, clock: ManualClock) -> None:
    web = await ask_for_person(backend, "web-1")
    async with backend.db.transaction() as session:
        await handover.return_to_assistant(session, backend, web, keep_place=True)
    clock.advance(minutes=6)
    assert await said_by_itself(backend, web) == []


async def test_the_assistant_answers_again_when_the_office_closes(backend: Backend, clock: ManualClock) -> None:
    while backend.coop.is_open(clock.now() + timedelta(minutes=2)):
        clock.advance(minutes=1)
    web = await ask_for_person(backend, "web-1")
    clock.advance(minutes=2)
    for _ in range(2):
        [told_now] = await said_by_itself(backend, web)
        assert "has closed before anybody could answer" in told_now
    async with backend.db.read_session() as session:
        assert (await session.get_one(Conversation, web)).expects == ""
        assert await handover.find_open_handoff(session, web) is not None, "it lost its place"
