"""Danger in words that no rule knows is detected by the engine's model, within the limits of its certainty."""

from __future__ import annotations

import pytest

from actions.danger import MIN_SCORE, MIN_SCORE_IN_ANSWER, MIN_SCORE_WITH_OTHER_INTENT
from backend.tickets.models import Ticket
from tests.actions.cases.danger_reports import WIRE, tickets
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk

CORD = "the kids swing has a black cord across it at 14 Mill Road"


async def kinds(talk: Talk) -> list[str]:
    return [one.kind for one in await tickets(talk)]


@pytest.mark.parametrize("intent", ["out_of_scope", "report_light", "greet", "speak_to_human", "report_outage"])
async def test_report_is_filed_with_safety_advice(talk: Talk, intent: str) -> None:
    sure = MIN_SCORE_WITH_OTHER_INTENT if intent == "report_light" else MIN_SCORE
    await talk.user_input(CORD, intent=intent, acts={"volunteer"}, danger=("wire", sure))
    talk.assert_message("Never touch a wire")
    (ticket,) = await tickets(talk)
    assert (ticket.kind, ticket.urgent, ticket.place) == ("danger", True, "14 Mill Road")


@pytest.mark.parametrize(
    ("hazard", "expected"),
    [
        ("car", "stays in it"),
        ("fire", "Get everybody out"),
        ("gas", "Leave"),
        ("hurt", "Call 911 now"),
        ("life", "911"),
    ],
)
async def test_safety_advice_matches_the_hazard(talk: Talk, hazard: str, expected: str) -> None:
    await talk.user_input("we are in a bad way here", intent="out_of_scope", danger=(hazard, 0.95))
    talk.assert_message(expected)


async def test_whose_air_ends_has_an_urgent_outage_and_no_wire(talk: Talk) -> None:
    await talk.user_input("her machine went quiet when the lights went", intent="report_outage", danger=("life", 0.95))
    (ticket,) = await tickets(talk)
    assert (ticket.kind in ("outage", "medical"), ticket.urgent) == (True, True)
    talk.assert_no_message("Never touch a wire")


@pytest.mark.parametrize(
    ("words", "danger"),
    [
        ("the kids swing has a cord across it", ("wire", MIN_SCORE - 0.01)),
        ("what if the pole falls on my house some day", ("wire", 0.99)),
        ("my wife is on oxygen and you can not shut our power off", ("life", 0.99)),
    ],
)
async def test_unsure_supposed_or_feared_danger_is_ignored(talk: Talk, words: str, danger: tuple[str, float]) -> None:
    await talk.user_input(words, intent="out_of_scope", acts={"volunteer"}, danger=danger)
    assert "danger" not in await kinds(talk)
    talk.assert_no_response("utter_outage_danger")


async def test_an_answer_must_be_surer(talk: Talk, begin: Begin) -> None:
    await talk.user_input("a tree needs trimming", intent="report_tree", acts={"start"})
    tall = "the big sweetgum on the left side"
    await talk.user_input(tall, intent="inform", acts={"answer"}, danger=("fire", MIN_SCORE_IN_ANSWER - 0.01))
    assert "danger" not in await kinds(talk)
    await talk.user_input(tall, intent="inform", acts={"answer"}, danger=("fire", MIN_SCORE_IN_ANSWER))
    talk.assert_message("Get everybody out")


