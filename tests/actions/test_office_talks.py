"""Whole talks with the forms of the office, without the engine: what is read back, agreed, granted and sent."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from actions.arrangement.forms import ArrangementForm
from actions.person.forms import CallbackForm
from actions.service.forms import ServiceForm
from backend.app import Backend
from backend.arrangement.models import Arrangement
from backend.clock import ManualClock
from backend.config import Settings
from backend.conversations.models import Conversation
from backend.tickets.models import Ticket
from tests.backend.household import NOW, TODAY, Household, make_household
from tests.support.form_talk import FormTalk


def build(folder: Path) -> Backend:
    settings = Settings.from_env(
        {
            "MEMBERLINE_ENV": "test",
            "DATABASE_URL": f"sqlite:///{folder / 'talks.db'}",
            "SECRET_KEY": "a key for tests alone",
            "MEMBERLINE_RUNTIME_DIR": str(folder),
        }
    )
    return Backend.create(settings, ManualClock(NOW))


@pytest.fixture(scope="module")
async def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables, made once."""
    folder = tmp_path_factory.mktemp("empty")
    made = build(folder)
    await made.db.migrate()
    await made.close()
    return folder / "talks.db"


@pytest.fixture
async def backend(empty: Path, tmp_path: Path) -> AsyncIterator[Backend]:
    shutil.copy(empty, tmp_path / "talks.db")
    made = build(tmp_path)
    yield made
    await made.close()


@pytest.fixture
async def home(backend: Backend) -> Household:
    made = await make_household(backend)
    async with backend.db.transaction() as session:
        talk = await session.get_one(Conversation, made.conversation_id)
        talk.account_id, talk.member_id, talk.level = made.account_id, made.member_id, 1
    return made


async def tickets(backend: Backend) -> list[Ticket]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(Ticket).order_by(Ticket.id)))


async def granted(backend: Backend) -> list[Arrangement]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(Arrangement)))


def arranging(backend: Backend, home: Household, language: str = "en") -> FormTalk:
    return FormTalk(backend, ArrangementForm(backend), home.conversation_id, language=language)


async def test_a_plan_at_once_corrected_and_granted(backend: Backend, home: Household) -> None:
    talk = arranging(backend, home)
    await talk.say("i can't pay it all, half today and half friday", "payment_arrangement")
    assert talk.values["plan"] == "$56.20 today and $56.20 on Friday, November 20"
    assert talk.values["state"] == "granted"
    await talk.say("no make it 60 today")
    assert talk.values["plan"] == "$60.00 today and $52.40 on Friday, November 20"
    assert await granted(backend) == []
    assert await talk.say("yes", "affirm") == ["utter_arrangement_granted", "utter_arrangement_offer_today"]
    [made] = await granted(backend)
    assert made.parts == [{"cents": 6000, "on": "2026-11-18"}, {"cents": 5240, "on": "2026-11-20"}]
    assert talk.slots["offer"] == {"opener": "quick_pay_form", "slots": {"pay_amount": 6000}}
    assert await tickets(backend) == []


async def test_piece_by_piece(backend: Backend, home: Household) -> None:
    talk = arranging(backend, home)
    assert await talk.say("i need a payment arrangement", "payment_arrangement") == [
        "utter_question_arrangement_amount"
    ]
    assert await talk.say("40") == ["utter_question_arrangement_day"]
    assert talk.values["amount"] == "$40.00"
    assert await talk.say("friday") == ["utter_question_arrangement_rest"]
    assert talk.values["rest"] == "$72.40"
    assert await talk.say("next month") == ["utter_question_arrangement_day_unclear"]
    assert await talk.say("the 4th") == ["utter_question_arrangement_confirm"]
    assert talk.values["plan"] == "$40.00 on Friday, November 20 and $72.40 on Friday, December 4"
    assert await talk.say("no", "deny") == ["utter_question_arrangement_change"]
    assert await talk.say("three equal parts") == ["utter_question_arrangement_start"]
    assert await talk.say("friday") == ["utter_question_arrangement_every"]
    assert await talk.say("two weeks") == ["utter_question_arrangement_confirm"]
    assert talk.values["plan"].startswith("$37.47 on Friday, November 20, $37.47 on Friday, December 4 and $37.46 on")
    await talk.say("change the second payment to december 5")
    assert "$37.47 on Friday, November 20, $37.47 on Saturday, December 5 and $37.46" in talk.values["plan"]
    await talk.say("the first payment should be 50")
    assert talk.values["plan"].startswith("$50.00 on Friday, November 20, $37.47 on Saturday, December 5 and $24.93")


