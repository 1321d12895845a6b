"""The conversation after a danger report: lifesaving questions are answered, facts noted, and no other task started."""

from __future__ import annotations

import pytest

from backend.tickets.models import DENIED_LABEL
from tests.actions.cases.danger_reports import WIRE, tickets
from tests.backend.household import Household
from tests.support.harness.talk import Talk


async def notes(talk: Talk) -> list[str]:
    (ticket,) = await tickets(talk)
    return [str(note["words"]) for note in ticket.notes]


ASKED = [
    (WIRE, "should we pull him off the pole", "Once they are clear of it"),
    (WIRE, "¿lo puedo jalar de los pies?", "Once they are clear of it"),
    (WIRE, "he isn't breathing i think", "push hard and fast"),
    (WIRE, "should I shut the main off", "Only if you reach it dry"),
    (WIRE, "can we get out the front door", "at least 35 feet"),
    (WIRE, "my kids are asleep in that room should i move them", "Get away if the way stays"),
    ("my meter is on fire at 14 Mill Road", "should we leave the house", "everybody out now"),
    ("i smell gas at 14 Mill Road", "should I move her outside", "everybody out into fresh air"),
    ("a wire fell on my truck and i am in it at 14 Mill Road", "can i get out", "stays in it"),
    (WIRE, "can we hop down off the tractor and run for it", "stays in it"),
    (WIRE, "his lips are getting kinda blue", "push hard and fast"),
    (WIRE, "¿le pego con un palo de escoba para quitarle el cable?", "not with a stick"),
    ("the shower shocked me at 14 Mill Road", "should we get out of the house", "the whole way is dry"),
    ("my meter is on fire at 14 Mill Road", "should I flip the main off", "No, leave it and get out"),
    (WIRE, "can i keep the generator going in the garage?", "its fumes kill"),
    (WIRE, "what do we do", "Never touch a wire"),
]


@pytest.mark.parametrize(("report", "asked", "says"), ASKED)
@pytest.mark.parametrize("intent", ["out_of_scope", "start_stop_service"])
async def test_lifesaving_advice_is_given_whatever_the_intent(
    talk: Talk, report: str, asked: str, says: str, intent: str
) -> None:
    await talk.user_input(report, intent="report_outage", acts={"start"})
    await talk.user_input(asked, intent=intent, acts={"ask"}, knowledge=[("follow_change", 0.9)])
    talk.assert_message(says)
    talk.assert_no_response("utter_question_member_number", "utter_told", "utter_unclear")
    assert asked in await notes(talk)


async def test_every_fact_goes_on_the_report_and_is_read_back(talk: Talk) -> None:
    await talk.user_input("a wire is down and sparking", intent="report_outage", acts={"start"})
    place = "14 Mill Road behind the church, my mother is in a wheelchair here"
    await talk.user_input(place, intent="inform", acts={"answer"})
    calf = "one of the calves does not get up any more"
    await talk.user_input(calf, intent="report_tree", acts={"volunteer"}, sure=0.5)
    talk.assert_response("utter_danger_added")
    await talk.user_input("what did you write down", intent="out_of_scope", acts={"ask"})
    talk.assert_message("sparking")
    talk.assert_message("wheelchair")
    talk.assert_message("calves")
    assert await notes(talk) == [place, calf]


