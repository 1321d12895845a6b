"""The web chat over real HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from backend.config import ROOT
from backend.conversations.models import InboundMessage
from backend.members import identity, known_senders
from backend.members.models import Member
from bot.channels.webchat import routes as webchat_routes
from bot.channels.webchat import sessions
from tests.backend.household import make_household
from tests.bot.channels.webchat.event_stream import Stream, listening
from tests.bot.conftest import running_edge
from tests.bot.edge import Edge, until
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

SESSION_SHAPE = 64


async def test_a_chat_from_session_to_answer(app_server: Edge) -> None:
    made = await app_server.post("/chat/sessions", json={})
    assert made.status == 201
    assert len(made.json["session"]) == SESSION_SHAPE
    answer = await app_server.chat(made.json["session"], "pay my bill", id="1")
    assert answer.status == 200
    assert answer.json == {
        "messages": [{"text": "You said: pay my bill", "buttons": [], "image": None, "alt": None, "link": None}]
    }


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is missing (Debian: apt-get install curl)")
async def test_the_chat_by_curl_works_as_documented(app_server: Edge) -> None:
    page = (ROOT / "docs" / "website.md").read_text(encoding="utf-8")
    [commands] = re.findall(r"^```\n(host=.*?)^```", page, re.DOTALL | re.MULTILINE)
    commands = commands.replace("https://your-host", app_server.url).replace("curl -sN", "curl --max-time 1 -sN")
    shell = await asyncio.create_subprocess_exec("bash", "-c", commands, stdout=asyncio.subprocess.PIPE)
    said = (await asyncio.wait_for(shell.communicate(), 20))[0].decode()
    answer, _, events = said.partition("retry:")
    assert json.loads(answer)["messages"][0]["text"] == "You said: what are your hours"
    assert "event: message\ndata: " in events


SESSION_BODIES = {
    "nothing": (b"", {}, 201),
    "an object": (b"{}", {"Content-Type": "application/json"}, 201),
    "half an object": (b"{", {"Content-Type": "application/json"}, 400),
    "a list": (b"[]", {"Content-Type": "application/json"}, 400),
    "bytes": (b"\xff\xfe", {"Content-Type": "application/json; charset=utf-8"}, 400),
}


@pytest.mark.parametrize(("body", "headers", "status"), SESSION_BODIES.values(), ids=SESSION_BODIES.keys())
async def test_a_session_needs_no_words_but_json_must_be_json(
    app_server: Edge, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = await app_server.post("/chat/sessions", data=body, headers=headers)
    assert answer.status == status
    assert ("session" if status == 201 else "error") in answer.json


async def test_no_two_sessions_are_alike_and_their_conversations_neither(app_server: Edge) -> None:
    first, second = await app_server.session(), await app_server.session()
    assert first != second
    await app_server.chat(first, "a", id="1")
    await app_server.chat(second, "b", id="1")
    names = [turn["conversation"] for turn in app_server.engine.turns]
    assert names[0] != names[1]
    assert all(name.startswith("web-") and first not in name for name in names)


async def test_the_same_id_again_is_the_same_answer_and_one_turn(app_server: Edge) -> None:
    session = await app_server.session()
    answers = await asyncio.gather(*(app_server.chat(session, "hello", id="abc") for _ in range(5)))
    again = await app_server.chat(session, "something else", id="abc")
    assert {answer.text for answer in [*answers, again]} == {answers[0].text}
    assert len(app_server.engine.turns) == 1


async def test_buttons_are_answered_by_payload_title_or_number(app_server: Edge) -> None:
    session = await app_server.session()
    for number, message in enumerate(['/choose{"amount":"full"}', "Full amount", "1"]):
        offered = (await app_server.chat(session, "buttons", id=f"a{number}")).json["messages"][0]["buttons"]
        assert offered[0] == {"title": "Full amount", "payload": '/choose{"amount":"full"}'}
        kind = "payload" if message.startswith("/") else "text"
        await app_server.post("/chat/messages", json={"session": session, "id": f"b{number}", kind: message})
    assert [t["text"] for t in app_server.engine.turns][1::2] == ['/choose{"amount":"full"}'] * 3


@pytest.mark.parametrize("payload", ['/choose{"amount":"1"}', "/restart", '/quick_pay{"level":2}'])
async def test_a_payload_of_ones_own_making_is_words(app_server: Edge, payload: str) -> None:
    await app_server.chat(await app_server.session(), id="1", payload=payload)
    assert not app_server.engine.turns[0]["text"].startswith("/")


async def test_a_typed_command_is_words(app_server: Edge) -> None:
    await app_server.chat(await app_server.session(), '/choose{"amount":"1"}', id="1")
    assert app_server.engine.turns[0]["text"] == 'choose{"amount":"1"}'


@pytest.mark.parametrize(
    "payload", ["4111111111111111", "pay with 4111111111111111", '/choose{"card":"4111111111111111"}']
)
async def test_card_number_in_a_payload_is_stored_nowhere(app_server: Edge, payload: str) -> None:
    answer = await app_server.chat(await app_server.session(), id="1", payload=payload)
    assert "card number" in answer.json["messages"][0]["text"]
    async with app_server.services.backend.db.read_session() as session:
        row = await session.get_one(InboundMessage, 1)
    assert "41111111" not in f"{row.text} {row.payload} {row.reply} {app_server.engine.turns}"
    assert not any(turn["text"].startswith("/") for turn in app_server.engine.turns)


async def test_request_may_be_sent_as_a_payload(app_server: Edge) -> None:
    await app_server.chat(await app_server.session(), id="1", payload="/quick_pay")
    assert app_server.engine.turns[0]["text"] == "/quick_pay"


# ------------------------------------------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"session": None}, "session"),
        ({"session": 5}, "session"),
        ({"session": ""}, "session"),
        ({"id": None}, "id"),
        ({"id": 7}, "id"),
        ({"id": ""}, "id"),
        ({"id": "x" * 65}, "id"),
        ({"id": "a b"}, "id"),
        ({"id": "../../x"}, "id"),
        ({"text": None}, "text"),
        ({"text": 5}, "text"),
        ({"text": ["a"]}, "text"),
        ({"text": ""}, "text"),
        ({"text": "   "}, "text"),
        ({"text": "x" * 1001}, "text"),
        ({"text": "x" * 10_000}, "text"),
        ({"text": "a", "payload": "/affirm"}, "payload"),
        ({"text": None, "payload": 3}, "payload"),
        ({"text": None, "payload": "x" * 1001}, "payload"),
    ],
)
async def test_a_wrong_field_is_named(app_server: Edge, change: dict[str, Any], field: str) -> None:
    body = {"session": await app_server.session(), "id": "1", "text": "hello"} | change
    answer = await app_server.post("/chat/messages", json={k: v for k, v in body.items() if v is not None})
    assert (answer.status, answer.json["error"]["field"]) == (422, field)
    assert answer.json["error"]["code"] == "invalid"
    assert app_server.engine.turns == []


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "bad_json"),
        (b"", "application/json", 400, "bad_json"),
        (b"\xff\xfe\x00\x01", "application/json", 400, "bad_json"),
        (b"[1]", "application/json", 400, "bad_json"),
        (b'"text"', "application/json", 400, "bad_json"),
        (b"[" * 50_000, "application/json", 400, "bad_json"),
        (b'{"a":1}', "text/plain", 415, "not_json"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "not_json"),
        (b'{"text":"' + b"x" * 70_000 + b'"}', "application/json", 413, "too_large"),
        (b"x" * 5_000_000, "application/json", 413, "too_large"),
    ],
)
async def test_body_that_is_not_a_json_object_is_refused(
    app_server: Edge, body: bytes, kind: str, status: int, code: str
) -> None:
    answer = await app_server.post("/chat/messages", data=body, headers={"Content-Type": kind})
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("session", ["x", "A" * 64, "é" * 64, "-" * 64, "A" * 200])
async def test_unknown_session_is_refused(app_server: Edge, session: str) -> None:
    answer = await app_server.chat(session, "hello", id="1")
    assert (answer.status, answer.json["error"]["code"]) == (404, "unknown_session")
    stream = await app_server.get("/chat/events", params={"session": session})
    assert (stream.status, stream.json["error"]["code"]) == (404, "unknown_session")


async def test_a_session_of_another_key_is_unknown(app_server: Edge) -> None:
    foreign = sessions.create_session_token(app_server.services.settings.with_values(secret_key="another"))
    assert (await app_server.chat(foreign, "hello", id="1")).status == 404


@pytest.mark.parametrize(
    "text", ["' OR 1=1; --", "<img src=x onerror=alert(1)>", "\U0001f44d", "\ud83d", "\x00", "a\x00b", "$1e9", "-5"]
)
async def test_odd_texts_are_answered(app_server: Edge, text: str) -> None:
    raw = json.dumps({"session": await app_server.session(), "id": "1", "text": text})
    answer = await app_server.post("/chat/messages", data=raw, headers={"Content-Type": "application/json"})
    assert answer.status in (200, 422)
    if answer.status == 200:
        assert answer.json["messages"][0]["text"]


async def test_methods_and_addresses_that_there_are_not(app_server: Edge) -> None:
    assert (await app_server.get("/chat/messages")).status == 405
    assert (await app_server.request("DELETE", "/chat/sessions")).status == 405
    nothing = await app_server.get("/chat/nothing")
    assert (nothing.status, nothing.json["error"]["code"]) == (404, "not_found")


async def test_too_many_new_sessions_are_slowed_down(app_server: Edge) -> None:
    answers = [await app_server.post("/chat/sessions", json={}) for _ in range(125)]
    assert {answer.status for answer in answers} == {201, 429}
    # the last may be let in again, where the machine is slow and the time of the first is over
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers if answer.status == 429)


# -------------------------------------------------------------------------------------------------------- stream


async def test_every_answer_comes_by_the_stream_too(app_server: Edge) -> None:
    session = await app_server.session()
    async with listening(app_server, session) as stream:
        answering = asyncio.create_task(app_server.chat(session, "slow hello", id="m-1"))
        await until(lambda: [name for name, _, _ in stream.events] == ["typing"])
        app_server.engine.gate.set()
        await until(lambda: stream.messages)
        await answering
    assert stream.messages[0]["reply_to"] == "m-1"
    assert stream.messages[0]["messages"][0]["text"] == "You said: slow hello"


async def test_missed_events_are_replayed_from_the_last_id(app_server: Edge) -> None:
    session = await app_server.session()
    for number in range(3):
        await app_server.chat(session, f"message {number}", id=str(number))
    async with listening(app_server, session) as stream:
        await until(lambda: len(stream.messages) == 3)
    first = stream.events[0][1]
    assert first is not None
    async with listening(app_server, session, **{"Last-Event-ID": first}) as stream:
        await until(lambda: len(stream.messages) == 2)
    assert [message["reply_to"] for message in stream.messages] == ["1", "2"]
    async with app_server.http.get(
        f"{app_server.url}/chat/events", params={"session": session, "last_event_id": first}
    ) as response:
        again = Stream(response)
        reading = asyncio.create_task(again.read())
        await until(lambda: len(again.messages) == 2)
        reading.cancel()


async def test_a_stream_shows_one_conversation_only(app_server: Edge) -> None:
    mine, other = await app_server.session(), await app_server.session()
    async with listening(app_server, mine) as stream:
        await app_server.chat(other, "a secret", id="1")
        await app_server.chat(mine, "mine", id="1")
        await until(lambda: stream.messages)
    assert [m["messages"][0]["text"] for m in stream.messages] == ["You said: mine"]


@pytest.mark.parametrize("last", ["x", "-1", "1e9", "9" * 30, "٣"])
async def test_invalid_last_event_id_is_refused(app_server: Edge, last: str) -> None:
    answer = await app_server.get("/chat/events", params={"session": await app_server.session(), "last_event_id": last})
    assert (answer.status, answer.json["error"]["field"]) == (422, "last_event_id")


async def test_a_slow_answer_comes_by_the_stream(app_server: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webchat_routes, "ANSWER_SECONDS", 0.2)
    session = await app_server.session()
    async with listening(app_server, session) as stream:
        assert (await app_server.chat(session, "slow", id="1")).json == {"messages": [], "pending": True}
        app_server.engine.gate.set()
        await until(lambda: stream.messages)
    assert stream.messages == [{"reply_to": "1", "messages": stream.messages[0]["messages"]}]
    assert (await app_server.chat(session, "slow", id="1")).json == {"messages": [], "pending": True}
    assert len(app_server.engine.turns) == 1


async def test_streams_end_when_the_server_stops(app_server: Edge) -> None:
    session = await app_server.session()
    async with listening(app_server, session) as stream:
        await app_server.chat(session, "hello", id="1")
        await until(lambda: stream.messages)
        await app_server.services.pushes.close()
        await until(lambda: stream.response.content.at_eof())


# ----------------------------------------------------------------------------------------------------- other sites


@pytest.mark.parametrize(("method", "path"), [("POST", "/chat/sessions"), ("OPTIONS", "/chat/sessions")])
async def test_unless_told_otherwise_only_the_own_pages_may_use_the_chat(
    app_server: Edge, method: str, path: str
) -> None:
    strange = await app_server.request(method, path, headers={"Origin": "https://evil.example"})
    assert not [name for name in strange.headers if name.lower().startswith("access-control-")]
    own = await app_server.request(method, path, headers={"Origin": app_server.url})
    assert own.headers["access-control-allow-origin"] == app_server.url
    assert "access-control-allow-credentials" not in own.headers


async def test_every_site_may_use_the_chat_where_that_was_chosen(
    folder: Path, engine: StandInEngine, twilio: StandInTwilio
) -> None:
    async with running_edge(folder, engine, twilio, CHAT_ORIGINS="*") as edge:
        answer = await edge.post("/chat/sessions", json={}, headers={"Origin": "https://www.coop.example"})
    assert answer.headers["access-control-allow-origin"] == "https://www.coop.example"


async def test_preflight_request_is_answered(app_server: Edge) -> None:
    headers = {"Origin": app_server.url, "Access-Control-Request-Method": "POST"}
    answer = await app_server.request("OPTIONS", "/chat/messages", headers=headers)
    assert answer.status == 204
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "Content-Type" in answer.headers["access-control-allow-headers"]


async def test_errors_can_be_read_by_the_page_too(app_server: Edge) -> None:
    answer = await app_server.chat("x", "hello", id="1")
    assert answer.status == 404
    answer = await app_server.post("/chat/messages", data=b"{", headers={"Origin": app_server.url})
    assert answer.headers["access-control-allow-origin"] == app_server.url


async def let_in(app_server: Edge, session: str) -> Member:
    """What the assistant does when number and last four fit."""
    backend = app_server.services.backend
    conversation = str(sessions.session_conversation_id(backend.settings, session))
    async with backend.db.transaction() as transaction:
        result = await identity.identify(transaction, backend, conversation, number="99999-001", last4="0142")
    assert result.status == "ok", result
    assert result.identity.member
    return result.identity.member


async def test_identified_browser_gets_its_own_token_and_others_none(app_server: Edge) -> None:
    backend = app_server.services.backend
    await make_household(backend)
    session = await app_server.session()
    assert "known" not in (await app_server.chat(session, "hello", id="1")).json
    member = await let_in(app_server, session)
    token = (await app_server.chat(session, "hello", id="2")).json["known"]
    assert known_senders.knows_browser(backend, token, member)
    assert member.number not in token

    body = {"session": session, "id": "3", "text": "hello", "known": ["of another member", token]}
    assert "known" not in (await app_server.post("/chat/messages", json=body)).json, "it has one"


@pytest.mark.parametrize("known", ["x", ["x"], [1], [None], {}, 7, ["a" * 5000], ["\ud800"], [" "] * 900])
async def test_foreign_token_counts_for_nothing(app_server: Edge, known: Any) -> None:
    session = await app_server.session()
    body = {"session": session, "id": "1", "text": "hello", "known": known}
    assert (await app_server.post("/chat/messages", json=body)).status == 200


async def test_a_strangers_misses_hold_no_known_browser_back(app_server: Edge) -> None:
    backend = app_server.services.backend
    await make_household(backend)
    session = await app_server.session()
    await app_server.chat(session, "hello", id="1")
    await let_in(app_server, session)
    token = (await app_server.chat(session, "hello", id="2")).json["known"]
    stranger = await app_server.session()
    await app_server.chat(stranger, "hello", id="1")
    conversation = str(sessions.session_conversation_id(backend.settings, stranger))
    for last4 in range(5):
        async with backend.db.transaction() as transaction:
            await identity.identify(transaction, backend, conversation, number="99999-001", last4=f"999{last4}")
    later = await app_server.session()
    body = {"session": later, "id": "1", "text": "hello", "known": [token]}
    assert (await app_server.post("/chat/messages", json=body)).status == 200
    await let_in(app_server, later)
