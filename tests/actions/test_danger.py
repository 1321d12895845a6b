"""Everyday words that resemble danger call nobody out; real danger is still detected."""

from __future__ import annotations

import pytest

from actions.danger import MAX_UNLIKELY_SCORE
from backend.clock import ManualClock
from backend.reading.hazards.harmless_talk import is_harmless_talk, remove_harmless_talk
from tests.actions.cases.danger_reports import WIRE, texts, tickets
from tests.support.harness.talk import Talk

ORDINARY = [
    "the neighbor's smoke detector has been chirping for days, low battery",
    "my tenant moved out after the kitchen fire last year",
    "is it dangerous to fly kites near the power line behind our field?",
    "the yard light on the pole by the barn is burned out",
    "aquí estamos echando humo con la carne asada",
    "it is an old fire hazard panel",
    "a wire was down in my pasture, the crew fixed it good",
    "we are burning brush this weekend",
]
DANGER = [
    "the smoke detector is chirping, low battery, and we all have headaches",
    "the same outlet that burned last year smells of smoke again",
    "is it safe to mow near the wire that fell down?",
    "the yard light is burned out and its wire hangs down sparking",
    "the carne asada is fine but the outlet behind the grill is smoking",
    "they fixed the wire and now it is down again",
]


@pytest.mark.parametrize("words", ORDINARY)
async def test_harmless_words_call_nobody_and_the_request_is_done(talk: Talk, words: str) -> None:
    await talk.user_input(f"{words}. I want to pay my bill", intent="quick_pay", acts={"start"})
    talk.assert_no_response("utter_outage_danger")
    talk.assert_response("utter_question_pay_amount")
    assert await tickets(talk) == []


@pytest.mark.parametrize("words", DANGER)
async def test_danger_in_the_same_words_is_recognized(talk: Talk, words: str) -> None:
    await talk.user_input(words, intent="report_outage", acts={"volunteer"})
    talk.assert_response("utter_outage_danger")
    assert [one.urgent for one in await tickets(talk)] == [True]


def test_only_the_harmless_sentence_is_removed() -> None:
    assert remove_harmless_talk("My tenant left after the fire last year. The meter sparks.") == "The meter sparks."
    assert is_harmless_talk("My tenant left after the fire last year. I want to pay.")
    assert not is_harmless_talk("My tenant left after the fire last year. The wire lies in the yard.")
    assert is_harmless_talk("el martes por la tarde, y no hay perro")
    assert is_harmless_talk("no tengo perro, y la reja está abierta")
    assert not is_harmless_talk("no dog, but the wire lies on the gate"), "the gate is not what it is about"
    assert not is_harmless_talk("is it safe to mow under the line?"), "the engine's model may know better"


async def test_without_model_danger_advice_is_given_once_and_the_request_continues(talk: Talk) -> None:
    words = "my name is Wanda Sparks and I want to pay my bill"
    for _ in range(2):
        await talk.user_input(words, intent="quick_pay", acts={"start"}, danger=("wire", MAX_UNLIKELY_SCORE - 0.01))
        talk.assert_response("utter_question_pay_amount")
        if talk.text.count("call 911"):
            assert await tickets(talk) == []
            break
    else:
        pytest.fail("what to do was never said")


@pytest.mark.parametrize(
    ("words", "danger"), [("the meter sparks here at the barn", MAX_UNLIKELY_SCORE), ("the meter sparks", 0.0)]
)
async def test_possible_danger_and_cries_are_recognized(talk: Talk, words: str, danger: float) -> None:
    await talk.user_input(words, intent="quick_pay", acts={"start"}, danger=("wire", danger))
    talk.assert_response("utter_outage_danger")


async def test_repeated_danger_report_is_believed(talk: Talk) -> None:
    for _ in range(2):
        await talk.user_input("the meter box sparks here at the barn", intent="out_of_scope", danger=("wire", 0.0))
    talk.assert_response("utter_outage_danger")


async def test_request_that_waited_is_taken_up_after_a_denial(talk: Talk) -> None:
    clauses = [{"text": "I want to pay my bill", "intent": {"name": "quick_pay", "confidence": 0.97}, "acts": {}}]
    words = "there is smoke in the kitchen. I want to pay my bill"
    await talk.user_input(words, intent="report_outage", acts={"volunteer", "start"}, clauses=clauses)
    talk.assert_response("utter_outage_danger")
    await talk.user_input("no no, nobody is hurt, it's just the brisket", intent="deny", acts={"deny"})
    talk.assert_response("utter_danger_denied", "utter_question_pay_amount")
    talk.assert_no_message("What would you like?")


async def test_no_wire_is_not_a_denial_where_somebody_is_hurt(talk: Talk) -> None:
    await talk.user_input("my boy got shocked by the pump at 14 Mill Road", intent="report_outage", acts={"volunteer"})
    asked = "there's no wire, he is in the kitchen. does he need to go to the hospital?"
    await talk.user_input(asked, intent="out_of_scope", acts={"ask"})
    talk.assert_message("needs a doctor")
    talk.assert_no_response("utter_danger_denied")


@pytest.mark.parametrize(
    "asked",
    ["did you call 911 for us or do i have to", "did you call the fire department already?", "should I call you or 911",
     "¿ya llamaron a los bomberos?"],
)  # fmt: skip
async def test_no_promise_of_a_911_call_that_we_cannot_make(talk: Talk, asked: str) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input(asked, intent="out_of_scope", acts={"ask"})
    talk.assert_response("utter_danger_911")
    talk.assert_message("Call 911 yourself")


async def test_generator_in_a_closed_space_is_not_good_news(talk: Talk) -> None:
    await talk.user_input("my mom is on oxygen and the power went out", intent="report_outage", acts={"start"})
    words = "my son got the generator going in the garage so we are ok"
    await talk.user_input(words, intent="out_of_scope", acts={"volunteer"})
    talk.assert_no_response("utter_danger_eased")
    talk.assert_response("utter_outage_danger")


async def test_new_facts_reach_the_crew_and_questions_do_not(talk: Talk, clock: ManualClock) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("the gate is locked, come by the north road. how long?", intent="out_of_scope", acts={"ask"})
    (notice,) = await texts(talk, "also told")
    assert ("north road" in notice, "how long" in notice) == (True, False)
    for count in range(12):
        clock.advance(seconds=20)
        await talk.user_input(f"there are {count} cows by the fence here", intent="out_of_scope", acts={"volunteer"})
    assert len(await texts(talk, "also told")) == 6, "nobody makes the crew's phones ring without end"


async def test_being_awake_in_the_car_is_not_good_news(talk: Talk) -> None:
    await talk.user_input("a car hit a pole, wires are on top of the car", intent="report_outage", acts={"start"})
    words = "there is somebody in the car, an older lady. she's awake"
    await talk.user_input(words, intent="out_of_scope", acts={"volunteer"}, in_danger={"eases": 0.9})
    talk.assert_no_response("utter_danger_eased")


@pytest.mark.parametrize("words", ["no nobody's hurt", "no hay nadie herido", "nobody is near it"])
async def test_nobody_hurt_does_not_deny_a_wire(talk: Talk, words: str) -> None:
    await talk.user_input("a power line is down and sparking", intent="report_outage", acts={"start"})
    await talk.user_input(words, intent="deny", acts={"deny"})
    talk.assert_no_response("utter_danger_denied")
    assert talk.open_task == "outage_form"
