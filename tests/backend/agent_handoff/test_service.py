"""The queue for a person: one place each, a summary without secrets, answers on the right way, an end."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.agent_handoff import service as handover
from backend.agent_handoff.unseen import load_unseen
from backend.app import Backend
from backend.audit.service import verify
from backend.clock import ManualClock
from backend.conversations import service as conversations
from backend.conversations.masking import mask_line
from backend.conversations.models import Conversation, InboundMessage
from backend.language import SPANISH, use_language
from backend.outbox.models import OutboxMessage
from tests.backend.household import Household, add_conversation


async def test_second_request_keeps_the_place(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        first = await handover.request_handoff(session, backend, home.conversation_id, tried="paying a bill")
        again = await handover.request_handoff(session, backend, home.conversation_id, tried="nothing")
        assert again.id == first.id
        assert first.summary["tried"] == "paying a bill"
        assert first.summary["who"] == "not identified"


async def write(backend: Backend, session: AsyncSession, conversation: str, number: int) -> InboundMessage:
    await conversations.record_inbound(
        session, backend, channel="web", provider_id=f"m{number}", conversation_id=conversation, text=f"words {number}"
    )
    message = await conversations.newest_inbound(session, conversation)
    assert message is not None
    return message


async def test_an_answered_handoff_waits_again(backend: Backend) -> None:
    web = await add_conversation(backend, "web-1")
    async with backend.db.transaction() as session:
        made = await handover.request_handoff(session, backend, web, tried="nothing")
        first = await write(backend, session, web, 1)
        assert await handover.note_member_message(session, backend, made, first) is None, "the request told it"
        await handover.send_answer(session, backend, web, "We are on it.", "ann", seen=first.id)
        assert made.status == "answered"
        second = await write(backend, session, web, 2)
        told = await handover.note_member_message(session, backend, made, second)
        assert told
        assert await handover.note_member_message(session, backend, made, second) == told, "after a crash"
        third = await write(backend, session, web, 3)
        assert await handover.note_member_message(session, backend, made, third) is None
        assert (made.status, made.waiting_since) == ("waiting", second.received_at)
        found = (await load_unseen(session, [made]))[made.id]
        assert (found.count, found.newest, found.at) == (2, "words 3", third.received_at)
        await handover.send_answer(session, backend, web, "And done.", "ann", seen=second.id)
        assert (made.status, made.waiting_since) == ("waiting", third.received_at), "she had not read the third"
        await handover.send_answer(session, backend, web, "And that too.", "ann", seen=third.id)
        assert (made.status, await load_unseen(session, [made])) == ("answered", {})
        again = await handover.request_handoff(session, backend, web, tried="asks for a person again")
        assert (again.id, again.status) == (made.id, "waiting")
    async with backend.db.read_session() as session:
        assert await verify(session) is None


async def test_the_summary_has_no_code_and_no_last_four(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        for place, text in enumerate(("99999-001 0142", "482913", "pay $1500")):
            await conversations.record_inbound(
                session,
                backend,
                channel="sms",
                provider_id=f"m{place}",
                conversation_id=home.conversation_id,
                text=text,
            )
        made = await handover.request_handoff(session, backend, home.conversation_id, tried="paying a bill")
    lines = "\n".join(made.summary["last_lines"])
    assert "0142" not in lines
    assert "482913" not in lines
    assert "$1500" in lines


async def test_office_sees_that_the_member_writes_spanish(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        with use_language(SPANISH):
            made = await handover.request_handoff(session, backend, home.conversation_id, tried="paying a bill")
    assert made.summary["language"] == "Spanish"


async def test_an_answer_reaches_the_web_page(backend: Backend, home: Household) -> None:
    web = await add_conversation(backend, "web-1")
    async with backend.db.transaction() as session:
        await handover.request_handoff(session, backend, web, tried="nothing")
        assert await handover.send_answer(session, backend, web, "We are on it.", "Ann") == "web"
        events = await conversations.events_after(session, web, 0)
        message = events[0].data["messages"][0]
        assert (message["author"], message["text"]) == ("Ann", "We are on it.")
        talk = await session.get_one(Conversation, web, populate_existing=True)
        assert talk.expects == handover.LIVE_AGENT


async def test_an_answer_reaches_the_phone(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        talk = await session.get_one(Conversation, home.conversation_id)
        talk.address = "+15555550142"
        assert await handover.send_answer(session, backend, talk.id, "We are on it.", "Ann") == "sms"
        message = await session.scalar(select(OutboxMessage))
        assert message is not None
        assert message.recipient == "+15555550142"
        assert message.body.startswith("Ann (")
        assert message.body.endswith("): We are on it.")


async def test_closing_returns_to_the_assistant(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        made = await handover.request_handoff(session, backend, home.conversation_id, tried="nothing")
        talk = await session.get_one(Conversation, home.conversation_id)
        talk.expects = handover.LIVE_AGENT
        await session.flush()
        assert await handover.close(session, backend, made.id, "ann")
        assert await handover.close(session, backend, made.id, "ann") is None
    async with backend.db.read_session() as session:
        assert (await session.get_one(Conversation, home.conversation_id)).expects == ""
        assert await handover.find_open_handoff(session, home.conversation_id) is None
        assert await verify(session) is None


@pytest.mark.parametrize(("answered", "expected"), [(True, "Ann Berg salió"), (False, "cerró aquí su petición")])
async def test_member_is_told_that_the_person_has_left(backend: Backend, answered: bool, expected: str) -> None:
    web = await add_conversation(backend, "web-1")
    async with backend.db.transaction() as session:
        talk = await session.get_one(Conversation, web)
        talk.language, talk.expects = SPANISH, handover.LIVE_AGENT
        made = await handover.request_handoff(session, backend, web, tried="nothing")
        if answered:
            await handover.send_answer(session, backend, web, "Hola.", "ann.berg")
        assert await handover.close(session, backend, made.id, "bob")
        events = await conversations.events_after(session, web, 0)
        message = events[-1].data["messages"][0]
    assert expected in message["text"]
    assert message["lang"] == SPANISH
    assert message.get("rate", False) is answered, "the page asks whether a person's answer helped"


async def test_who_writes_first_has_the_talk(
    backend: Backend, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a clock that goes on: the message is a moment older than the handoff that is made for it."""
    web = await add_conversation(backend, "web-1")
    stands = clock.now
    monkeypatch.setattr(clock, "now", lambda: clock.advance(seconds=1) or stands())
    async with backend.db.transaction() as session:
        await handover.send_answer(session, backend, web, "Hello.", "ann.berg")
        made = await handover.find_open_handoff(session, web)
        assert made is not None
        assert await handover.find_last_author(session, made) == "ann.berg"


async def test_member_who_returned_alone_is_told_nothing_more(backend: Backend) -> None:
    web = await add_conversation(backend, "web-1")
    async with backend.db.transaction() as session:
        made = await handover.request_handoff(session, backend, web, tried="nothing")
        assert await handover.close(session, backend, made.id, "ann")
        assert await conversations.events_after(session, web, 0) == []


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("0142", "[4 digits]"),
        ("It's 2210 Scout Camp Rd, the crew finds it", "It's 2210 Scout Camp Rd, the crew finds it"),
        ("pole number 4471 is leaning", "pole number 4471 is leaning"),
        ("el poste 4471 se mueve", "el poste 4471 se mueve"),
        ("last four 0142", "last four [4 digits]"),
        ("mis últimos cuatro son 0142", "mis últimos cuatro son [4 digits]"),
        ("it is 482913", "it is [code]"),
        ("see https://coop.example/portal/pay/abc", "see [link]"),
        ("99999-001", "99999-001"),
    ],
)
def test_lines(message: str, expected: str) -> None:
    assert mask_line(message) == expected
