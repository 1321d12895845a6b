"""The phone of development: a call and a text go through the app's own signed webhooks."""

from __future__ import annotations

from typing import Any

import pytest

from backend.coop import Coop
from backend.outbox.service import enqueue
from bot.dialogue.messages import Inbound
from bot.web.twilio_guard import webhook_token
from tests.bot.edge import AUTH_TOKEN, MEMBER, Answer, Edge

ELSEWHERE = {"X-Forwarded-For": "203.0.113.9"}


async def call(edge: Edge, phone: str = MEMBER, *, attested: bool = True) -> dict[str, Any]:
    answer = await edge.post("/dev/phone/calls", json={"phone": phone, "attested": attested})
    assert answer.status == 200, answer.text
    state: dict[str, Any] = answer.json
    return state


async def act(edge: Edge, state: dict[str, Any], act: str, value: str = "") -> dict[str, Any]:
    body = {"act": act, "value": value, "heard": state["heard"]}
    answer = await edge.post(f"/dev/phone/calls/{state['call']}", json=body)
    assert answer.status == 200, answer.text
    following: dict[str, Any] = answer.json
    return following


def said(state: dict[str, Any]) -> str:
    return " ".join(entry["text"] for entry in state["entries"] if entry["by"] == "line")


async def test_a_call_is_answered_and_goes_on(app_server: Edge) -> None:
    state = await call(app_server)
    assert "automated assistant" in said(state)
    assert state["mode"] == "listening"
    state = await act(app_server, state, "say", "expect member_number")
    assert said(state) == "Well?"
    for key in "99999001":
        state = await act(app_server, state, "press", key)
        assert state["entries"] == []
    assert state["keyed"] == "99999001"
    state = await act(app_server, state, "silence")
    assert app_server.engine.texts_of(f"call-{state['call']}")[-1] == "99999001"
    state = await act(app_server, state, "hang_up")
    assert (state["mode"], state["choices"]) == ("ended", [])


async def test_a_transfer_rings_until_nobody_answers(app_server: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Coop, "is_open", lambda coop, at: True)  # a closed office is not rung
    state = await act(app_server, await call(app_server), "say", "transfer")
    assert state["mode"] == "ringing"
    assert "answer" in [choice["act"] for choice in state["choices"]]
    state = await act(app_server, state, "no_answer")
    assert state["mode"] == "listening"


async def test_texts_of_the_phone_and_those_that_the_line_sends(app_server: Edge) -> None:
    answer = await app_server.post("/dev/phone/texts", json={"phone": MEMBER, "body": "hello there"})
    sent, echoed = answer.json["texts"]
    assert (sent["by"], sent["body"], echoed["by"]) == ("phone", "hello there", "line")
    assert "hello there" in echoed["body"]
    backend = app_server.services.backend
    async with backend.db.transaction() as session:
        for phone in (MEMBER, "+15555550777"):
            await enqueue(
                session, backend, kind="sms", recipient=phone, body=f"to {phone}", purpose="link", dedupe_key=phone
            )
    texts = (await app_server.get("/dev/phone/texts", params={"phone": MEMBER})).json["texts"]
    assert [text["body"] for text in texts][2:] == [f"to {MEMBER}"]


async def test_the_caller_is_as_far_proven_as_was_chosen(app_server: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Inbound] = []
    turns = app_server.services.turns
    take_turn = turns.take_turn

    async def watch(inbound: Inbound, **more: Any) -> Any:
        taken.append(inbound)
        return await take_turn(inbound, **more)

    monkeypatch.setattr(turns, "take_turn", watch)
    for phone, attested, address, proven in (
        (MEMBER, True, MEMBER, True),
        (MEMBER, False, MEMBER, False),
        ("", True, None, False),
    ):
        state = await call(app_server, phone, attested=attested)
        await act(app_server, state, "say", "hello")
        assert (taken[-1].address, taken[-1].attested) == (address, proven)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("calls", {"phone": "555-0142"}, 422),
        ("calls/CA0", {"act": "say", "value": "hello"}, 404),
        ("texts", {"phone": MEMBER, "body": " "}, 422),
        ("texts", {"phone": "", "body": "hello"}, 422),
    ],
)
async def test_what_cannot_be_is_refused(app_server: Edge, path: str, body: dict[str, str], status: int) -> None:
    assert (await app_server.post(f"/dev/phone/{path}", json=body)).status == status


async def test_an_act_out_of_place_leaves_the_call_as_it_is(app_server: Edge) -> None:
    state = await call(app_server)
    for name, value in (("answer", ""), ("press", "x")):
        answer = await app_server.post(f"/dev/phone/calls/{state['call']}", json={"act": name, "value": value})
        assert (answer.status, answer.json["error"]["code"]) == (409, "not_now")
    assert (await act(app_server, state, "say", "hello"))["mode"] == "listening"


async def test_it_is_for_this_machine_and_holds_no_secret(app_server: Edge) -> None:
    page = await app_server.get("/dev/phone")
    script = await app_server.get("/dev/phone/static/phone.js")
    assert (page.status, script.status) == (200, 200)
    for secret in (AUTH_TOKEN, webhook_token(app_server.services.settings), "Signature"):
        assert secret not in page.text + script.text
    assert "microphone=(self)" in page.headers["permissions-policy"]
    assert "microphone=()" in (await app_server.get("/")).headers["permissions-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    elsewhere: list[Answer] = [
        await app_server.get("/dev/phone", headers=ELSEWHERE),
        await app_server.get("/dev/phone", headers={"Host": "evil.example"}),
        await app_server.get("/dev/phone/static/phone.js", headers=ELSEWHERE),
        await app_server.get("/dev/phone/texts", params={"phone": MEMBER}, headers=ELSEWHERE),
        await app_server.post("/dev/phone/calls", json={}, headers=ELSEWHERE),
        await app_server.post("/dev/phone/calls/CA0", json={"act": "say"}, headers=ELSEWHERE),
        await app_server.post("/dev/phone/texts", json={"phone": MEMBER, "body": "hello"}, headers=ELSEWHERE),
    ]
    assert {answer.status for answer in elsewhere} == {404}


async def test_a_form_of_another_site_calls_nobody(app_server: Edge) -> None:
    answer = await app_server.post("/dev/phone/calls", data='{"phone": ""}', headers={"Content-Type": "text/plain"})
    assert answer.status == 415
