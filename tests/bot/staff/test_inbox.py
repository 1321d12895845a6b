"""The inbox over HTTP: who has a talk, what is kept when two act at once, and what open pages are told."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from sqlalchemy import select

from backend.agent_handoff.models import TalkNote
from backend.app import Backend
from backend.conversations import service as conversations
from backend.conversations.models import Conversation
from backend.outbox import service as outbox
from bot.channels.sms.routes import sms_conversation_id
from bot.channels.webchat.sessions import session_conversation_id
from tests.backend.household import Household
from tests.bot.channels.webchat.event_stream import listening
from tests.bot.edge import MEMBER, Answer, Edge, until
from tests.bot.staff.test_money import become
from tests.bot.staff.test_office import token_in, wait_for_a_person
from tests.bot.staff.test_sent_forms import go_on_without_secrets


async def text_talk(edge: Edge, words: str = "expect person") -> str:
    await edge.text(words)
    talk = sms_conversation_id(edge.services.settings, MEMBER)
    await wait_for_a_person(edge, talk)
    return talk


async def press(edge: Edge, talk: str, act: str, **fields: str) -> Answer:
    page = await edge.get(f"/staff/talks/{talk}")
    return await edge.post(f"/staff/talks/{talk}/{act}", data={"token": token_in(page), **fields})


async def sent_texts(edge: Edge) -> list[str]:
    async with edge.services.backend.db.read_session() as session:
        return [message["body"] for message in await outbox.list_messages(session)]


def field_in(page: Answer, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return found[1]


async def test_an_answer_over_somebody_elses_shows_it_first(edge: Edge) -> None:
    talk = await text_talk(edge)
    await become(edge, "ann")
    opened = await edge.get(f"/staff/talks/{talk}")
    bobs = {"text": "Bob here, please wait.", "last": field_in(opened, "last")}
    await press(edge, talk, "answer", text="Ann here, the crew comes.", last="0")
    await become(edge, "bob")
    refused = await press(edge, talk, "answer", **bobs)
    assert refused.status == 409
    assert "Ann answered meanwhile:</strong> Ann here, the crew comes." in refused.text
    assert "Ann has this talk." in refused.text
    assert ">Bob here, please wait.</textarea>" in refused.text, "what he typed is lost"
    assert not any("Bob here" in body for body in await sent_texts(edge))
    again = {"last": field_in(refused, "last"), "over": field_in(refused, "over")}
    assert (await press(edge, talk, "answer", **{**bobs, **again})).status == 200
    assert sum("Bob here" in body for body in await sent_texts(edge)) == 1


async def test_an_answer_that_is_sent_twice_goes_out_once(edge: Edge) -> None:
    talk = await text_talk(edge)
    await become(edge, "ann")
    page = await edge.get(f"/staff/talks/{talk}")
    data = {"token": token_in(page), "text": "Please call us.", "last": field_in(page, "last")}
    answers = await asyncio.gather(*(edge.post(f"/staff/talks/{talk}/answer", data=data) for _ in range(3)))
    assert [each.status for each in answers] == [200] * 3
    assert sum("Please call us." in body for body in await sent_texts(edge)) == 1


async def test_a_talk_is_taken_by_one_and_given_on_with_words(edge: Edge) -> None:
    talk = await text_talk(edge)
    await become(edge, "ann")
    await press(edge, talk, "take", instead_of="")
    assert talk in (await edge.get("/staff?show=mine")).text
    await become(edge, "bob")
    refused = await press(edge, talk, "take", instead_of="")
    assert refused.status == 409
    assert "Ann took it a moment ago." in refused.text
    assert talk not in (await edge.get("/staff?show=mine")).text
    await press(edge, talk, "take", instead_of="ann")
    assert talk in (await edge.get("/staff?show=mine")).text
    wrong = await press(edge, talk, "hand-over", to="nobody", words="call her at 3")
    assert wrong.status == 422
    assert ">call her at 3</textarea>" in wrong.text
    shown = await press(edge, talk, "hand-over", to="ann", words="call her at 3, card 4111 1111 1111 1111")
    assert "Taken out: a card number." in shown.text
    assert "Bob gave the talk" not in (await edge.get(f"/staff/talks/{talk}")).text, "nothing is done before"
    page = await go_on_without_secrets(edge, f"/staff/talks/{talk}/hand-over", shown)
    assert "Ann has it" in page.text
    assert "call her at 3" in page.text
    for told in ("Ann took the talk.", "Bob took the talk over from Ann.", "Bob gave the talk to Ann."):
        assert told in page.text
    assert "4111 1111" not in page.text
    assert not any("call her" in body for body in await sent_texts(edge)), "a note is for the office"
    assert talk not in (await edge.get("/staff?show=unassigned")).text


async def test_put_aside_it_comes_back_by_itself_and_when_the_member_writes(edge: Edge, backend: Backend) -> None:
    talk = await text_talk(edge)
    await become(edge, "ann")
    await press(edge, talk, "answer", text="I ask the crew.")
    assert (await press(edge, talk, "snooze", until="2020-01-01T10:00")).status == 422
    for wakes in ("time", "member", "by hand"):
        assert "Nobody is waiting" in (await press(edge, talk, "snooze", **{"for": "1"})).text
        assert talk in (await edge.get("/staff?show=snoozed")).text
        if wakes == "time":
            backend.clock.advance(hours=1)  # type: ignore[attr-defined]
        elif wakes == "member":
            await edge.text("any news?")
        else:
            await press(edge, talk, "wake")
        assert talk in (await edge.get("/staff")).text, wakes
        assert talk not in (await edge.get("/staff?show=snoozed")).text


async def test_closing_keeps_an_answer_that_was_not_sent_and_can_be_taken_back(edge: Edge) -> None:
    talk = await text_talk(edge)
    await become(edge, "ann")
    page = await press(edge, talk, "answer", text="Ann here.")
    close = re.search(r'formaction="(/staff/handovers/\d+/close)', page.text)
    assert close
    data = {"token": token_in(page), "seen": field_in(page, "seen"), "talk": talk}
    kept = await edge.post(close[1], data={**data, "text": "One more thing"})
    assert (kept.status, ">One more thing</textarea>" in kept.text) == (422, True)
    assert talk in (await edge.get("/staff")).text
    landed = (await edge.post(close[1], data={**data, "text": ""})).text
    assert "The talk is closed." in landed
    assert f"/staff/talks/{talk}/reopen" in landed
    assert talk not in (await edge.get("/staff")).text
    assert talk in (await edge.get("/staff?show=closed")).text
    await press(edge, talk, "reopen")
    assert talk in (await edge.get("/staff?show=mine")).text
    await edge.post(close[1], data={**data, "text": ""})
    left = [body for body in await sent_texts(edge) if body.startswith("Ann has left")]
    assert len(left) == 1, "reopened and never written to, the member has nobody to hear of leaving"


@pytest.mark.parametrize(
    ("words", "minutes", "returns"),
    [
        ("ok one more thing, the bill came to the wrong address", 5, True),
        ("gracias, pero no puedo llamar", 5, True),
        ("todavía tengo una pregunta para la persona", 29, True),
        ("ok one more thing, the bill came to the wrong address", 31, False),
        ("Muchas gracias, que tenga buen día", 5, False),
        ("thank you Ann, bye", 5, False),
        ("pay my bill", 5, False),
        ("my power is out", 5, False),
        ("no tengo luz", 5, False),
    ],
)
async def test_what_is_more_than_thanks_goes_back_to_who_just_closed(
    edge: Edge, backend: Backend, words: str, minutes: int, returns: bool
) -> None:
    talk = await text_talk(edge)
    await become(edge, "ann")
    page = await press(edge, talk, "answer", text="Ann here.")
    close = re.search(r'formaction="(/staff/handovers/\d+/close)', page.text)
    assert close
    await edge.post(close[1], data={"token": token_in(page), "seen": field_in(page, "seen"), "talk": talk})
    assert talk not in (await edge.get("/staff?show=mine")).text
    backend.clock.advance(minutes=minutes)  # type: ignore[attr-defined]
    asked = len(edge.engine.turns)
    await edge.text(words)
    await until(lambda: len(edge.engine.turns) > asked) if not returns else None
    assert (talk in (await edge.get("/staff?show=mine")).text) is returns
    assert (len(edge.engine.turns) == asked) is returns, "the assistant keeps quiet"
    await edge.text("and the second meter")
    asks_again = returns or (minutes <= 30 and ("gracias" in words or "bye" in words))
    assert (talk in (await edge.get("/staff?show=mine")).text) is asks_again, "thanks leave the way back open"


async def test_a_note_is_read_by_the_office_alone(edge: Edge, backend: Backend) -> None:
    session = await edge.session()
    talk = str(session_conversation_id(edge.services.settings, session))
    await edge.chat(session, "expect person", id="m1")
    await wait_for_a_person(edge, talk)
    await become(edge, "ann")
    assert (await press(edge, talk, "note", note=" ")).status == 422
    page = await press(edge, talk, "note", note="<i>angry</i>, be kind")
    assert "&lt;i&gt;angry" in page.text
    async with backend.db.read_session() as reading:
        assert (await reading.scalar(select(TalkNote.author))) == "ann"
        events = await conversations.events_after(reading, talk, 0)
    assert "angry" not in str([event.data for event in events])


async def test_ready_answers_are_filled_in_for_who_is_identified(edge: Edge, backend: Backend, home: Household) -> None:
    talk = await text_talk(edge)
    await become(edge, "ann")
    page = await edge.get("/staff/inbox/answers")
    await edge.post("/staff/inbox/answers/usual", data={"token": token_in(page)})
    new = {"token": token_in(page), "title": "Owes", "english": "{name} owes {amout due}", "spanish": "{name} debe"}
    refused = await edge.post("/staff/inbox/answers/0", data=new)
    assert refused.status == 422
    assert "There is no field {amout due}" in refused.text
    assert ">{name} owes {amout due}</textarea>" in refused.text
    right = {**new, "english": "{name} owes {amount due} by {due date}, {my name}"}
    assert "Owes" in (await edge.post("/staff/inbox/answers/0", data=right)).text
    again = {**right, "token": token_in(await edge.get("/staff/inbox/answers"))}
    assert (await edge.post("/staff/inbox/answers/0", data=again)).status == 422, "a second one of that title"
    page = await edge.get(f"/staff/talks/{talk}")
    assert 'data-ready="{name} owes {amount due} by {due date}, Ann"' in page.text, "whose phone it is proves nothing"
    unfilled = await press(edge, talk, "answer", text="{name} owes us")
    assert (unfilled.status, "fill in {name}" in unfilled.text) == (422, True)
    async with backend.db.transaction() as session:
        conversation = await session.get_one(Conversation, talk)
        conversation.level, conversation.account_id, conversation.member_id = 1, home.account_id, home.member_id
        conversation.language = "es"
    page = await edge.get(f"/staff/talks/{talk}?ready=6")
    assert 'data-ready="Ruth debe"' in page.text
    assert ">Ruth debe</textarea>" in page.text, "without scripts"


@asynccontextmanager
async def open_events(edge: Edge, path: str) -> AsyncIterator[dict[str, list[str]]]:
    """What a page that has the stream open is told: the data by event."""
    told: dict[str, list[str]] = {}

    async def read(answer: aiohttp.ClientResponse) -> None:
        event = ""
        async for raw in answer.content:
            line = raw.decode().rstrip("\n")
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: "):
                told.setdefault(event, []).append(line.removeprefix("data: "))

    async with edge.http.get(edge.url + path) as answer:
        assert answer.content_type == "text/event-stream"
        reading = asyncio.create_task(read(answer))
        try:
            await until(lambda: "waiting" in told)
            yield told
        finally:
            reading.cancel()


async def test_open_pages_are_told_of_what_changes(edge: Edge) -> None:
    talk = await text_talk(edge)
    await become(edge, "ann")
    bob = Edge(
        edge.services, edge.engine, edge.twilio, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
    )
    await become(bob, "bob")
    async with open_events(edge, f"/staff/events?talk={talk}") as anns:
        assert anns["waiting"] == ["1"]
        async with open_events(bob, f"/staff/events?talk={talk}") as bobs, open_events(bob, "/staff/events") as other:
            await until(lambda: anns.get("presence"))
            assert "Ann has it open too" in (await bob.get(f"/staff/talks/{talk}/viewers")).text
            await press(bob, talk, "take", instead_of="")
            await until(lambda: other.get("inbox"))
            for told in (anns, bobs, other):
                told.clear()
            await edge.text("hello?")
            await until(lambda: bobs.get("news") and anns.get(f"talk-{talk}") and other.get("inbox"))
            assert talk in bobs["news"][0]
            assert "news" not in anns, "bob has it"
            assert f"talk-{talk}" not in other, "that page shows another"
        await until(lambda: anns.get("presence"))
        assert "Bob" not in (await edge.get(f"/staff/talks/{talk}/viewers")).text
    await bob.http.close()


async def test_the_member_sees_a_person_join_type_and_leave(edge: Edge, backend: Backend) -> None:
    session = await edge.session()
    talk = str(session_conversation_id(edge.services.settings, session))
    await edge.chat(session, "expect person", id="m1")
    await wait_for_a_person(edge, talk)
    await become(edge, "ann")
    page = await edge.get(f"/staff/talks/{talk}")
    async with listening(edge, session) as stream:
        data = {"token": token_in(page), "writes": "yes"}
        assert (await edge.post(f"/staff/talks/{talk}/writing", data=data)).status == 204
        person = {"from": {"kind": "person", "name": "Ann"}}
        await until(lambda: ("typing", None, person) in stream.events)
        await edge.post(f"/staff/talks/{talk}/writing", data={**data, "writes": ""})
        await until(lambda: ("typing", None, {"stopped": True}) in stream.events)
    for words in ("Ann here.", "And one more."):
        page = await press(edge, talk, "answer", text=words)
    close = re.search(r'formaction="(/staff/handovers/\d+/close)', page.text)
    assert close
    await edge.post(close[1], data={"token": token_in(page), "seen": field_in(page, "seen")})
    async with backend.db.read_session() as reading:
        pushed = [event.data["messages"][0] for event in await conversations.events_after(reading, talk, 0)]
    assert [message.get("from") for message in pushed[-3:]] == [
        {"kind": "person", "name": "Ann", "joined": True},
        {"kind": "person", "name": "Ann", "joined": False},
        {"kind": "assistant", "left": "Ann"},
    ]


async def test_a_member_who_writes_again_waits_again(edge: Edge, backend: Backend) -> None:
    """By text and by web: with a mark, and as long as the oldest words that nobody has answered."""
    session = await edge.session()
    await edge.chat(session, "expect person", id="m1")
    web = session_conversation_id(edge.services.settings, session)
    await wait_for_a_person(edge, web)
    text = await text_talk(edge)
    await become(edge, "ann")
    for talk in (text, web):
        await press(edge, talk, "answer", text="We look at it.")
    row = re.compile(r'class="talk-link( unread)?" href="/staff/talks/([^"]+)".*?</a>', re.DOTALL)

    async def rows() -> dict[str, tuple[bool, str]]:
        return {one[2]: (bool(one[1]), one[0]) for one in row.finditer((await edge.get("/staff")).text)}

    assert [unread for unread, _ in (await rows()).values()] == [False, False]
    backend.clock.advance(minutes=10)  # type: ignore[attr-defined]
    since = backend.clock.now().isoformat()
    await edge.text("and the other meter?")
    await edge.chat(session, "and the other meter?", id="m2")
    backend.clock.advance(minutes=7)  # type: ignore[attr-defined]
    await edge.text("hello?")
    found = await rows()
    for talk, count in ((text, 2), (web, 1)):
        unread, shown = found[talk]
        assert unread, shown
        assert f"{count} new" in shown
        assert f'datetime="{since}" data-since>7 min' in shown
    assert "hello?" in found[text][1]
