"""Messages about a report just filed are answered from it, noted on it, and offer nothing again."""

from __future__ import annotations

import pytest

from backend.members.levels import Level
from backend.reading.contact.location import extract_address_or_road, extract_location
from backend.reading.contact.lost_phone import declines_to_give_phone
from backend.reading.dates.call_time import remove_past_events
from backend.reading.hazards.danger_words import mentions_tree_on_wire
from backend.reading.live_agent_request import wants_live_agent
from backend.reading.spanish import to_english
from backend.reading.tickets.report_questions import FiledQuestion, detect_filed_question
from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk


async def filed(talk: Talk) -> list[Ticket]:
    async with talk.backend.db.transaction() as session:
        return await tickets.list_of_conversation(session, talk.log.conversation_id)


async def a_light_is_filed(talk: Talk) -> str:
    await talk.user_input("the yard light at 14 Mill Road is out", intent="report_light", acts={"start"})
    await talk.user_input("yes")
    (ticket,) = await filed(talk)
    return ticket.number


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("about my yard light, what was that number? I didn't catch it", FiledQuestion.NUMBER),
        ("¿cuál era el número?", FiledQuestion.NUMBER),
        ("but you did take my report for the barn light, right?", FiledQuestion.IS_FILED),
        ("You already reported it, didn't you?", FiledQuestion.IS_FILED),
        ("Is 983-H52 on file?", FiledQuestion.IS_FILED),
        ("¿ya quedó registrada?", FiledQuestion.IS_FILED),
        ("and you put down it's by the bend?", FiledQuestion.CONTENT),
        ("can they call my other phone when it's back on? 555-555-7731", FiledQuestion.PHONE),
        ("Will I get a text when it's back on?", FiledQuestion.NEWS),
        ("ok I did call 911. thanks", FiledQuestion.CALLED_911),
        ("I am dialing 911 now. goodbye", FiledQuestion.CALLED_911),
        ("ya llamé al 911", FiledQuestion.CALLED_911),
        ("what is my member number", None),
        ("what number do I call", None),
        ("I called 911, and now the house is on fire", None),
        ("I already reported it and it's still out", None),
        ("how do you report a power outage?", None),
    ],
)
def test_words_about_the_report(words: str, meant: FiledQuestion | None) -> None:
    assert detect_filed_question(words, to_english(words)) is meant


@pytest.mark.parametrize("intent", ["report_light", "out_of_scope", "faq_hours_contact", "repeat"])
async def test_number_is_repeated_and_nothing_offered(talk: Talk, intent: str) -> None:
    number = await a_light_is_filed(talk)
    words = "about my yard light again, what was that number? And it's the one on the barn pole, not the house"
    await talk.user_input(words, intent=intent, acts={"ask"})
    talk.assert_message(number)
    talk.assert_no_response("utter_question_case_confirm")
    assert talk.open_task is None
    (ticket,) = await filed(talk)
    assert "barn pole" in str(ticket.notes)


async def test_whether_the_report_is_open_is_answered(talk: Talk) -> None:
    number = await a_light_is_filed(talk)
    await talk.user_input("never mind. but you did take my report, right?", intent="cancel", acts={"ask"})
    talk.assert_response("utter_filed_stands")
    talk.assert_message(f"14 Mill Road.*{number}")
    await talk.user_input("so is it on file, for my account?", intent="report_light", acts={"start"})
    talk.assert_response("utter_filed_stands")
    assert len(await filed(talk)) == 1


async def test_another_phone_for_the_report(talk: Talk) -> None:
    await a_light_is_filed(talk)
    await talk.user_input("can they call my other phone about it?", intent="update_contact_info", acts={"ask"})
    talk.assert_response("utter_filed_which_phone")
    await talk.user_input("555-555-7731", acts={"answer"})
    talk.assert_message("7731")
    (ticket,) = await filed(talk)
    assert ticket.phone == "+15555557731"


