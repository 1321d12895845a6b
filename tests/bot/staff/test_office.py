"""The office's pages: closed without an account, guarded with one, and a way to write to waiting members."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from argon2 import PasswordHasher

from backend.agent_handoff import service as handover
from backend.clock import ManualClock
from backend.conversations import service as conversations
from backend.logins import throttle
from backend.outage.models import ForwardedReport
from backend.outbox import service as outbox
from backend.staff import signin
from backend.tickets import history
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from bot.channels.sms.routes import sms_conversation_id
from bot.channels.webchat.sessions import session_conversation_id as web_conversation_of
from tests.backend.household import make_household
from tests.bot.conftest import running_edge
from tests.bot.edge import MEMBER, Answer, Edge, twiml_texts
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

PASSWORD = "a long password for tests"
ACCOUNTS = f"ann={PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)}"
EMAILS = "ann=ann@prairierivers.example"
OPEN = datetime(2026, 11, 18, 16, 0, tzinfo=UTC)  # a Wednesday, ten in the morning in Chicago


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(OPEN)


@pytest.fixture
async def edge(folder: Path, engine: StandInEngine, twilio: StandInTwilio, clock: ManualClock) -> AsyncIterator[Edge]:
    async with running_edge(folder, engine, twilio, clock, STAFF_ACCOUNTS=ACCOUNTS, STAFF_EMAILS=EMAILS) as made:
        made.http._cookie_jar = aiohttp.CookieJar(unsafe=True)  # the test's host is an address
        yield made


async def sign_in(edge: Edge, password: str = PASSWORD, name: str = "ann") -> Answer:
    return await edge.post("/staff/sign-in", data={"name": name, "password": password})


def token_in(page: Answer) -> str:
    found = re.search(r'name="token" value="([0-9a-f]+)"', page.text)
    assert found, page.text
    return found[1]


def shown_in(page: Answer) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page.text)
    assert found, page.text
    return found[1]


async def wait_for_a_person(edge: Edge, conversation: str) -> None:
    """What the dialogue does when a person is asked for in open hours."""
    async with edge.services.backend.db.transaction() as session:
        await handover.request_handoff(session, edge.services.backend, conversation, tried="paying a bill")


async def test_without_an_account_the_pages_do_not_exist(app_server: Edge) -> None:
    for path in ("/staff", "/staff/sign-in", "/staff/tickets/K7M-4Q2"):
        assert (await app_server.get(path)).status == 404
    assert (await sign_in(app_server)).status == 404


async def test_password_is_required(edge: Edge) -> None:
    assert "Password" in (await edge.get("/staff")).text
    assert (await sign_in(edge, "wrong")).status == 403
    assert (await sign_in(edge, name="bob")).status == 403
    assert "Who waits" not in (await edge.get("/staff")).text
    assert "Who waits" in (await sign_in(edge)).text


async def test_guessing_is_slowed_down(edge: Edge, clock: ManualClock) -> None:
    answers = [(await sign_in(edge, "wrong")).status for _ in range(throttle.MAX_PER_SOURCE_AND_TARGET + 1)]
    assert answers == [403] * throttle.MAX_PER_SOURCE_AND_TARGET + [429]
    assert (await sign_in(edge)).status == 429
    clock.advance(minutes=15)
    assert "Who waits" in (await sign_in(edge)).text


async def press_ann(edge: Edge) -> None:
    """Strangers at many addresses try her name."""
    for count in range(throttle.MAX_PER_TARGET):
        await signin.sign_in(edge.services.backend, "ann", "wrong", source=f"web-{count}")


async def test_strangers_cannot_keep_the_office_out(edge: Edge) -> None:
    await sign_in(edge)
    token = token_in(await edge.get("/staff"))
    await edge.post("/staff/sign-out", data={"token": token})
    await press_ann(edge)
    assert "Who waits" in (await sign_in(edge)).text, "her own browser was held back"


async def test_a_new_browser_gets_in_by_a_code(edge: Edge) -> None:
    await press_ann(edge)
    wrong = await sign_in(edge, "wrong")
    page = await sign_in(edge)
    assert re.sub(r'code_token" value="[^"]+"', "", wrong.text) == re.sub(r'code_token" value="[^"]+"', "", page.text)
    async with edge.services.backend.db.read_session() as session:
        sent = await outbox.list_messages(session)
    assert [message["recipient"] for message in sent] == ["ann@prairierivers.example"]
    form = {"code_token": re.findall(r'code_token" value="([^"]+)"', page.text)[0], "code": "nothing"}
    again = await edge.post("/staff/sign-in/code", data=form)
    assert again.status == 403
    assert "not the code" in again.text
    form["code"] = sent[0]["body"].split()[0]
    assert "Who waits" in (await edge.post("/staff/sign-in/code", data=form)).text
    assert "used up" in (await edge.post("/staff/sign-in/code", data=form)).text


async def test_signing_out_ends_a_copied_cookie(edge: Edge) -> None:
    await sign_in(edge)
    copied = {cookie.key: cookie.value for cookie in edge.http.cookie_jar}
    page = await edge.get("/staff")
    await edge.post("/staff/sign-out", data={"token": token_in(page)})
    edge.http.cookie_jar.clear()
    header = {"Cookie": f"ml_staff={copied['ml_staff']}"}
    assert "Who waits" not in (await edge.get("/staff", headers=header)).text


async def test_a_new_password_ends_the_sessions(edge: Edge) -> None:
    await sign_in(edge)
    accounts = edge.services.settings.staff_accounts
    assert isinstance(accounts, dict)
    accounts["ann"] = PasswordHasher(time_cost=1, memory_cost=1024).hash("another long password")
    assert "Who waits" not in (await edge.get("/staff")).text


async def test_forged_session_or_form_does_nothing(edge: Edge) -> None:
    await edge.chat(await edge.session(), "hello", id="m1")
    forged = "A" * 43
    page = await edge.get("/staff", headers={"Cookie": f"ml_staff={forged}"})
    assert "Who waits" not in page.text
    await sign_in(edge)
    assert (await edge.post("/staff/sign-out", data={"token": "0" * 64})).status == 403
    away = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    token = token_in(await edge.get("/staff"))
    assert (await edge.post("/staff/sign-out", data={"token": token}, headers=away)).status == 403
    assert "Who waits" in (await edge.get("/staff")).text


async def test_a_browser_that_hides_its_origin_gets_a_way_in(edge: Edge) -> None:
    form, hidden = {"name": "ann", "password": PASSWORD}, {"Origin": "null"}
    page = await edge.post("/staff/sign-in", data=form, headers=hidden)
    assert (page.status, "sign in once more here" in page.text) == (403, True)
    door = re.search(r'name="door" value="(\w+)"', page.text)
    assert door
    assert "Who waits" in (await edge.post("/staff/sign-in", data=form | {"door": door[1]}, headers=hidden)).text


async def test_the_pages_are_locked_down(edge: Edge) -> None:
    await sign_in(edge)
    page = await edge.get("/staff")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"


async def test_a_web_conversation_with_a_person_and_back(edge: Edge) -> None:
    session = await edge.session()
    conversation = str(web_conversation_of(edge.services.settings, session))
    await edge.chat(session, "expect person", id="m1")
    await wait_for_a_person(edge, conversation)
    asked = len(edge.engine.turns)
    assert (await edge.chat(session, "are you there", id="m2")).json["messages"] == []
    assert len(edge.engine.turns) == asked, "the assistant was not quiet"

    await sign_in(edge)
    assert "are you there" in (await edge.get("/staff")).text
    page = await edge.get(f"/staff/talks/{conversation}")
    assert "paying a bill" in page.text
    assert "are you there" in page.text
    data = {"token": token_in(page), "text": "<b>Yes</b>, Ann here.", "ticket": ""}
    answered = await edge.post(f"/staff/talks/{conversation}/answer", data=data)
    assert "&lt;b&gt;Yes" in answered.text
    async with edge.services.backend.db.read_session() as reading:
        events = await conversations.events_after(reading, conversation, 0)
    message = events[-1].data["messages"][0]
    assert (message["author"], message["text"]) == ("Ann", "<b>Yes</b>, Ann here.")

    back = (await edge.chat(session, "back to the assistant", id="m3")).json["messages"]
    assert "automated assistant" in back[0]["text"]
    assert (await edge.chat(session, "hello", id="m4")).json["messages"][0]["text"] != ""
    assert len(edge.engine.turns) == asked + 1
    assert "Nobody is waiting" in (await edge.get("/staff")).text


@pytest.mark.parametrize("words", ["Call me back", "Que me llamen luego"])
async def test_a_call_back_can_be_asked_for_while_nobody_answers(edge: Edge, words: str) -> None:
    session = await edge.session()
    conversation = str(web_conversation_of(edge.services.settings, session))
    [waiting] = (await edge.chat(session, "expect person", id="m1")).json["messages"]
    assert waiting["waits"], "the page of the chat is not told"
    await wait_for_a_person(edge, conversation)
    asked = len(edge.engine.turns)
    await edge.chat(session, words, id="m2")
    assert len(edge.engine.turns) == asked + 1, "it went to a person who is not there"


async def test_a_member_who_writes_after_the_answer_waits_again(edge: Edge, clock: ManualClock) -> None:
    session, older = await edge.session(), await edge.session()
    talks = [str(web_conversation_of(edge.services.settings, each)) for each in (older, session)]
    await sign_in(edge)
    for each, talk in zip((older, session), talks, strict=True):
        await edge.chat(each, "expect person", id="m1")
        await wait_for_a_person(edge, talk)
        page = await edge.get(f"/staff/talks/{talk}")
        clock.advance(minutes=1)
        data = {"token": token_in(page), "text": "Ann here.", "ticket": "", "seen": shown_in(page)}
        await edge.post(f"/staff/talks/{talk}/answer", data=data)
    assert " new</span>" not in (await edge.get("/staff")).text
    clock.advance(minutes=5)
    told = (await edge.chat(session, "my meter shows nothing, please help", id="m2")).json["messages"]
    assert [message["text"].partition(",")[0] for message in told] == ["The office has your message"]
    assert (await edge.chat(session, "hello? are you there?", id="m3")).json["messages"] == [], "told once"
    assert edge.engine.texts_of(talks[1]) == ["expect person"]
    desk = (await edge.get("/staff")).text
    assert "2 new</span>" in desk
    assert "hello? are you there?" in desk
    assert 'datetime="2026-11-18T16:07:00+00:00" data-since>0 min<' in desk
    assert desk.index(talks[1]) < desk.index(talks[0]), "ahead of the older one, which is answered"

    page = await edge.get(f"/staff/talks/{talks[1]}")
    data = {"token": token_in(page), "text": "I look into it.", "ticket": "", "seen": shown_in(page)}
    await edge.chat(session, "and it smells odd", id="m4")
    await edge.post(f"/staff/talks/{talks[1]}/answer", data=data)
    assert "1 new</span>" in (await edge.get("/staff")).text, "the answer was no answer to that"
    data["seen"] = shown_in(await edge.get(f"/staff/talks/{talks[1]}"))
    await edge.post(f"/staff/talks/{talks[1]}/answer", data=data)
    assert " new</span>" not in (await edge.get("/staff")).text
    assert "data-since" not in (await edge.get("/staff")).text

    clock.advance(hours=6, minutes=20)  # 4:27 PM
    await sign_in(edge)  # the session ended in the idle hours
    data["token"] = token_in(await edge.get(f"/staff/talks/{talks[1]}"))
    await edge.post(f"/staff/talks/{talks[1]}/answer", data=data)
    clock.advance(minutes=10)
    (closed,) = (await edge.chat(session, "thanks, when?", id="m5")).json["messages"]
    assert "closed just now" in closed["text"], "it promises nobody"


async def test_a_text_is_answered_by_text_and_closed(edge: Edge) -> None:
    await edge.text("expect person")
    conversation = sms_conversation_id(edge.services.settings, MEMBER)
    await wait_for_a_person(edge, conversation)
    assert twiml_texts(await edge.text("hello?")) == []
    await sign_in(edge)
    page = await edge.get(f"/staff/talks/{conversation}")
    data = {"token": token_in(page), "text": "Please call us.", "ticket": ""}
    await edge.post(f"/staff/talks/{conversation}/answer", data=data)
    async with edge.services.backend.db.read_session() as session:
        sent = [message["body"] for message in await outbox.list_messages(session)]
    assert "Ann (Prairie Rivers): Please call us." in sent
    close = re.search(r'action="(/staff/handovers/\d+/close)"', page.text)
    assert close
    await edge.post(close[1], data={"token": token_in(page)})
    async with edge.services.backend.db.read_session() as session:
        sent = [message["body"] for message in await outbox.list_messages(session)]
    assert any(body.startswith("Ann has left this talk.") for body in sent), sent
    assert twiml_texts(await edge.text("hello again")) != []


async def test_a_message_that_was_not_read_is_shown_before_closing(edge: Edge) -> None:
    await edge.text("expect person")
    conversation = sms_conversation_id(edge.services.settings, MEMBER)
    await wait_for_a_person(edge, conversation)
    await sign_in(edge)
    page = await edge.get(f"/staff/talks/{conversation}")
    unanswered = re.search(r'action="(/staff/handovers/\d+/close)"', page.text)
    assert unanswered
    asked = await edge.post(unanswered[1], data={"token": token_in(page), "seen": shown_in(page)})
    assert (asked.status, "expect person" in asked.text) == (409, True), "nobody has answered the request"
    await edge.text("the meter says 48211")
    desk = await edge.get("/staff")
    assert ">555-555-0142</span>" in desk.text
    close = re.search(r'action="(/staff/handovers/\d+/close)"', page.text)
    assert close
    for seen in ({}, {"seen": shown_in(page)}):  # from the list, and from the page that was opened before
        refused = await edge.post(close[1], data={"token": token_in(desk), **seen})
        assert refused.status == 409
        assert "the meter says 48211" in refused.text
    await edge.text("and 5")
    again = await edge.post(close[1], data={"token": token_in(desk), "seen": shown_in(refused), "sure": "yes"})
    assert again.status == 409
    assert "48211" not in again.text, "that was shown"
    assert "and 5" in again.text
    assert "Nobody is waiting" not in (await edge.get("/staff")).text
    await edge.post(close[1], data={"token": token_in(desk), "seen": shown_in(again), "sure": "yes"})
    assert "Nobody is waiting" in (await edge.get("/staff")).text


async def test_the_office_sees_whose_phone_a_text_came_from(edge: Edge) -> None:
    await make_household(edge.services.backend)
    pages = []
    await sign_in(edge)
    for phone in (MEMBER, "+15555550143"):
        await edge.text("hello", phone=phone)
        talk = sms_conversation_id(edge.services.settings, phone)
        pages.append((await edge.get(f"/staff/talks/{talk}")).text)
    assert "The phone 555-555-0142 is on file" in pages[0]
    assert "Not identified." in pages[0]
    assert '<a href="/staff/members/99999-001">Ruth Alvarez, 99999-001</a>' in pages[0]
    assert "The phone 555-555-0143 is on file for no open account" in pages[1]
    assert "Ruth Alvarez" not in pages[1]


async def test_danger_and_closing_time_end_the_quiet(edge: Edge, clock: ManualClock) -> None:
    session = await edge.session()
    conversation = str(web_conversation_of(edge.services.settings, session))
    await edge.chat(session, "expect person", id="m1")
    await wait_for_a_person(edge, conversation)
    assert (await edge.chat(session, "there are sparks from my meter", id="m2")).json["messages"] != []
    await edge.chat(session, "expect person", id="m3")
    assert (await edge.chat(session, "hello", id="m4")).json["messages"] == []
    clock.advance(hours=8)
    assert (await edge.chat(session, "still nobody", id="m5")).json["messages"] != []


async def test_tickets_are_shown_and_closed(edge: Edge) -> None:
    await edge.text("hello")
    conversation = sms_conversation_id(edge.services.settings, MEMBER)
    async with edge.services.backend.db.transaction() as session:
        made = await tickets.open_ticket(
            session, edge.services.backend, conversation, kind="outage", details={"danger": "a wire"}, urgent=True
        )
    await sign_in(edge)
    assert "Urgent" in (await edge.get("/staff")).text
    async with edge.services.backend.db.transaction() as session:
        refused = ForwardedReport(ticket_id=made.id, status="refused", next_try_at=made.created_at, problem="no <M7>")
        session.add(refused)
    page = await edge.get(f"/staff/tickets/{made.number}")
    assert "a wire" in page.text
    assert "refused it: no &lt;M7&gt;. Enter it by hand" in page.text
    await edge.post(
        f"/staff/tickets/{made.number}/close",
        data={"token": token_in(page), "done": "mended", "sure": "yes", "seen": "999"},
    )
    assert "No ticket is open" in (await edge.get("/staff")).text


async def test_later_notes_and_withdrawals_are_shown(edge: Edge) -> None:
    await edge.text("hello")
    conversation = sms_conversation_id(edge.services.settings, MEMBER)
    backend = edge.services.backend
    async with backend.db.transaction() as session:
        for words in ("it is dark", "<b>still</b> dark"):
            made = await tickets.open_ticket(
                session, backend, conversation, kind="name_change", details={"words": words}, place="12 Oak Road"
            )
    await sign_in(edge)
    assert "Name change" in (await edge.get("/staff")).text
    async with backend.db.transaction() as session:
        ticket = await session.get_one(Ticket, made.id)
        await history.add_crew_note(session, backend, ticket, conversation, "Sam", "need a second truck")
        await tickets.add_note(session, backend, ticket, conversation, "it was nothing", unproven=True)
    page = (await edge.get(f"/staff/tickets/{made.number}")).text
    assert "Sam, on call: need a second truck" in page
    assert "not proven: it was nothing" in page
    assert "12 Oak Road" in page
    assert "&lt;b&gt;still&lt;/b&gt; dark" in page
    async with backend.db.transaction() as session:
        await tickets.withdraw(session, backend, made.number, conversation, "it was a mistake")
    desk = (await edge.get("/staff")).text
    assert "No ticket is open" in desk
    assert "Taken back" in desk
    page = (await edge.get(f"/staff/tickets/{made.number}")).text
    assert "it was a mistake" in page
    assert "Done, close it" not in page


async def open_outage(edge: Edge, new: dict[str, str]) -> Answer:
    """Sent without its read-back, it is read back first."""
    shown = await edge.post("/staff/outages", data=new)
    found = dict(re.findall(r'name="(key|seal)" value="(\w+)"', shown.text))
    return await edge.post("/staff/outages", data={**new, **found})


async def test_known_outages_are_managed_by_the_office(edge: Edge) -> None:
    assert "Password" in (await edge.get("/staff/outages")).text
    await sign_in(edge)
    token = token_in(await edge.get("/staff/outages"))
    new = {"token": token, "area": "Ridge Road", "cause": "a tree", "estimate": "2026-11-18T13:30"}
    assert (await edge.post("/staff/outages", data={**new, "token": "0" * 64})).status == 403
    page = await open_outage(edge, new)
    assert "Ridge Road" in page.text
    assert 'value="2026-11-18T13:30"' in page.text
    async with edge.services.backend.db.read_session() as session:
        known = await edge.services.backend.outages.find_outage(session, "12 Ridge Rd", None)
    assert known is not None
    assert known.estimate == datetime(2026, 11, 18, 19, 30, tzinfo=UTC), "the field is on the co-op's clock"
    change = re.search(r'action="(/staff/outages/\d+)"', page.text)
    assert change
    page = await edge.post(change[1], data={"token": token, "cause": "a pole", "estimate": ""})
    assert "a pole" in page.text
    page = await edge.post(f"{change[1]}/clear", data={"token": token})
    assert "No outage is written down" in page.text


async def test_an_outage_is_opened_after_seeing_whom_it_tells(edge: Edge) -> None:
    await sign_in(edge)
    token = token_in(await edge.get("/staff/outages"))
    new = {"token": token, "area": "Ridge Road", "cause": "a tree on the line", "estimate": ""}
    wrong = await edge.post("/staff/outages/preview", data={**new, "accounts": "99999-009"})
    assert wrong.status == 422
    assert "99999-009" in wrong.text
    shown = (await edge.post("/staff/outages/preview", data=new)).text
    assert "0 accounts" in shown
    assert "Cause: a tree on the line." in shown
    assert "un árbol sobre la línea" in shown
    read = dict(re.findall(r'name="(key|seal)" value="(\w+)"', shown))
    for other in ({**read, "area": "Mill Road"}, {**read, "seal": ""}):  # what was not read back is read back
        page = await edge.post("/staff/outages", data={**new, **other, "tell": "yes"})
        assert "Whom it tells" in page.text
        assert "<article" not in (await edge.get("/staff/outages")).text
    for _ in range(2):  # a second click opens no second outage
        page = await edge.post("/staff/outages", data={**new, **read, "tell": "yes"})
    assert page.text.count("<article") == 1
    assert "Telling that it is out now" in page.text
    part = re.search(r'action="(/staff/outages/\d+)/part"', page.text)
    assert part
    assert (await edge.post(f"{part[1]}/part", data={"token": token, "area": " "})).status == 422
    asked = await edge.post(f"{part[1]}/clear", data={"token": token, "mistake": "ask"})
    assert "Was Ridge Road a mistake?" in asked.text
    assert "Ended in the last" not in (await edge.get("/staff/outages")).text
    page = await edge.post(f"{part[1]}/clear", data={"token": token, "mistake": "yes"})
    assert "Ended in the last two days" in page.text
    assert "Ended as a mistake: nobody was told of the end." in page.text
    assert "Telling" not in page.text


async def test_slips_at_an_outage_get_the_form_back(edge: Edge, clock: ManualClock) -> None:
    """A time that has passed, for a new one and for a change; and a wrong number among those still out."""
    backend = edge.services.backend
    await make_household(backend)
    await sign_in(edge)
    token = token_in(await edge.get("/staff/outages"))
    past = {"token": token, "area": "Ridge Road", "estimate": "2026-11-18T09:59"}
    refused = await edge.post("/staff/outages/preview", data=past)
    assert refused.status == 422
    assert "a time that has passed, Nov 18, 9:59 AM" in refused.text
    new = {"token": token, "area": "Feeder 3", "accounts": "99999-001", "estimate": "2026-11-18T10:30"}
    page = await open_outage(edge, new)
    url = re.search(r'action="(/staff/outages/\d+)"', page.text)
    assert url
    assert (await edge.post(url[1], data={**past, "cause": "a pole"})).status == 422
    clock.advance(hours=1)
    kept = await edge.post(url[1], data={**new, "cause": "a pole"})
    assert (kept.status, "a pole" in kept.text) == (200, True), "the time was right when it was typed"
    refused = await edge.post(f"{url[1]}/part", data={"token": token, "area": "Feeder 3b", "accounts": "99999-001 777"})
    assert refused.status == 422
    assert "no account has the number 777" in refused.text
    assert 'value="Feeder 3b"' in refused.text
    assert ">99999-001 777</textarea>" in refused.text
    assert "Nobody yet." in (await edge.get(f"{url[1]}/told")).text


@pytest.mark.parametrize("number", ["9" * 25, "2147483648", "9" * 5000])
async def test_a_number_that_no_row_can_have_is_not_found(edge: Edge, number: str) -> None:
    await sign_in(edge)
    token = token_in(await edge.get("/staff"))
    for path in ("photos", "people", "review/talks", "inbox/answers", "settings/history"):
        assert (await edge.get(f"/staff/{path}/{number}")).status == 404, path
    for path in ("me/sessions/{}/end", "me/passkeys/{}/remove", "handovers/{}/close", "outages/{}/clear"):
        assert (await edge.post(f"/staff/{path.format(number)}", data={"token": token})).status == 404, path
    assert (await edge.get(f"/staff/audit?before={number}")).status == 200
