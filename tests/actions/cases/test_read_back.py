"""What a report's read-back is answered with beside a yes or a no: a correction, a fact, a town, a number."""

from __future__ import annotations

import pytest

from backend.tickets import service as tickets
from backend.tickets.models import Ticket
from tests.support.harness.talk import Talk, clause


async def filed(talk: Talk) -> list[Ticket]:
    async with talk.backend.db.transaction() as session:
        return await tickets.list_of_conversation(session, talk.log.conversation_id)


async def at_the_read_back(talk: Talk, place: str = "35 Franklin St, Elizabeth") -> None:
    await talk.user_input("my power is out", intent="report_outage", acts={"start"})
    await talk.user_input(place, intent="inform", acts={"answer"})
    talk.assert_response("utter_question_case_confirm")


@pytest.mark.parametrize(
    ("words", "acts", "right"),
    [
        ("yes but its 36 not 35", {"affirm", "correct"}, "36 Franklin St, Elizabeth"),
        ("no 53", {"deny", "correct"}, "53 Franklin St, Elizabeth"),
        ("perdon es 36", {"correct"}, "36 Franklin St, Elizabeth"),
        ("no, it's 14 Oak Street", {"deny", "correct"}, "14 Oak Street"),
    ],
)
async def test_correction_is_applied_and_read_back(talk: Talk, words: str, acts: set[str], right: str) -> None:
    await at_the_read_back(talk)
    await talk.user_input(words, intent="inform", acts=acts)
    talk.assert_response("utter_question_case_confirm")
    talk.assert_message(right)
    assert await filed(talk) == []
    await talk.user_input("yes")
    assert [ticket.place for ticket in await filed(talk)] == [right]


async def test_other_figures_correct_no_place(talk: Talk) -> None:
    await at_the_read_back(talk)
    await talk.user_input("its been out 3 days", intent="report_outage", acts={"volunteer"})
    talk.assert_message("35 Franklin St")


async def test_correction_at_the_phone_question_is_not_a_refusal(stranger: Talk) -> None:
    await stranger.user_input("my power is out", intent="report_outage", acts={"start"})
    await stranger.user_input("35 Franklin St in Elizabeth", intent="inform", acts={"answer"})
    stranger.assert_response("utter_question_case_phone")
    await stranger.user_input("sorry its 36 not 35", intent="inform", acts={"correct"})
    stranger.assert_response("utter_question_case_phone")
    assert stranger.slots["outage_place"] == "36 Franklin St, Elizabeth"


async def test_town_after_the_read_back_completes_the_place(talk: Talk) -> None:
    await at_the_read_back(talk, "39 mill road")
    await talk.user_input("Elizabeth. The road with the church on it", intent="inform", acts={"volunteer"})
    talk.assert_message("39 mill road, Elizabeth")
    await talk.user_input("yes")
    (ticket,) = await filed(talk)
    assert ticket.place == "39 mill road, Elizabeth"
    assert "church" in ticket.details["words"]


async def test_fact_at_the_read_back_is_added_and_read_back(talk: Talk) -> None:
    await at_the_read_back(talk)
    await talk.user_input("the barn one", intent="inform", acts={"volunteer"})
    talk.assert_message("I added that")
    await talk.user_input("yes")
    (ticket,) = await filed(talk)
    assert "the barn one" in ticket.details["words"]


@pytest.mark.parametrize("words", ["no pole number that i can see", "I can't read the tag"])
async def test_a_number_that_is_not_there_refuses_no_report(talk: Talk, words: str) -> None:
    await talk.user_input("street light out at 210 Oak street", intent="report_light", acts={"start"})
    await talk.user_input(words, intent="deny", acts={"deny", "volunteer"})
    talk.assert_response("utter_question_case_confirm")
    await talk.user_input("yes")
    assert [ticket.kind for ticket in await filed(talk)] == ["light"]


async def test_no_together_with_power_out_reports_it(talk: Talk) -> None:
    await talk.user_input("when is the power back", intent="outage_status", acts={"ask"})
    talk.assert_response("utter_question_case_confirm")
    words = "no, I have not reported it, I am without power since six"
    await talk.user_input(words, intent="report_outage", acts={"deny", "volunteer"})
    talk.assert_response("utter_question_case_confirm")


async def test_a_plain_no_is_one(talk: Talk) -> None:
    await at_the_read_back(talk)
    await talk.user_input("no", intent="deny", acts={"deny"})
    talk.assert_response("utter_question_case_change")