async def test_unknown_answer_is_admitted_and_noted(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    asked = "can I fill the hole back in tonight"
    await talk.user_input(asked, intent="faq_hours_contact", acts={"ask"}, sure=0.5)
    talk.assert_message("our outage line, 555-555-0102, day or night")
    talk.assert_no_message("closed")
    assert await notes(talk) == [asked]


@pytest.mark.parametrize(
    ("words", "intent", "response"),
    [
        ("I want to pay my bill", "quick_pay", "utter_question_member_number"),
        ("what are your office hours on friday", "faq_hours_contact", "utter_faq_hours_contact"),
        ("thank you so much", "thank", "utter_answer_thank"),
    ],
)
async def test_clearly_unrelated_request_is_done(talk: Talk, words: str, intent: str, response: str) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("555-555-0177", intent="inform")
    await talk.user_input(words, intent=intent, acts={"start"} if intent == "quick_pay" else {"ask"})
    talk.assert_no_response("utter_danger_added", "utter_danger_unknown")
    assert words not in await notes(talk)


async def test_danger_misread_as_a_request_opens_only_the_report(talk: Talk) -> None:
    await talk.user_input(
        "water is right up to the breaker box can i go down there", intent="payment_arrangement", acts={"ask"}, sure=0.6
    )
    talk.assert_response("utter_outage_danger")
    talk.assert_no_response("utter_task_named", "utter_question_member_number")
    await talk.user_input("14 Mill Road", intent="inform", acts={"answer"})
    assert talk.open_task in (None, "outage_form")
    talk.assert_no_response("utter_back_to", "utter_agenda_next")


async def test_request_together_with_danger_comes_after_it(talk: Talk) -> None:
    clauses = [
        {"text": "I want to pay my bill", "intent": {"name": "quick_pay", "confidence": 0.97}, "acts": {"start": 0.9}},
        {"text": "and a wire is down", "intent": {"name": "report_outage", "confidence": 0.97}, "acts": {"start": 0.9}},
    ]
    words = "I want to pay my bill, and a wire is down at 14 Mill Road"
    await talk.user_input(words, intent="quick_pay", acts={"start"}, clauses=clauses)
    talk.assert_response("utter_outage_danger")
    assert [one.kind for one in await tickets(talk)] == ["danger"]
    await talk.user_input("555-555-0177", intent="inform")
    assert talk.open_task == "quick_pay_form"


async def test_fact_next_to_a_question_goes_on_the_report(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    asked = "my neighbor Phyllis is eighty and cannot get out of her gate, can i go get her"
    await talk.user_input(asked, intent="out_of_scope", acts={"ask"})
    assert asked in await notes(talk)
    await talk.user_input("815 555 0173 is my other one", intent="inform", acts={"volunteer"})
    talk.assert_message("ending 0173")


async def test_member_number_gives_the_place(stranger: Talk, home: Household) -> None:
    await stranger.user_input("a wire is down and sparking", intent="report_outage", acts={"start"})
    await stranger.user_input("99999-001 0142", intent="inform", acts={"answer"})
    (ticket,) = await tickets(stranger)
    assert ticket.account_id == home.account_id


async def test_unknown_permission_question_is_answered_no(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("so is it ok if he waves the tractor over", intent="out_of_scope", acts={"ask"})
    talk.assert_no_message("I cannot tell you")


async def test_who_comes_is_answered_together_with_advice(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("should we pull him off? and is somebody coming?", intent="out_of_scope", acts={"ask"})
    talk.assert_message("Once they are clear of it")
    talk.assert_message("crew on call")


FLOOD = "the basement is flooded up to the outlets at 14 Mill Road"
HEARD = [
    (WIRE, {"touch": 0.6}, "Once they are clear of it"),
    (WIRE, {"whether": 0.7}, "No. Treat it as live and deadly"),
    (WIRE, {"go_in": 0.5}, "No. Treat it as live and deadly"),
    (WIRE, {"may": 0.5}, "Not before 911 or our crew says so"),
    (WIRE, {"leave": 0.5, "go_in": 0.5}, "at least 35 feet"),
    (WIRE, {"touch": 0.6, "coming": 0.6}, "crew on call"),
    (WIRE, {"do": 0.6}, "Never touch a wire"),
    (WIRE, {"coming": 0.6}, "crew on call"),
    (WIRE, {"reported": 0.6}, "it is reported, number"),
    (WIRE, {"breath": 0.6}, "push hard and fast"),
    (WIRE, {"generator": 0.6}, "its fumes kill"),
    (FLOOD, {"go_in": 0.6}, "Rubber boots"),
    (FLOOD, {"power_off": 0.6}, "not through the water"),
]


@pytest.mark.parametrize(("report", "predicted", "says"), HEARD)
async def test_question_in_unknown_words_is_answered_by_the_model(
    talk: Talk, report: str, predicted: dict[str, float], says: str
) -> None:
    hazard = ("water", 0.95) if report == FLOOD else None
    await talk.user_input(report, intent="report_outage", acts={"start"}, danger=hazard)
    words = "figured he might as well get on with that"
    await talk.user_input(words, intent="out_of_scope", acts={"ask"}, in_danger=predicted)
    talk.assert_message(says)
    talk.assert_no_response("utter_unclear", "utter_told")


@pytest.mark.parametrize(
    ("predicted", "response"),
    [
        ({"worse": 0.6}, "utter_danger_worse"),
        ({"breath": 0.6}, "utter_danger_worse"),
        ({"eases": 0.6}, "utter_danger_eased"),
        ({"eases": 0.6, "worse": 0.5}, "utter_danger_worse"),
    ],
)
async def test_news_in_words_that_no_rule_knows_goes_to_the_crew(
    talk: Talk, predicted: dict[str, float], response: str
) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    words = "well he went and did it just now"
    await talk.user_input(words, intent="out_of_scope", acts={"volunteer"}, in_danger=predicted)
    talk.assert_response(response)
    assert words in await notes(talk)


async def test_need_for_air_stays_medical_in_any_words(talk: Talk) -> None:
    await talk.user_input(
        "the power is out at 14 Mill Road and her oxygen tank is nearly empty", intent="report_outage", acts={"start"}
    )
    (before,) = await tickets(talk)
    for predicted in ({"breath": 0.6}, {"worse": 0.6}, {"go_in": 0.6}, {"may": 0.6}):
        await talk.user_input("well it went the other way now", intent="out_of_scope", in_danger=predicted)
        talk.assert_no_message("wire")
    (ticket,) = await tickets(talk)
    assert ticket.kind == before.kind == "outage"


async def test_personal_crisis_is_recognized_against_the_model(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("i do not want to live", intent="out_of_scope", in_danger={"eases": 0.9, "leave": 0.9})
    talk.assert_response("utter_crisis")
    talk.assert_no_response("utter_danger_eased", "utter_danger_leave")


async def test_clearly_unrelated_request_is_done_against_the_model(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("555-555-0177", intent="inform")
    await talk.user_input("I want to pay my bill", intent="quick_pay", acts={"start"}, in_danger={"leave": 0.5})
    assert talk.open_task == "quick_pay_form"
    talk.assert_no_response("utter_danger_leave")


@pytest.mark.parametrize(
    ("asked", "says", "never"),
    [
        ("is my dad gonna be ok", "That I cannot tell you", "[Dd]o not touch or"),
        ("did you tell them about my daughter? is she gonna be ok", "That I cannot tell you", "[Dd]o not touch or"),
        ("did you tell them it is a tractor", "it is reported, number", "reads"),
        ("can i turn the breakers back on", "Treat it as live", "Only if you reach it dry"),
        ("when do we get the power back", "our outage line does", "not before"),
        ("he's breathing though, I said", "added", "push hard"),
        ("should i take him to the hospital", "needs a doctor", "push hard"),
        ("he says he is fine. should i take him to the doctor", "needs a doctor", "push hard"),
    ],
)
async def test_each_question_has_its_own_answer(talk: Talk, asked: str, says: str, never: str) -> None:
    await talk.user_input("a man got shocked by the wire at 14 Mill Road", intent="report_outage", acts={"start"})
    if "Treat" in says:
        await talk.user_input("he is fine", intent="inform", acts={"volunteer"})
    predicted = {"breath": 0.6} if "push" in never else {}
    await talk.user_input(asked, intent="out_of_scope", acts={"ask"}, in_danger=predicted)
    talk.assert_message(says)
    talk.assert_no_message(never)


async def test_who_comes_is_answered_together_with_good_news(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    words = "the firemen are here and they pulled back. when does the crew come?"
    await talk.user_input(words, intent="outage_status", acts={"ask"}, in_danger={"eases": 0.7, "coming": 0.7})
    talk.assert_response("utter_danger_eased", "utter_danger_called")


async def test_danger_misread_as_a_tree_is_reported_without_questions(talk: Talk) -> None:
    words = "my dad raised the auger and it hit the power lines and hes still in the tractor what do i do im 13"
    await talk.user_input(words, intent="report_tree", sure=0.5, acts={"volunteer", "ask"}, danger=("car", 0.98))
    talk.assert_message("stays in it")
    talk.assert_no_response("utter_question_unknown", "utter_answer_unknown")
    assert [one.kind for one in await tickets(talk)] == ["danger"]


async def test_lack_of_oxygen_in_unknown_words_is_reported_at_once(talk: Talk) -> None:
    words = "se nos fue la luz y mi papá tiene la maquinita y ya nomás le queda poquito en el tanque"
    await talk.user_input(words, intent="medical_need", sure=0.5, acts={"volunteer"}, danger=("life", 0.99))
    (ticket,) = await tickets(talk)
    assert ticket.urgent


async def test_wires_on_a_hood_keep_everybody_in_the_car(talk: Talk) -> None:
    words = "a pickup took the pole over, the wires are laying across the hood and there's a woman and a kid inside"
    await talk.user_input(words, intent="report_outage", acts={"start"})
    talk.assert_message("stays in it")
    talk.assert_no_message("Get everybody out")


async def test_later_place_replaces_a_vague_spot(talk: Talk) -> None:
    await talk.user_input("a wire is down by my barn", intent="report_outage", acts={"start"})
    await talk.user_input("past the church, the blue house", intent="inform", acts={"answer"})
    await talk.user_input("it's 14 Mill Road i remember now, hurry", intent="inform", acts={"volunteer"}, sure=0.5)
    (ticket,) = await tickets(talk)
    assert ticket.place == "14 Mill Road"


async def test_entering_to_turn_off_a_fume_source_is_answered_no(talk: Talk) -> None:
    words = "my grandpa is running the generator in the garage and my head hurts, at 14 Mill Road"
    await talk.user_input(words, intent="report_outage", acts={"start"})
    talk.assert_message("Leave the house now")
    await talk.user_input("should i go in and turn it off", intent="out_of_scope", in_danger={"generator": 0.7})
    talk.assert_message("Stay out and far away")


async def test_person_in_a_burning_machine_is_told_to_jump(talk: Talk) -> None:
    await talk.user_input("my boy is in the sprayer and the boom is on the line at 14 Mill Road",
                          intent="report_outage", danger=("car", 0.98))  # fmt: skip
    talk.assert_message("stays in it")
    await talk.user_input("the tire is on fire now, flames", intent="report_outage", acts={"volunteer"})
    talk.assert_message("jumps out clear")
    talk.assert_no_message("stays in it")
    await talk.user_input("should he jump", intent="out_of_scope", in_danger={"leave": 0.7})
    talk.assert_message("jumps out clear")


async def test_blue_lips_are_news_about_who_needs_power(talk: Talk) -> None:
    await talk.user_input(
        "the power is out at 14 Mill Road and her oxygen tank is nearly empty", intent="report_outage", acts={"start"}
    )
    await talk.user_input("her lips are turning blue", intent="out_of_scope", acts={"volunteer"})
    talk.assert_response("utter_danger_breath", "utter_danger_worse")
    (ticket,) = await tickets(talk)
    assert ticket.kind == "outage"


@pytest.mark.parametrize(
    "words",
    ["what? I meant the bill, I'm not paying today. Don't tell the crew that", "no, I just want a person to ring me",
     "no I only want to know what I owe"],
)  # fmt: skip
async def test_correction_of_another_matter_does_not_deny_danger(talk: Talk, words: str) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input(words, intent="deny", acts={"deny", "volunteer"})
    talk.assert_no_response("utter_danger_denied")
    (ticket,) = await tickets(talk)
    assert DENIED_LABEL not in ticket.details


async def test_call_about_a_plan_is_not_about_the_danger(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    words = "can I get a call about a payment plan, Tuesday at 3"
    await talk.user_input(words, intent="speak_to_human", acts={"person"}, in_danger={"may": 0.9})
    talk.assert_no_message("live and deadly")
    assert words not in await notes(talk)
