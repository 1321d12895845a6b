"""The phone line over HTTP: signed requests in, checked TwiML out."""

from __future__ import annotations

import asyncio
import itertools
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from backend.billing.accounts import find_account
from backend.clock import ManualClock
from backend.conversations.models import Conversation
from backend.demo import seed
from backend.outbox.models import OutboxMessage
from backend.outbox.service import opt_out
from bot.channels.voice import call as calls
from tests.bot.channels.voice.twiml_check import check
from tests.bot.conftest import running_edge
from tests.bot.edge import ACCOUNT, MEMBER, NUMBER, Answer, Edge
from tests.standins.engine import StandInEngine
from tests.standins.twilio import StandInTwilio

OPEN = datetime.fromisoformat("2026-11-23T18:00:00+00:00")  # Monday noon at the co-op
CLOSED = datetime.fromisoformat("2026-11-22T18:00:00+00:00")  # Sunday
TRANSFER = "+15555550101"
_sids = itertools.count(1)


class Line:
    """One call; it follows the actions of the TwiML as Twilio does."""

    def __init__(self, edge: Edge, phone: str = MEMBER, **more: str) -> None:
        self.edge = edge
        self.sid = f"CA{next(_sids):032x}"
        self.fields = {"CallSid": self.sid, "AccountSid": ACCOUNT, "From": phone, "To": NUMBER, **more}
        self.action = "/twilio/voice"

    @property
    def conversation(self) -> str:
        return f"call-{self.sid}"

    async def post(self, path: str, **heard: str) -> Answer:
        return await self.edge.twilio_post(path, {**self.fields, **heard})

    async def go(self, **heard: str) -> ET.Element:
        answer = await self.post(self.action, **heard)
        assert answer.status == 200, answer.text
        assert answer.headers["content-type"].startswith("text/xml")
        root = check(answer.text)
        gather, dial, redirect = root.find("Gather"), root.find("Dial"), root.find("Redirect")
        if gather is not None:
            self.action = gather.get("action", "")
        elif dial is not None:
            self.action = dial.get("action", "")
        elif redirect is not None:
            self.action = redirect.text or ""
        return root

    async def press(self, keys: str) -> ET.Element:
        return await self.go(Digits=keys)

    async def speak(self, words: str, confidence: str = "0.9") -> ET.Element:
        return await self.go(SpeechResult=words, Confidence=confidence)

    async def silence(self) -> ET.Element:
        return await self.go()


def said(root: ET.Element) -> str:
    return " ".join(say.text or "" for say in root.iter("Say"))


@pytest.fixture
async def edge(tmp_path: Path, engine: StandInEngine, twilio: StandInTwilio) -> AsyncIterator[Edge]:
    async with running_edge(tmp_path, engine, twilio, ManualClock(OPEN)) as edge:
        yield edge


@pytest.fixture
async def closed(tmp_path: Path, engine: StandInEngine, twilio: StandInTwilio) -> AsyncIterator[Edge]:
    async with running_edge(tmp_path, engine, twilio, ManualClock(CLOSED)) as edge:
        yield edge


SIGNATURES = {"valid": 200, "invalid": 403, "missing": 403}
ROUTES = ("/twilio/voice", "/twilio/voice/turn?turn=1&asked=0")


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(("signature", "status"), SIGNATURES.items(), ids=SIGNATURES.keys())
async def test_only_signed_requests_are_answered(edge: Edge, path: str, signature: str, status: int) -> None:
    line = Line(edge)
    if signature == "valid":
        answer = await line.post(path)
    else:
        headers = {"X-Twilio-Signature": "bm90IGl0"} if signature == "invalid" else {}
        answer = await edge.post(path, data=line.fields, headers=headers)
    assert answer.status == status
    if status == 403:
        assert "Response" not in answer.text
        assert edge.engine.turns == []


async def test_a_signature_is_for_its_own_turn_only(edge: Edge) -> None:
    """The position in the call is in the URL, and the URL is signed."""
    line = Line(edge)
    path = "/twilio/voice/turn?turn=1&asked=0"
    from bot.web.twilio_guard import compute_signature

    headers = {"X-Twilio-Signature": compute_signature(edge.services.settings, path, line.fields)}
    assert (await edge.post(path, data=line.fields, headers=headers)).status == 200
    assert (await edge.post(path.replace("=1", "=7"), data=line.fields, headers=headers)).status == 403