async def test_the_office_gets_every_amount_and_day(backend: Backend, home: Household) -> None:
    talk = arranging(backend, home)
    await talk.say("i got a disconnect notice, can i do 20 every friday", "payment_arrangement")
    assert [each["response"] for each in talk.heard] == [
        "utter_arrangement_notice",
        "utter_question_arrangement_confirm",
    ]
    assert talk.values["state"] == "office"
    assert talk.values["plan"].startswith(
        "5 payments of $20.00: Friday, November 20, then Friday, November 27, and so on"
    )
    assert await talk.say("yes", "affirm") == ["utter_arrangement_ticket"]
    [ticket] = await tickets(backend)
    assert ticket.urgent
    assert ticket.details["plan"].count("$20.00 on") == 5
    assert ticket.details["plan"].endswith("$12.40 on Friday, December 25")
    assert ticket.details["disconnection"] == "a notice, says the member"
    assert "6 payments" in ticket.details["not granted at once"]
    assert await granted(backend) == []


async def test_no_notice_is_spoken_of_unless_the_member_does(backend: Backend, home: Household) -> None:
    talk = arranging(backend, home)
    await talk.say("can i have until february 20 to pay", "payment_arrangement")
    assert talk.values["state"] == "office"
    assert await talk.say("yes", "affirm") == ["utter_arrangement_ticket"]
    [ticket] = await tickets(backend)
    assert not ticket.urgent
    assert "disconnection" not in ticket.details


async def test_a_rest_that_is_not_known(backend: Backend, home: Household) -> None:
    talk = arranging(backend, home)
    await talk.say("i can pay 40 on friday", "payment_arrangement")
    await talk.say("i don't know yet", "out_of_scope")
    assert talk.values["plan"].endswith("and $72.40 on a day not known yet")
    await talk.say("yes", "affirm")
    [ticket] = await tickets(backend)
    assert ticket.details["the rest"] == "$72.40: not known yet"


async def test_all_of_it_today_is_a_payment(backend: Backend, home: Household) -> None:
    talk = arranging(backend, home)
    assert await talk.say("never mind the plan, all of it today", "payment_arrangement") == [
        "utter_arrangement_offer_today"
    ]


async def test_a_plan_in_spanish(backend: Backend, home: Household) -> None:
    talk = arranging(backend, home, "es")
    await talk.say("la mitad hoy y la mitad el viernes", "payment_arrangement")
    assert talk.values["plan"] == "$56.20 hoy y $56.20 el viernes 20 de noviembre"
    await talk.say("no, el sábado")
    assert talk.values["plan"] == "$56.20 hoy y $56.20 el sábado 21 de noviembre"
    assert "utter_arrangement_granted" in await talk.say("sí", "affirm")


