"""A phone mentioned in passing goes on the urgent report, and answers about it match the report."""

from __future__ import annotations

import pytest

from tests.actions.cases.danger_reports import WIRE, tickets
from tests.support.harness.talk import Talk


async def phones(talk: Talk) -> list[str | None]:
    return [one.phone for one in await tickets(talk)]


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("did you get my other number 555-777-3199?", "inform"),
        ("call me at 555-777-3199 this phone is about dead", "speak_to_human"),
        ("my cell is 555-777-3199", "inform"),
        ("reach my son on 555-777-3199 instead", "out_of_scope"),
        ("mi teléfono es 555-777-3199", "inform"),
        ("llámenme al 555 777 3199", "speak_to_human"),
    ],
)
async def test_it_goes_on_the_report(talk: Talk, words: str, intent: str) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    assert await phones(talk) == ["+15555550142"], "the one that wrote"
    await talk.user_input(words, intent=intent, acts={"volunteer"})
    assert await phones(talk) == ["+15557773199"]
    talk.assert_message("is now the one ending 3199")
    talk.assert_no_response("utter_done_so_far", "utter_person", "utter_unclear")


async def test_phone_is_noted_next_to_a_question_and_to_worse_news(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    asked = "can I go in for my medicine? my phone is 555-777-3199"
    await talk.user_input(asked, intent="out_of_scope", acts={"ask"})
    talk.assert_message("ending 3199")
    talk.assert_response("utter_danger_unsafe")
    await talk.user_input("it is on fire now, call me on 555-777-3100", intent="report_outage", acts={"volunteer"})
    talk.assert_message("ending 3100")
    talk.assert_message("Get everybody out")
    assert await phones(talk) == ["+15557773100"]


async def test_which_phone_the_report_has_is_answered(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    asked = "did you get my other number"
    await talk.user_input(asked, intent="inform", acts={"ask"})
    talk.assert_message("ending 0142")
    await talk.user_input("555-777-3199", intent="inform")
    assert await phones(talk) == ["+15557773199"]
    await talk.user_input(asked, intent="inform", acts={"ask"})
    talk.assert_message("ending 3199")
    talk.assert_no_response("utter_done_so_far")


async def test_a_phone_for_a_call_back_or_the_account_is_not_the_reports(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("change my account phone to 555-777-3199", intent="update_contact_info", acts={"start"})
    assert await phones(talk) == ["+15555550142"]


async def test_phone_given_at_the_place_question_replaces_the_sender(talk: Talk) -> None:
    await talk.user_input("a wire is down and sparking", intent="report_outage", acts={"start"})
    await talk.user_input("14 Mill Road, and call 555-777-3199", intent="inform", acts={"answer"})
    assert await phones(talk) == ["+15557773199"]


async def test_only_the_crew_or_the_office_closes_a_danger(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("can i undo that", intent="out_of_scope", acts={"ask"})
    talk.assert_no_message("the report is closed")


@pytest.mark.parametrize("number", ["7273694-001", "7273694-001 3694", "my member number is 8155550-001"])
async def test_ten_digit_member_number_is_not_a_phone(talk: Talk, number: str) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input(number, intent="inform", acts={"answer"})
    assert await phones(talk) == ["+15555550142"]


@pytest.mark.parametrize(
    "words",
    [
        "if I don't pick up call my wife, 555-777-3199",
        "you can also call 555-777-3199",
        "mi cel es este, o si no al 555-777-3199",
        "my grandma's number is 555-777-3199, she's coming over",
        "el número de mi esposo es 555-777-3199",
        "mi esposo viene en camino su número es 555-777-3199",
    ],
)
async def test_second_phone_is_stored_next_to_the_first(talk: Talk, words: str) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input(words, intent="inform", acts={"volunteer"})
    (ticket,) = await tickets(talk)
    assert ticket.phone == "+15555550142"
    assert "or call +15557773199" in [note["words"] for note in ticket.notes]
    talk.assert_message("ending 3199")


async def test_of_two_phones_the_first_is_called_and_both_stored(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("my cell is 555-777-3199 and my sister's is 555-777-3144", intent="inform")
    (ticket,) = await tickets(talk)
    assert ticket.phone == "+15557773199"
    assert "or call +15557773144" in [note["words"] for note in ticket.notes]


async def test_the_co_ops_own_number_does_not_go_on_it(talk: Talk) -> None:
    await talk.user_input(WIRE, intent="report_outage", acts={"start"})
    await talk.user_input("call me at 555-555-0102", intent="speak_to_human", acts={"volunteer"})
    talk.assert_message("555-555-0102 is our own number")
    assert await phones(talk) == ["+15555550142"], "the one that wrote"