async def test_danger_is_filed_without_a_phone(stranger: Talk) -> None:
    words = "there's a wire lying on the ground by the road"
    await stranger.user_input(words, intent="report_outage", acts={"start"})
    stranger.assert_response("utter_outage_danger", "utter_question_outage_place")
    await stranger.user_input("on Hickory Lane by the bend, near the old red barn", acts={"answer"})
    stranger.assert_response("utter_question_case_phone")
    await stranger.user_input("I don't want to give a number, can't you just send someone without it", acts={"person"})
    stranger.assert_response("utter_filed_no_phone")
    stranger.assert_no_response("utter_question_callback_time")
    (ticket,) = await filed(stranger)
    assert (ticket.kind, ticket.place) == ("danger", "Hickory Lane by the bend, near the old red barn")
    await stranger.user_input("and you put down it's near the old red barn?", intent="report_tree", acts={"ask"})
    stranger.assert_response("utter_filed_says")
    await stranger.user_input("I said it's a wire on the ground", intent="report_outage", acts={"volunteer"})
    stranger.assert_no_response("utter_outage_danger")
    await stranger.user_input("ok I did call 911. thanks", intent="report_outage", acts={"volunteer"})
    assert stranger.responses == ["utter_filed_911"]


async def test_after_danger_is_filed_nothing_more_is_asked(stranger: Talk) -> None:
    await stranger.user_input("a wire is on the ground on Hickory Lane", intent="report_outage", acts={"start"})
    stranger.assert_response("utter_question_case_phone")
    await stranger.user_input("ok I did call 911", intent="report_outage", acts={"volunteer"})
    assert stranger.responses == ["utter_filed_911"]
    assert stranger.open_task is None


async def test_phone_refusal_is_recognized_before_the_question(stranger: Talk) -> None:
    await stranger.user_input("there's a wire on the ground", intent="report_outage", acts={"start"})
    words = "I'd rather not give out my phone number, is that needed? the wire's on Hickory Lane by the bend"
    await stranger.user_input(words, acts={"ask"})
    stranger.assert_message("number")
    stranger.assert_no_response("utter_question_case_phone")
    assert stranger.open_task is None


async def test_complaint_needs_no_place(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS, channel="voice", language="es")
    await talk.user_input("quiero poner una queja, una empleada me trató muy mal", intent="complaint", acts={"start"})
    assert talk.open_task == "case_form"
    talk.assert_no_response("utter_question_case_place")


async def test_a_tree_on_the_wire_goes_before_a_balance(stranger: Talk) -> None:
    words = "there's a big maple leaning on the wire behind our house and also whats my balance"
    await stranger.user_input(words, intent="check_balance", acts={"start"})
    assert stranger.open_task == "case_form"
    assert stranger.agenda == ["balance_form"]
    assert "big maple" in stranger.slots["case_words"]


async def test_the_number_without_its_dash_is_not_asked_again(stranger: Talk) -> None:
    words = "member number 41106, last four of my phone 2742. I use an oxygen concentrator at home"
    await stranger.user_input(words, intent="medical_need", acts={"start"})
    stranger.assert_response("utter_question_separator")


async def test_phone_with_other_words_is_an_answer(stranger: Talk) -> None:
    await stranger.user_input("I paid the same bill twice on Tuesday. Have someone call me", acts={"person"})
    assert stranger.slots["callback_day"] is None
    await stranger.user_input("Monday at 10", acts={"answer"})
    await stranger.user_input("555-551-2203. and that number is only for this", acts={"cancel"})
    stranger.assert_message("2203")
    await stranger.user_input("The subject is the double payment", acts={"correct"})
    stranger.assert_message("about: the double payment")


def test_reader_results() -> None:
    assert mentions_tree_on_wire("a big maple leaning on the wire")
    assert not mentions_tree_on_wire("no tree on the wire")
    assert declines_to_give_phone("hmm I'd rather not give out my phone number honestly")
    assert not declines_to_give_phone("it is 555-551-2203")
    assert remove_past_events("Tuesday is when I paid twice! Call me Monday, around 10") == "Call me Monday, around 10"
    assert not wants_live_agent("no hace falta que me llamen")
    assert extract_location("I gave the member number, 41106, and last four, 2742, in my first message.") is None
    assert extract_location("at 74 Mill Road, well let me give you the number instead") == "74 Mill Road"
    assert extract_address_or_road("it's lying on the ground by the road") is None