async def test_question_about_the_report_is_answered_without_repeating_it(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    asked = "can the kids go and get their bikes"
    await talk.user_input(asked, intent="out_of_scope", acts={"ask"}, danger=("wire", 0.99))
    talk.assert_response("utter_danger_unsafe")
    talk.assert_no_response("utter_outage_danger", "utter_danger_worse")
    assert len(await tickets(talk)) == 1


async def test_more_of_it_goes_on_the_report(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    more = "my husband is wading over to it"
    await talk.user_input(more, intent="out_of_scope", acts={"volunteer"}, danger=("wire", 0.99))
    (ticket,) = await tickets(talk)
    assert _is_noted(ticket, more)


def _is_noted(ticket: Ticket, words: str) -> bool:
    return any(note["words"] == words for note in ticket.notes)


@pytest.mark.parametrize(
    "words",
    [
        "never mind it is fine, the smell went away",
        "the firemen got her out",
        "the crew is here, thank you",
        "ok she is breathing again",
        "ya llegó la cuadrilla gracias",
        "ya no huele",
    ],
)
async def test_good_news_is_noted_and_closes_nothing(talk: Talk, words: str) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input(words, intent="out_of_scope", acts={"volunteer"}, danger=("gas", 0.99))
    (ticket,) = await tickets(talk)
    assert (_is_noted(ticket, words), ticket.status) == (True, "open")
    talk.assert_message("stays open until the crew or our office closes it")
    talk.assert_no_response("utter_outage_danger", "utter_unclear")


@pytest.mark.parametrize("words", ["is the crew here?", "we are fine but it is sparking again", "nobody is here yet"])
async def test_other_words_are_not_taken_for_good_news(talk: Talk, words: str) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input(words, intent="out_of_scope", acts={"ask"})
    talk.assert_no_response("utter_danger_eased")


async def test_unclear_message_soon_after_is_added_to_the_report(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    report = "the lane by the red barn is the way in"
    await talk.user_input(report, intent="out_of_scope", acts={"volunteer"})
    talk.assert_response("utter_danger_added")
    (ticket,) = await tickets(talk)
    assert _is_noted(ticket, report)
    await talk.user_input("hm", intent="out_of_scope", acts={"unclear"})
    talk.assert_no_response("utter_danger_added")


async def test_detected_hazard_is_remembered(talk: Talk) -> None:
    report = "we slid off and there is stuff all over the hood, at 14 Mill Road"
    await talk.user_input(report, intent="out_of_scope", danger=("car", 0.95))
    talk.assert_message("stays in it")
    await talk.user_input("can we get out now", intent="out_of_scope", acts={"ask"})
    talk.assert_message("stays in it")


@pytest.mark.parametrize(
    ("words", "intent", "hazard"),
    [
        ("the pole light by my driveway has been out since Sunday", "report_light", ("wire", 0.93)),
        ("do i have to pay a deposit for a pool with a pump", "start_stop_service", ("water", 0.9)),
        ("register an oxygen machine, my power is fine", "medical_need", ("life", 0.98)),
    ],
)
async def test_request_that_resembles_danger_is_not_danger(
    talk: Talk, words: str, intent: str, hazard: tuple[str, float]
) -> None:
    await talk.user_input(words, intent=intent, acts={"start"}, danger=hazard)
    talk.assert_no_response("utter_outage_danger")
    assert not [one for one in await tickets(talk) if one.kind == "danger"]


@pytest.mark.parametrize(
    "words",
    [
        "What? No, nothing's down. The bulb just quit.",
        "there is NO fire, nothing is wrong",
        "no hay ningún peligro, solo quiero saber del depósito",
    ],
)
async def test_denied_danger_is_dropped_and_the_crew_informed(talk: Talk, words: str) -> None:
    await talk.user_input("a wire is down by the barn", intent="report_outage", acts={"start"})
    assert talk.open_task == "outage_form"
    await talk.user_input(words, intent="out_of_scope", acts={"deny"})
    talk.assert_response("utter_danger_denied")
    assert talk.open_task is None
    (ticket,) = await tickets(talk)
    assert ticket.status == "open"
    assert words in [note["words"] for note in ticket.notes]
    await talk.user_input("can i get my balance", intent="out_of_scope", acts={"ask"}, in_danger={"go_in": 0.9})
    talk.assert_no_response("utter_danger_unsafe", "utter_danger_added")


async def test_denied_danger_can_be_reported_again(talk: Talk) -> None:
    await talk.user_input("a wire is down at 14 Mill Road", intent="report_outage", acts={"start"})
    await talk.user_input("no, there is no danger", intent="deny", acts={"deny"})
    await talk.user_input("oh no the wire is sparking and there is fire", intent="report_outage", acts={"volunteer"})
    talk.assert_response("utter_outage_danger")
    await talk.user_input("can we go in", intent="out_of_scope", acts={"ask"})
    talk.assert_message("out")