async def test_stopping_service_on_the_way_out(backend: Backend, home: Household) -> None:
    async with backend.db.transaction() as session:
        (await session.get_one(Conversation, home.conversation_id)).level = 2  # a code came back before
    talk = FormTalk(backend, ServiceForm(backend), home.conversation_id)
    assert await talk.say("i'm moving out december 1, stop my service", "start_stop_service") == [
        "utter_question_service_final_bill"
    ]
    assert await talk.say("the email on file") == ["utter_question_service_confirm"]
    assert talk.values["where"] == "account 99999-001"  # what is on file is not told
    assert talk.values["day"] == "on Tuesday, December 1"
    await talk.say("no, december 4")
    assert talk.values["day"] == "on Friday, December 4"
    await talk.say("call me at 815-555-0177")
    assert talk.values["last4"] == "0177"
    assert await talk.say("yes", "affirm") == ["utter_service_ticket"]
    [ticket] = await tickets(backend)
    assert ticket.details["final bill to"] == "the email on file, ruth@example.com"
    assert (ticket.details["day"], ticket.phone) == ("Friday, December 4", "+18155550177")


async def test_starting_service_with_everything_at_once(backend: Backend) -> None:
    async with backend.db.transaction() as session:
        session.add(Conversation(id="web-1", channel="web", last_seen_at=NOW, started_at=NOW, level=0))
    talk = FormTalk(backend, ServiceForm(backend), "web-1")
    words = "start service at 12 Oak Street, Hanover on friday under Ann Miller, 815-555-0123"
    assert await talk.say(words, "start_stop_service") == ["utter_question_service_confirm"]
    assert (talk.values["where"], talk.values["who"]) == ("12 Oak Street, Hanover", ", for Ann Miller")
    assert (talk.values["day"], talk.values["last4"]) == ("on Friday, November 20", "0123")
    await talk.say("the name is Anna Mueller")
    assert talk.values["who"] == ", for Anna Mueller"
    assert await talk.say("no", "deny") == ["utter_question_service_change"]
    await talk.say("14 Oak Street, Hanover")
    assert talk.values["where"] == "14 Oak Street, Hanover"
    assert await talk.say("yes that's right", "affirm") == ["utter_service_ticket"]
    [ticket] = await tickets(backend)
    assert ticket.details["address"] == ticket.place == "14 Oak Street, Hanover"


async def test_a_call_back_with_its_subject(backend: Backend, home: Household) -> None:
    talk = FormTalk(backend, CallbackForm(backend), home.conversation_id)
    assert await talk.say("have someone call me about my deposit", "speak_to_human") == ["utter_question_callback_when"]
    assert await talk.say("november 26 at 10") == ["utter_question_callback_closed"]
    assert (talk.values["state"], talk.values["holiday"]) == ("holiday", "Thanksgiving")
    assert await talk.say("today at 9") == ["utter_question_callback_closed"]
    assert talk.values["state"] == "past"
    assert await talk.say("tomorrow morning") == ["utter_question_callback_confirm"]
    assert talk.values["at"] == "between 9:00 AM and 12:00 PM"
    assert await talk.say("no, at 11") == ["utter_question_callback_confirm"]
    assert await talk.say("yes", "affirm") == ["utter_callback_set"]
    [ticket] = await tickets(backend)
    assert ticket.details["about"] == "my deposit"
    assert ticket.details["when"] == "Thursday, November 19, 11:00 AM"
    again = FormTalk(backend, CallbackForm(backend), home.conversation_id)
    await again.say("call me", "speak_to_human")
    assert await again.say("cancel the call back", "cancel") == ["utter_callback_withdrawn"]
    assert [one.status for one in await tickets(backend)] == ["withdrawn"]


async def test_a_call_in_the_night_before_a_long_weekend(backend: Backend, home: Household) -> None:
    clock = backend.clock
    assert isinstance(clock, ManualClock)
    clock.advance(days=7, hours=13)  # the Wednesday before Thanksgiving, eleven at night
    assert backend.today() == TODAY + timedelta(days=7)
    async with backend.db.transaction() as session:
        (await session.get_one(Conversation, home.conversation_id)).last_seen_at = clock.now()
    talk = FormTalk(backend, CallbackForm(backend), home.conversation_id)
    assert await talk.say("call me as soon as possible", "speak_to_human") == ["utter_question_callback_confirm"]
    assert (talk.values["day"], talk.values["at"]) == ("on Monday, November 30", "at 8:00 AM")
