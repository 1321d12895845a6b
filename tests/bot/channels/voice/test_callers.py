"""Who is calling, and where the links of a call are texted."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.conversations.models import Conversation
from backend.demo import seed
from backend.members.service import find_account
from backend.outbox.models import OutboxMessage
from backend.outbox.service import opt_out
from tests.bot.channels.voice.phone_call import Line, spoken_text
from tests.bot.edge import MEMBER, Edge


async def texts_to(edge: Edge) -> list[OutboxMessage]:
    async with edge.services.backend.db.read_session() as session:
        return list(await session.scalars(select(OutboxMessage)))


async def test_a_link_is_texted_and_never_read_out(edge: Edge) -> None:
    line = Line(edge, phone="+15555550777")
    await line.go()
    path = line.action
    root = await line.speak("link")
    assert "ending 0 7 7 7" in spoken_text(root)
    assert "pay.example" not in spoken_text(root)
    await line.post(path, SpeechResult="link")
    (message,) = await texts_to(edge)
    assert message.recipient == "+15555550777"
    assert "https://pay.example/p/1" in message.body


async def test_a_link_of_an_account_goes_to_the_phone_on_the_account(edge: Edge) -> None:
    backend = edge.services.backend
    await seed(backend)
    line = Line(edge, phone="+15555550777")
    await line.go()
    await line.speak("hello")
    async with backend.db.transaction() as session:
        account = await find_account(session, "99999-001")
        conversation = await session.get_one(Conversation, line.conversation)
        assert account is not None
        conversation.account_id, conversation.level = account.id, 1
    assert "ending 0 1 4 2" in spoken_text(await line.speak("link"))
    assert [message.recipient for message in await texts_to(edge)] == ["+15555550142"]


async def test_phone_without_texts_is_told_so(edge: Edge) -> None:
    async with edge.services.backend.db.transaction() as session:
        await opt_out(session, edge.services.backend, "+15555550777")
    line = Line(edge, phone="+15555550777")
    await line.go()
    answer = spoken_text(await line.speak("link"))
    assert "could not text" in answer
    assert "I have texted" not in answer


ADDRESSES = {
    "a phone": ("+15555550142", {}, ("+15555550142", False)),
    "attested": ("+15555550142", {"StirVerstat": "TN-Validation-Passed-A"}, ("+15555550142", True)),
    "less than attested": ("+15555550142", {"StirVerstat": "TN-Validation-Passed-B"}, ("+15555550142", False)),
    "attested through a diversion": (
        "+15555550142",
        {"StirVerstat": "TN-Validation-Passed-A-Diverted"},
        ("+15555550142", False),
    ),
    "withheld": ("anonymous", {"StirVerstat": "TN-Validation-Passed-A"}, (None, False)),
    **{
        f"withheld as {number}": (number, {"StirVerstat": "TN-Validation-Passed-A"}, (None, False))
        for number in ("+266696687", "+86282452253", "+7378742833", "+656667", "+464", "Restricted", "unavailable", "")
    },
    "a SIP address": ("sip:bob@example.com", {}, (None, False)),
}


@pytest.mark.parametrize(("phone", "more", "expected"), ADDRESSES.values(), ids=ADDRESSES.keys())
async def test_caller_address_and_attestation(
    edge: Edge, phone: str, more: dict[str, str], expected: tuple[str | None, bool]
) -> None:
    line = Line(edge, phone=phone, **more)
    await line.go()
    await line.speak("hello")
    async with edge.services.backend.db.read_session() as session:
        row = await session.get_one(Conversation, line.conversation)
    assert (row.address, row.attested) == expected
    assert MEMBER not in row.source


async def test_one_phone_is_one_sender_whether_it_calls_or_texts(edge: Edge) -> None:
    """Guesses at identity are counted by the sender: two ways in are not twice as many tries."""
    line = Line(edge, phone=MEMBER)
    await line.go()
    await line.speak("hello")
    await edge.text("hello", phone=MEMBER)
    async with edge.services.backend.db.read_session() as session:
        rows = list(await session.scalars(select(Conversation)))
    assert {row.channel for row in rows} == {"voice", "sms"}
    assert len({row.source for row in rows}) == 1
