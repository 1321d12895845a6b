"""Outages in the member's own words: told, asked about, with a person wanted, and beside nothing dangerous."""

from __future__ import annotations

import pytest

from backend.app import Backend
from backend.members.levels import Level
from backend.reading.hazards.danger_over import denies_danger
from backend.reading.service.outages import detect_outage_kind, tells_only_outage
from backend.tickets.models import Ticket
from tests.actions.conftest import Begin
from tests.support.harness.rows import list_rows
from tests.support.harness.talk import Talk

WIRE = ("wire", 0.99)


async def report(talk: Talk) -> None:
    await talk.user_input("my power is out", intent="report_outage", acts={"start"})
    await talk.user_input("yes", acts={"affirm"})


@pytest.mark.parametrize("intent", ["outage_restored", "outage_status", "inform"])
@pytest.mark.parametrize("words", ["is it back?", "is it back", "so is the power back yet?"])
async def test_a_question_closes_no_report(begin: Begin, backend: Backend, words: str, intent: str) -> None:
    talk = await begin(Level.KNOWN)
    await report(talk)
    await talk.user_input(words, intent=intent, acts={"ask"})
    talk.assert_no_response("utter_outage_back")
    assert [one.status for one in await list_rows(backend, Ticket)] == ["open"]


async def test_power_that_is_back_closes_it(begin: Begin, backend: Backend) -> None:
    talk = await begin(Level.KNOWN)
    await report(talk)
    await talk.user_input("it is back", intent="outage_restored", acts={"start"})
    assert [one.status for one in await list_rows(backend, Ticket)] == ["closed"]


@pytest.mark.parametrize("words", ["it is out at the barn too", "the barn is out too"])
async def test_another_place_is_no_danger(begin: Begin, backend: Backend, words: str) -> None:
    talk = await begin(Level.KNOWN)
    await report(talk)
    await talk.user_input(words, intent="report_outage", acts={"start"}, danger=WIRE)
    talk.assert_no_response("utter_outage_danger")
    assert {one.kind for one in await list_rows(backend, Ticket)} == {"outage"}


@pytest.mark.parametrize(
    "words", ["lo siento, se fue la luz, en mi casa hay un bebé", "mi bebé en casa, se fue la luz"]
)
async def test_a_baby_makes_it_no_danger(begin: Begin, backend: Backend, words: str) -> None:
    talk = await begin(Level.ANONYMOUS, language="es")
    await talk.user_input(words, intent="report_outage", acts={"start"}, danger=WIRE)
    talk.assert_no_response("utter_outage_danger")
    talk.assert_response("utter_question_outage_place")
    await talk.user_input(
        "no no, no hay cables, solo no hay luz. ciento trece Mill Road", intent="inform", acts={"answer"}
    )
    talk.assert_response("utter_question_case_phone")
    assert "Mill Road" in talk.slots["outage_place"]


@pytest.mark.parametrize(
    "words",
    [
        "the power is out and a wire is down",
        "my power is out and I smell something burning",
        "se fue la luz y hay chispas",
        "the lights are out, my husband is on oxygen",
        "is the power out?",
    ],
)
def test_what_is_more_than_an_outage(words: str) -> None:
    assert not tells_only_outage(words) or words.endswith("?")


def test_no_wires_denies_the_danger() -> None:
    assert denies_danger("no no, no hay cables, solo no hay luz")


@pytest.mark.parametrize(
    "words",
    [
        "the barn and the house are both out, 118 mill road",
        "still out, half of Mill Road is dark yet",
    ],
)
async def test_what_is_out_does_not_flicker(stranger: Talk, words: str) -> None:
    assert detect_outage_kind(words) == "outage"
    await stranger.user_input(words, intent="voltage_problem", acts={"start"})
    assert stranger.open_task == "outage_form"


def test_half_of_the_house_is_weak_power() -> None:
    assert detect_outage_kind("half of the house has dim lights") == "voltage"


@pytest.mark.parametrize("intent", ["speak_to_human", "report_outage"])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "I need a person, my power is out and nobody comes, 79 Mill Road"),
        ("es", "quiero hablar con una persona, llevo horas sin luz en 92 Mill Road"),
    ],
)
async def test_the_outage_is_reported_and_then_the_person_offered(
    night: Talk, backend: Backend, language: str, words: str, intent: str
) -> None:
    night.language = language
    await night.user_input(words, intent=intent, acts={"person"})
    night.assert_response("utter_question_case_phone")
    await night.user_input("555 555 2574", intent="inform", acts={"answer"})
    await night.user_input("yes" if language == "en" else "sí", intent="affirm", acts={"affirm"})
    [ticket] = await list_rows(backend, Ticket)
    assert ticket.kind == "outage"
    assert night.open_task == "callback_form"