async def test_outage_together_with_another_request_is_reported_first(talk: Talk) -> None:
    await talk.user_input(
        "I lost power and also what's my balance",
        intent="check_balance",
        acts={"start", "ask"},
        clauses=[
            clause("I lost power", intent="report_outage", acts={"volunteer": 0.9}),
            clause("and also what's my balance", intent="check_balance", acts={"start": 0.95}),
        ],
    )
    assert talk.open_task == "outage_form"
    talk.assert_response("utter_question_case_confirm")
    assert [item["opener"] for item in talk.slots["agenda"]] == ["balance_form"]


@pytest.mark.parametrize(
    "words", ["my lights flickered twice then went off", "The lights blinked a few times and now we're in the dark"]
)
async def test_lights_that_flickered_and_went_out_are_an_outage(talk: Talk, words: str) -> None:
    await talk.user_input(words, intent="voltage_problem", acts={"start"})
    talk.assert_message("the power out")
    await talk.user_input("yes")
    assert [ticket.kind for ticket in await filed(talk)] == ["outage"]


async def test_the_phone_of_a_plain_report_is_changed(talk: Talk) -> None:
    await at_the_read_back(talk)
    await talk.user_input("yes")
    await talk.user_input("call 815-555-0199 instead of this phone", intent="inform", acts={"volunteer"})
    talk.assert_response("utter_filed_phone")
    assert [ticket.phone for ticket in await filed(talk)] == ["+18155550199"]


async def test_place_of_a_report_is_answered_alone(talk: Talk) -> None:
    await at_the_read_back(talk)
    await talk.user_input("yes")
    await talk.user_input("which address do you have?", intent="out_of_scope", acts={"ask"})
    talk.assert_response("utter_filed_where_is")
    talk.assert_message("35 Franklin St, Elizabeth")


@pytest.mark.parametrize("words", ["no wires down that i see", "no power since noon", "nobody hurt"])
async def test_absent_detail_does_not_refuse_the_report(talk: Talk, words: str) -> None:
    await at_the_read_back(talk)
    await talk.user_input(words, intent="deny", acts={"deny", "volunteer"})
    talk.assert_response("utter_question_case_confirm")
    await talk.user_input("yes")
    assert len(await filed(talk)) == 1


@pytest.mark.parametrize("words", ["no report please", "no, don't send anybody"])
async def test_a_report_is_refused(talk: Talk, words: str) -> None:
    await at_the_read_back(talk)
    await talk.user_input(words, intent="deny", acts={"deny"})
    assert await filed(talk) == []
    assert "I added that" not in str(talk)


async def test_a_crossing_at_the_read_back_is_the_place(talk: Talk) -> None:
    await at_the_read_back(talk)
    await talk.user_input("Cedar and 4th", intent="inform", acts={"answer"})
    talk.assert_message("Cedar and 4th")
    await talk.user_input("no sorry, Cedar and 5th", intent="inform", acts={"correct"})
    talk.assert_message("Cedar and 5th")


async def test_when_it_is_back_is_of_the_place_that_was_reported(talk: Talk) -> None:
    await at_the_read_back(talk)
    await talk.user_input("yes")
    await talk.user_input("a que hora vuelve la luz", intent="outage_status", acts={"ask"})
    talk.assert_no_response("utter_question_case_confirm")
    assert len(await filed(talk)) == 1


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        ("yes, only this is not my phone, it's my neighbor's", {"affirm"}),
        ("that's right but please reach me on my cell", {"affirm", "person"}),
        ("can they call another number", {"person"}),
        ("sí, pero este teléfono no es mío", {"affirm"}),
    ],
)
async def test_another_phone_is_asked_for_and_read_back(talk: Talk, words: str, acts: set[str]) -> None:
    await at_the_read_back(talk)
    await talk.user_input(words, intent="speak_to_human" if "person" in acts else "affirm", acts=acts)
    talk.assert_response("utter_question_case_phone")
    assert await filed(talk) == []
    await talk.user_input("815-555-0144", intent="inform", acts={"answer"})
    talk.assert_message("0144")
    await talk.user_input("yes")
    assert [ticket.phone for ticket in await filed(talk)] == ["+18155550144"]


async def test_the_phone_read_back_is_kept_where_it_is_named(talk: Talk) -> None:
    await at_the_read_back(talk)
    await talk.user_input("yes, call my cell when you know more", intent="affirm", acts={"affirm"})
    assert len(await filed(talk)) == 1


async def test_what_is_said_behind_the_yes_is_on_the_ticket(talk: Talk) -> None:
    await at_the_read_back(talk)
    await talk.user_input("yes thanks, and tell them the gate is locked and the bull is out", acts={"affirm"})
    (ticket,) = await filed(talk)
    assert "bull is out" in ticket.details["words"]
