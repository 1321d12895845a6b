"""Where a danger is, put right after it was reported: the report, the crew and the member have the same place."""

from __future__ import annotations

import pytest

from backend.conversations.models import Conversation
from backend.tickets.place_correction import extract_corrected_place
from tests.actions.cases.danger_reports import WIRE, texts, tickets
from tests.backend.household import NOW
from tests.support.harness.talk import Talk

RIGHT = [
    ("33 Mill Road", "oh wait, no, I said thirty-three, it's thirty-one", "31 Mill Road"),
    ("33 Mill Road", "31 Mill Road, not 33 Mill Road, sorry", "31 Mill Road"),
    ("46 Mill Road", "me equivoqué, es el cuarenta y ocho, no el cuarenta y seis", "48 Mill Road"),
    ("33 Mill Road", "perdon la direccion es 35 no 33", "35 Mill Road"),
    ("30 mill road", "wait no sorry. its 130 mill rd thats the pasture, 30 is the house", "130 mill rd"),
    ("34 Cherry Lane", "no, 74", "74 Cherry Lane"),
    ("14 Oak Street", "oh no it's 41 Oak Street, call 815-555-0143", "41 Oak Street"),
    ("14 Oak Street", "perdon, es calle Willard 318, del otro lado de la via", "calle Willard 318"),
    ("34 Cherry Lane", "put twenty-nine Mill Road, that's the house number on the box", "29 Mill Road"),
    ("Mill Road 78", "no, 87", "Mill Road 87"),
    ("Mill Road", "and write down it's Hoyt Lane please", "Hoyt Lane"),
    (
        "hwy 84",
        "it's just past mile marker 41, by the grain bins",
        "hwy 84, just past mile marker 41, by the grain bins",
    ),
]
NO_CORRECTION = [
    ("34 Cherry Lane", "no nobody is hurt, 3 people got out"),
    ("34 Cherry Lane", "sorry, i called 911"),
    ("34 Cherry Lane", "no, my phone is 815-555-0143"),
    ("34 Cherry Lane", "no, the last four is 2791"),
    ("34 Cherry Lane", "no, I said 34 Cherry Lane"),
    ("34 Cherry Lane", "no, it has been 20 minutes"),
    ("Mill Road", "no the fire is spreading to the barn"),
    ("34 Cherry Lane", "there is one more at 50 Oak Street"),
    ("4410 Sycamore", "she's in a wheelchair, 911 is on the way"),
    ("Hadley Road", "I said my nephew's outside, next to the truck! does he stay?"),
    ("camino Dos Cruces", "fijese que no es despues del puente, es antes del puente"),
]


@pytest.mark.parametrize(("place", "words", "right"), RIGHT)
def test_the_whole_place_as_it_is_right(place: str, words: str, right: str) -> None:
    assert extract_corrected_place(words, place) == right


@pytest.mark.parametrize(("place", "words"), NO_CORRECTION)
def test_other_figures_and_places_correct_nothing(place: str, words: str) -> None:
    assert extract_corrected_place(words, place) is None


@pytest.mark.parametrize("intent", ["deny", "cancel", "out_of_scope", "report_outage"])
async def test_the_report_the_crew_and_the_member_have_the_new_place(talk: Talk, intent: str) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("no sorry, it's 41, not 14", intent=intent, acts={"deny", "correct"})
    talk.assert_response("utter_filed_place")
    talk.assert_message("41 Mill Road")
    talk.assert_no_response("utter_danger_denied", "utter_unclear")
    (ticket,) = await tickets(talk)
    assert (ticket.place, ticket.status) == ("41 Mill Road", "open")
    assert "not 14 Mill Road" in ticket.notes[-1]["words"]
    assert "41 Mill Road" in (await texts(talk, "now known"))[-1]
    await talk.user_input("did you put down that it's forty-one?", intent="out_of_scope", in_danger={"reported": 0.9})
    talk.assert_message("at 41 Mill Road")


async def test_different_place_without_correction_is_another_danger(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("one more wire is down at 50 Oak Street", intent="report_outage", acts={"volunteer"})
    assert {one.place for one in await tickets(talk)} == {"14 Mill Road", "50 Oak Street"}


async def test_a_stranger_moves_no_report(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    other = Talk(talk.backend, "web-other", channel="web")
    async with talk.backend.db.transaction() as session:
        session.add(Conversation(id="web-other", channel="web", last_seen_at=NOW, started_at=NOW))
    await other.user_input(WIRE, intent="report_outage", acts={"start"})
    await other.user_input("no sorry, it's 41, not 14", intent="deny", acts={"deny", "correct"})
    assert "14 Mill Road" in {one.place for one in await tickets(talk)}


async def test_911_on_the_way_is_not_a_place(talk: Talk) -> None:
    await talk.user_input("a wire is down at the back of 4410 Sycamore", intent="report_outage", acts={"start"})
    await talk.user_input("by the old mill", intent="inform", acts={"answer"})
    await talk.user_input("she is in a wheelchair. 911 is on the way", intent="out_of_scope", acts={"volunteer"})
    talk.assert_no_response("utter_filed_place")
    assert "911" not in str((await tickets(talk))[0].place)
