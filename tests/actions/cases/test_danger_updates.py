"""Worse news of a report during any question, danger together with other requests, and who comes for it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from backend.callout import service
from backend.callout.models import Callout
from backend.clock import ManualClock
from backend.members.levels import Level
from backend.tickets import office
from backend.tickets.models import Ticket
from tests.actions.cases.danger_reports import WIRE, texts, tickets
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk


async def taken_by(talk: Talk, name: str) -> None:
    async with talk.backend.db.transaction() as session:
        callout = (await session.scalars(select(Callout))).one()
        ticket = await session.get_one(Ticket, callout.ticket_id)
        await service.take(session, talk.backend, callout, ticket, name, "text")


@pytest.mark.parametrize(
    ("words", "intent", "does"),
    [
        ("now it is on fire", "report_outage", "Get everybody out"),
        ("somebody is hurt", "speak_to_human", "Call 911 now"),
        ("the wire is moving", "out_of_scope", "Never touch a wire"),
        ("my wife is on oxygen and the battery is low", "medical_need", "Use your backup"),
        ("it is sparking now", "voltage_problem", "Never touch a wire"),
        ("thanks, and now i smell gas", "thank", "Leave the house"),
    ],
)
async def test_worse_news_is_answered_noted_and_sent_once(talk: Talk, words: str, intent: str, does: str) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await taken_by(talk, "Sam")
    for _ in range(2):
        await talk.user_input(words, intent=intent, acts={"volunteer"})
        talk.assert_no_response("utter_question_case_place", "utter_person", "utter_case_now", "utter_answer_thank")
    (ticket,) = await tickets(talk)
    assert (ticket.kind, ticket.notes[-1]["words"]) == ("danger", words)
    assert len(await texts(talk, words)) == 1, "Sam, who has it, and once"


async def test_current_response_is_answered(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("now it is on fire", intent="report_outage", acts={"volunteer"})
    talk.assert_message("Get everybody out")
    talk.assert_message("I am texting it now to the crew on call. Nobody has answered yet.")
    await taken_by(talk, "Sam")
    await talk.user_input("a man touched the wire", intent="out_of_scope", acts={"volunteer"})
    talk.assert_message("Do not touch anybody")
    talk.assert_message("I am texting it now to Sam, who has it.")


async def test_worse_news_is_recognized_during_a_payment(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("I want to pay my bill", intent="quick_pay", acts={"start"})
    await talk.user_input("it's getting closer to the house", intent="inform", acts={"volunteer"})
    talk.assert_message("Added to the report of danger")
    assert len(await tickets(talk)) == 1


async def test_outage_is_raised_to_danger(talk: Talk) -> None:
    await talk.user_input("my power is out", intent="report_outage", acts={"start"})
    await talk.user_input("yes", intent="affirm")
    assert [one.urgent for one in await tickets(talk)] == [False]
    await talk.user_input("my mom is on a ventilator and its battery is low", intent="medical_need", acts={"volunteer"})
    (ticket,) = await tickets(talk)
    assert (ticket.kind, ticket.urgent) == ("outage", True)
    talk.assert_message("it is urgent now. I am texting the crew on call.")
    await talk.user_input("there is a wire down now", intent="report_outage", acts={"start"})
    (ticket,) = await tickets(talk)
    assert ticket.kind == "danger"
    assert await texts(talk, "there is a wire down now")


@pytest.mark.parametrize("life_support", [False, True])
async def test_a_wire_behind_an_outage_gets_the_advice_for_wires(talk: Talk, life_support: bool) -> None:
    await talk.user_input("my power is out", intent="report_outage", acts={"start"})
    await talk.user_input("yes", intent="affirm")
    if life_support:
        await talk.user_input("my mom is on a ventilator", intent="medical_need", acts={"volunteer"})
    await talk.user_input(
        "still out and there is a wire sparking in the yard", intent="report_outage", acts={"volunteer"}
    )
    talk.assert_message("Never touch a wire")
    assert "Use your backup" not in talk.text


async def test_air_that_runs_out_before_the_yes_files_at_once(begin: Begin) -> None:
    talk = await begin(channel="sms")
    await talk.user_input("power is out at 77 Pine Street", intent="report_outage", acts={"start"})
    await talk.user_input("my wife is on oxygen and the battery is low", intent="medical_need", acts={"volunteer"})
    talk.assert_message("Use your backup")
    (ticket,) = await tickets(talk)
    assert (ticket.kind, ticket.urgent) == ("outage", True)
    assert await texts(talk)


async def test_another_place_is_another_danger(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("there is a fire at 99 Elm Street", intent="report_outage", acts={"start"})
    assert [one.place for one in await tickets(talk)] == ["14 Mill Road", "99 Elm Street"]


async def test_worse_news_is_recognized_on_a_report_of_another(begin: Begin) -> None:
    first, second = await begin(channel="web"), await begin(channel="sms", level=Level.ANONYMOUS)
    await first.user_input(WIRE, intent="report_outage", acts={"start"})
    await second.user_input("there is a wire down at 14 Mill Road", intent="report_outage", acts={"start"})
    await second.user_input("now it is on fire", intent="report_outage", acts={"volunteer"})
    (ticket,) = await tickets(second)
    second.assert_message("Added to the report of danger.")
    assert ticket.number not in second.text, "it is told to who reported it"
    assert await texts(second, "now it is on fire")


@pytest.mark.parametrize(
    "words", ["ok thank you", "how long will it take", "nobody is hurt", "no fire, just the wire", "815-555-0123"]
)
async def test_old_news_is_sent_to_nobody(talk: Talk, words: str) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    before = len(await texts(talk))
    await talk.user_input(words, intent="inform")
    talk.assert_no_response("utter_danger_worse", "utter_outage_danger")
    assert len(await texts(talk)) <= before + 2, "the phone is news of another kind"


# ------------------------------------------------------------------------------------------------- a person beside it


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("there is a pole leaning over my roof, I need to talk to somebody", "en"),
        ("gas smell get me a human", "en"),
        ("un poste se va a caer, quiero hablar con alguien", "es"),
        ("my oxygen machine stopped, I need a person", "en"),
        ("hay un herido, comuníqueme con una persona", "es"),
    ],
)
@pytest.mark.parametrize("channel", ["web", "sms", "voice"])
@pytest.mark.parametrize("intent", ["speak_to_human", "report_outage"])
async def test_danger_goes_before_a_person(
    begin: Begin, clock: ManualClock, words: str, language: str, channel: str, intent: str
) -> None:
    clock.advance(hours=12)  # the office is closed
    talk = await begin(channel=channel, language=language)
    await talk.user_input(words, intent=intent, acts={"person"})
    talk.assert_response("utter_outage_danger")
    talk.assert_response("utter_danger_person")
    talk.assert_no_response("utter_question_callback_when")
    talk.assert_message(talk.backend.coop.outage_phone_display)
    assert [one.urgent for one in await tickets(talk)] == [True]
    assert await texts(talk)


async def test_person_requested_after_it_answers_now(begin: Begin, clock: ManualClock) -> None:
    clock.advance(hours=12)
    talk = await begin(channel="sms")
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("get me a human", intent="speak_to_human", acts={"person"})
    talk.assert_response("utter_danger_person")
    await talk.user_input("call me back please", intent="speak_to_human", acts={"person"})
    talk.assert_response("utter_question_callback_when")


# ------------------------------------------------------------------------------------------------- who comes for it


@pytest.mark.parametrize("before", ["", "quick_pay", "check_balance"])
@pytest.mark.parametrize("words", ["i smell gas in the kitchen at 20 Oak Road", "my oxygen machine stopped"])
async def test_never_claims_that_nobody_comes(talk: Talk, words: str, before: str) -> None:
    await talk.user_input(words, intent="report_outage", acts={"start"})
    if before:
        await talk.user_input("what do I owe", intent=before, acts={"ask"})
        await talk.user_input("never mind", intent="cancel", acts={"cancel"})
    await talk.user_input(
        "does somebody come to my house?", intent="out_of_scope", acts={"ask"}, knowledge=[("follow_home", 0.9)]
    )
    assert "obody comes" not in talk.text
    talk.assert_message("crew on call")


@pytest.mark.parametrize(
    ("report", "asked", "says"),
    [
        ("a power line is down in my yard", "can i go get my dog", "deadly"),
        ("my kid got shocked by the fridge", "can she touch the fridge again?", "Do not touch or unplug"),
        ("i smell gas in the basement", "is it safe to go back in", "switch nothing on or off"),
        ("a wire fell on my truck and my wife is in it", "should she get out?", "stays in it"),
        ("a wire fell on my truck and my wife is in it", "so she stays in the car right", "stays in it"),
        ("the meter is on fire", "should i take him to the hospital", "call 911"),
    ],
)
async def test_touch_question_is_never_answered_yes(stranger: Talk, report: str, asked: str, says: str) -> None:
    await stranger.user_input(report, intent="report_outage", acts={"start"})
    await stranger.user_input("12 Mill Road", intent="inform", acts={"answer"})
    near = [("follow_change", 0.9), ("fridge_food", 0.9)]
    await stranger.user_input(asked, intent="out_of_scope", acts={"ask"}, knowledge=near)
    assert {"utter_danger_unsafe", "utter_danger_leave", "utter_danger_doctor"} & set(stranger.responses)
    stranger.assert_message(says)


async def test_place_next_to_a_question_is_noted(stranger: Talk) -> None:
    await stranger.user_input("the meter is on fire", intent="report_outage", acts={"start"})
    await stranger.user_input("77 River Road in Hanover, is somebody coming?", intent="out_of_scope", acts={"ask"})
    async with stranger.backend.db.read_session() as session:
        assert [one.place for one in await session.scalars(select(Ticket))] == ["77 River Road, Hanover"]


async def test_withdrawal_is_not_worse_news(stranger: Talk) -> None:
    await stranger.user_input("a limb is on the wire and sparking", intent="report_outage", acts={"start"})
    await stranger.user_input("12 Mill Road", intent="inform", acts={"answer"})
    await stranger.user_input("never mind, the limb fell off, it's fine", intent="cancel", acts={"cancel"})
    assert "utter_danger_worse" not in stranger.responses


@pytest.mark.parametrize(
    "words",
    [
        "I don't know, 815-555-7788. how long??",
        "8155557788 por favor, ¿cuánto tardan?",
        "815-555-7788 is somebody coming",
    ],
)
async def test_phone_next_to_a_question_is_noted(stranger: Talk, words: str) -> None:
    await stranger.user_input("a wire is down in the yard", intent="report_outage", acts={"start"})
    await stranger.user_input("12 Mill Road in Warren", intent="inform", acts={"answer"})
    stranger.assert_response("utter_question_case_phone")
    await stranger.user_input(words, intent="out_of_scope", acts={"ask"})
    assert [one.phone for one in await tickets(stranger)] == ["+18155557788"]


async def test_danger_that_persists_after_closing_keeps_its_place(stranger: Talk) -> None:
    await stranger.user_input("a wire is down in the yard", intent="report_outage", acts={"start"})
    await stranger.user_input("12 Mill Road in Warren", intent="inform", acts={"answer"})
    await stranger.user_input("815-555-7788", intent="inform", acts={"answer"})
    async with stranger.backend.db.transaction() as session:
        [first] = list(await session.scalars(select(Ticket)))
        await office.close(session, stranger.backend, first.number, "Sam", crew=True)
    await stranger.user_input("he left and the line is still down", intent="report_outage", acts={"start"})
    second = (await tickets(stranger))[-1]
    assert (second.number != first.number, second.place) == (True, "12 Mill Road, Warren")


async def test_person_under_a_wire_is_told_to_stay_in_the_car(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS, language="es")
    report = "se cayó un cable encima del carro y mi esposa está adentro"
    await talk.user_input(report, intent="report_outage", acts={"start"})
    talk.assert_message("se queda adentro")
    assert "Salgan todos" not in talk.text