async def test_a_call_from_greeting_to_answer(edge: Edge) -> None:
    line = Line(edge)
    greeting = await line.go()
    assert edge.services.coop.name in said(greeting)
    answer = await line.press("1")
    assert edge.engine.said(line.conversation) == ["/quick_pay"]
    assert "You said" in said(answer)
    assert line.action == "/twilio/voice/turn?turn=2&asked=1"
    await line.speak("what do I owe")
    assert edge.engine.said(line.conversation)[-1] == "what do I owe"
    turn = edge.engine.turns[-1]
    assert turn["channel"] == "voice"
    assert turn["conversation"] == f"call-{line.sid}"


async def test_a_turn_delivered_again_gets_the_same_twiml_and_is_taken_once(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    path = line.action
    first = await line.post(path, SpeechResult="hello there")
    again = await asyncio.gather(*(line.post(path, SpeechResult="hello there") for _ in range(3)))
    assert {answer.text for answer in again} == {first.text}
    assert edge.engine.said(line.conversation) == ["hello there"]


async def test_an_old_turn_out_of_order_is_answered_as_it_was(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    path = line.action
    first = await line.post(path, SpeechResult="one thing")
    line.action = "/twilio/voice/turn?turn=2&asked=1"
    await line.speak("another thing")
    assert (await line.post(path, SpeechResult="something new")).text == first.text
    assert edge.engine.said(line.conversation) == ["one thing", "another thing"]


async def test_a_call_that_starts_anew_does_not_answer_its_old_turns(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.speak("one thing")
    line.action = "/twilio/voice"
    await line.go()
    await line.speak("another thing")
    assert edge.engine.said(line.conversation) == ["one thing", "another thing"]


async def test_a_call_that_starts_anew_after_a_silence_does_not_answer_its_old_turns(edge: Edge) -> None:
    """A silence is a turn without a message: the turns behind it have been taken too."""
    line = Line(edge)
    await line.go()
    await line.speak("one thing")
    await line.silence()
    await line.speak("another thing")
    line.action = "/twilio/voice"
    await line.go()
    for words in ("a third thing", "a fourth thing"):
        assert words in said(await line.speak(words))


async def test_what_is_said_at_an_address_without_a_place_is_taken_where_the_call_stands(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    for heard in ({"SpeechResult": "expect last4"}, {"Digits": "0142"}, {"SpeechResult": "hello"}):
        line.action = "/twilio/voice/turn"
        assert "hear our hours" not in said(await line.go(**heard))
    assert edge.engine.said(line.conversation) == ["expect last4", "0142", "hello"]


async def test_silence_is_helped_more_each_time_and_then_a_person(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.speak("expect member_number")
    heard = [said(await line.silence()), said(await line.silence())]
    assert "I did not hear anything" in heard[0]
    assert "one digit at a time" in heard[0]
    assert "keypad" in heard[1]
    last = await line.silence()
    assert last.findtext("Dial") == TRANSFER
    assert edge.engine.said(line.conversation) == ["expect member_number"]


async def test_the_member_number_is_read_back_in_groups(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.speak("expect member_number")
    assert "I have 9 9 9, 9 9, 0 0 1." in said(await line.press("99999001"))
    await line.speak("expect member_number")
    assert "I have 2 0 4, 1 7, 0 0 1." in said(await line.speak("two oh four one seven dash zero zero one"))


async def test_a_card_number_is_not_taken_and_the_question_is_asked_again(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.speak("expect member_number")
    root = await line.press("4242424242424242")
    assert "card" in said(root)
    assert "Well?" in said(root)
    await line.press("99999001")
    assert edge.engine.said(line.conversation) == ["expect member_number", "99999001"]


async def test_words_heard_badly_are_not_taken(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.speak("expect last4")
    assert "did not catch" in said(await line.speak("zero one for two", "0.2"))
    await line.press("0142")
    assert edge.engine.said(line.conversation) == ["expect last4", "0142"]


async def test_silence_after_the_last_word_ends_politely(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.speak("hello")
    for _ in range(2):
        assert (await line.silence()).find("Hangup") is None
    last = await line.silence()
    assert "Goodbye" in said(last)
    assert last.find("Hangup") is not None


async def test_star_repeats_the_question(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    asked = await line.speak("expect amount")
    assert said(await line.press("*")) == said(asked)
    assert "star key" in said(await line.press("50*25"))
    assert edge.engine.said(line.conversation) == ["expect amount"]


async def test_choices_by_key(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    asked = await line.speak("buttons")
    assert "For Full amount, press 1. For Other amount, press 2." in said(asked)
    await line.press("2")
    assert edge.engine.said(line.conversation)[-1] == '/choose{"amount":"other"}'


PERSON = {"key": {"Digits": "0"}, "word": {"SpeechResult": "Person.", "Confidence": "0.9"}}


@pytest.mark.parametrize("heard", PERSON.values(), ids=PERSON.keys())
@pytest.mark.parametrize("at", [OPEN, CLOSED], ids=["open", "closed"])
async def test_a_person_is_always_one_key_away(
    tmp_path: Path, engine: StandInEngine, twilio: StandInTwilio, at: datetime, heard: dict[str, str]
) -> None:
    async with running_edge(tmp_path, engine, twilio, ManualClock(at)) as edge:
        line = Line(edge)
        await line.go()
        await line.speak("expect member_number")
        root = await line.go(**heard)
        dial = root.find("Dial")
        assert (dial is None) == (at is CLOSED)  # a closed office is not rung: the dialogue offers a call back
        assert dial is None or (dial.text, dial.get("callerId")) == (TRANSFER, NUMBER)
        assert engine.said(line.conversation)[-1] == "/speak_to_human"


async def test_nobody_answers_the_transfer(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.speak("expect member_number")
    await line.press("0")
    back = await line.go(DialCallStatus="no-answer")
    assert "nobody could take your call" in said(back)
    assert "Monday to Friday" in said(back)
    assert "5 5 5, 5 5 5, 0 1 0 0" in said(back)
    assert "Well?" in said(back)
    await line.press("99999001")
    assert edge.engine.said(line.conversation)[-1] == "99999001"


async def test_a_call_that_a_person_took_ends(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    await line.press("0")
    root = await line.go(DialCallStatus="completed")
    assert [child.tag for child in root] == ["Hangup"]


async def test_the_dialogue_may_hand_over_and_may_end(edge: Edge) -> None:
    line = Line(edge)
    await line.go()
    root = await line.speak("transfer")
    assert root.findtext("Dial") == TRANSFER
    assert said(root) == "One moment."
    other = Line(edge)
    await other.go()
    last = await other.speak("goodbye")
    assert last.find("Hangup") is not None
    assert said(last) == "Goodbye."


async def test_a_slow_answer_is_waited_for_with_a_word(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 0.1)
    line = Line(edge)
    await line.go()
    first = await line.speak("slow one")
    assert "One moment" in said(first)
    assert first.find("Redirect") is not None
    assert said(await line.go()) != said(first)
    edge.engine.gate.set()
    await edge.services.turns.wait_until_idle()
    assert "You said: slow one" in said(await line.go())
    assert edge.engine.said(line.conversation) == ["slow one"]


async def test_an_answer_that_never_comes_is_a_person(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 0.05)
    line = Line(edge)
    await line.go()
    root = await line.speak("slow two")
    for _ in range(calls.MAX_POLLS):
        assert root.find("Redirect") is not None
        root = await line.go()
    assert root.findtext("Dial") == TRANSFER


async def test_where_nobody_takes_over_from_an_answer_that_never_came_earlier_turns_stay_answered(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(edge)
    await line.go()
    for words in ("one thing", "another thing"):
        await line.speak(words)
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 0.05)
    await line.speak("slow two")
    for _ in range(calls.MAX_POLLS):
        await line.go()
    await line.go(DialCallStatus="no-answer")
    edge.engine.gate.set()
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 4.0)
    assert "You said: something new" in said(await line.speak("something new"))


async def test_a_broken_engine_in_office_hours_is_a_person(edge: Edge) -> None:
    edge.engine.failing = True
    line = Line(edge)
    await line.go()
    root = await line.speak("pay my bill")
    assert "sorry" in said(root)
    assert root.findtext("Dial") == TRANSFER


async def test_a_broken_engine_out_of_hours_says_where_to_call(closed: Edge) -> None:
    closed.engine.failing = True
    line = Line(closed)
    await line.go()
    root = await line.speak("pay my bill")
    assert "5 5 5, 5 5 5, 0 1 0 0" in said(root)
    assert root.find("Hangup") is not None
    assert root.find("Dial") is None


async def texts_to(edge: Edge) -> list[OutboxMessage]:
    async with edge.services.backend.db.read_session() as session:
        return list(await session.scalars(select(OutboxMessage)))


async def test_a_link_is_texted_and_never_read_out(edge: Edge) -> None:
    line = Line(edge, phone="+15555550777")
    await line.go()
    path = line.action
    root = await line.speak("link")
    assert "ending 0 7 7 7" in said(root)
    assert "pay.example" not in said(root)
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
    assert "ending 0 1 4 2" in said(await line.speak("link"))
    assert [message.recipient for message in await texts_to(edge)] == ["+15555550142"]


async def test_a_phone_that_takes_no_texts_is_told_so(edge: Edge) -> None:
    async with edge.services.backend.db.transaction() as session:
        await opt_out(session, edge.services.backend, "+15555550777")
    line = Line(edge, phone="+15555550777")
    await line.go()
    heard = said(await line.speak("link"))
    assert "could not text" in heard
    assert "I have texted" not in heard


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
async def test_who_calls(edge: Edge, phone: str, more: dict[str, str], expected: tuple[str | None, bool]) -> None:
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


ODD_TURNS = {
    "no turn": "",
    "turn 0": "?turn=0",
    "letters": "?turn=abc",
    "negative": "?turn=-3",
    "huge": "?turn=99999999999999999999",
    "a question after its answer": "?turn=2&asked=9",
    "markup": "?turn=%3Cb%3E",
}


@pytest.mark.parametrize("query", ODD_TURNS.values(), ids=ODD_TURNS.keys())
async def test_an_odd_address_is_a_new_start(edge: Edge, query: str) -> None:
    line = Line(edge)
    line.action = f"/twilio/voice/turn{query}"
    assert edge.services.coop.name in said(await line.silence())


async def test_a_question_that_is_not_known_is_the_main_menu(edge: Edge) -> None:
    line = Line(edge)
    line.action = "/twilio/voice/turn?turn=9&asked=8"
    await line.press("1")
    assert edge.engine.said(line.conversation) == ["/quick_pay"]


ODD_FORMS = {
    "huge digits": {"Digits": "9" * 9000},
    "letters as digits": {"Digits": "1; DROP TABLE"},
    "huge speech": {"SpeechResult": "word " * 2000},
    "markup": {"SpeechResult": "<Dial>+15555550666</Dial>"},
    "a payload": {"SpeechResult": '/inform{"member_number":"99999-001"}'},
    "control characters": {"SpeechResult": "a\x00\x07b"},
    "emoji": {"SpeechResult": "\N{PILE OF POO}"},
    "SQL": {"SpeechResult": "'; DELETE FROM payments; --"},
    "odd confidence": {"SpeechResult": "hello", "Confidence": "NaN"},
    "a card number": {"Digits": "4242424242424242"},
}


@pytest.mark.parametrize("form", ODD_FORMS.values(), ids=ODD_FORMS.keys())
async def test_odd_forms_are_answered(edge: Edge, form: dict[str, str]) -> None:
    line = Line(edge)
    await line.go()
    root = await line.go(**form)
    assert root.find("Gather") is not None
    assert root.find("Dial") is None
    assert not any(text.startswith("/inform") for text in edge.engine.said(line.conversation))
    assert "4242424242424242" not in str(edge.engine.turns)


@pytest.mark.parametrize("sid", ["", "x" * 200, "../../etc", "CA 1"])
async def test_a_form_without_a_call_is_a_bad_request(edge: Edge, sid: str) -> None:
    line = Line(edge, CallSid=sid)
    assert (await line.post("/twilio/voice")).status == 400
    assert (await line.post("/twilio/voice/turn?turn=1&asked=0")).status == 400
