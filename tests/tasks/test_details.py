"""Names, addresses and phones as people give them: read whole, put right where they say so, never asked for twice."""

from __future__ import annotations

import pytest

from backend.clock import ManualClock
from backend.members.levels import Level
from tests.tasks.conftest import Begin
from tests.tasks.harness import Talk


async def start(talk: Talk) -> None:
    await talk.user_input("start service", intent="start_stop_service", acts={"start"})
    await talk.user_input("214 North Ridge Road, in Elizabeth.", acts={"answer"})
    await talk.user_input("monday", acts={"answer"})


async def test_a_name_with_more_behind_it_and_its_correction(stranger: Talk) -> None:
    await start(stranger)
    await stranger.user_input("Dora Graham. I'm already a member, you should have all that.", acts={"answer"})
    assert stranger.slots["service_name"] == "Dora Graham"
    await stranger.user_input("815-555-0123", acts={"answer"})
    await stranger.user_input("No! The name. Dora Grahame. Two words.", intent="deny", acts={"deny"})
    stranger.assert_message("for Dora Grahame;")
    stranger.assert_message("214 North Ridge Road, Elizabeth")


async def test_a_name_said_again_leaves_nothing(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS, language="es")
    await talk.user_input("quiero servicio nuevo", intent="start_stop_service", acts={"start"})
    await talk.user_input("Es para el 220 de la calle Oak, en Elizabeth.", acts={"answer"})
    assert talk.slots["service_address"] == "220 de la calle Oak, Elizabeth"
    await talk.user_input("el lunes", acts={"answer"})
    await talk.user_input("¡Ya le dije! Ruth Abbott.", intent="cancel", acts={"cancel"})
    assert talk.slots["service_name"] == "Ruth Abbott"


async def test_the_deposit_is_answered_and_the_request_goes_on(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS, language="es")
    await talk.user_input("quiero servicio nuevo", intent="start_stop_service", acts={"start"})
    await talk.user_input(
        "Es para el 220 de la calle Oak, en Elizabeth. Quiero pagar el depósito",
        intent="dispute_charge",
        acts={"start", "answer"},
    )
    talk.assert_response("utter_service_deposit", "utter_question_service_day")
    assert talk.agenda == []


async def test_the_final_bill_and_the_place_are_two_addresses(talk: Talk) -> None:
    await talk.user_input(
        "i'm moving out december 12, stop my service at 46 mill road", intent="start_stop_service", acts={"start"}
    )
    talk.assert_response("utter_question_service_final_bill")
    await talk.user_input("no mail it 512 oak st apt 4 galena il 61036", acts={"answer"})
    talk.assert_message("Stop service at 46 mill road .*the final bill to 512 oak st apt 4 galena il 61036")
    await talk.user_input("no its 514 oak st apt 4 galena il 61036", acts={"correct"})
    talk.assert_message("Stop service at 46 mill road .*the final bill to 514 oak st apt 4 galena il 61036")


async def test_a_mailing_address_as_it_is_said(talk: Talk) -> None:
    await talk.user_input("change my mailing address", intent="update_contact_info", acts={"start"})
    await talk.user_input(
        "It's two ten Pine Street, apartamento three, Elizabeth, Illinois, six one zero two eight", acts={"answer"}
    )
    talk.assert_message("210 Pine Street, apartment 3, Elizabeth, Illinois 61028")
    await talk.user_input("no. 212 Pine Street, Elizabeth, Illinois 61028, that's the new one", acts={"correct"})
    talk.assert_message("212 Pine Street, Elizabeth, Illinois 61028. Is that right")


async def test_the_old_phone_and_the_new_one(begin: Begin) -> None:
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input(
        "account 99999-001, mi teléfono viejo is 555-555-0142 and I need to "
        "change it to 815-555-0177, ya no uso the old one",
        intent="update_contact_info",
        acts={"start"},
    )
    talk.assert_message("the email r\\*\\*\\*@example.com")
    assert talk.slots["contact_value"] == "+18155550177"


async def test_a_lost_phone_gets_no_code_and_then_a_person(begin: Begin) -> None:
    talk = await begin(Level.KNOWN)
    await talk.user_input("change my phone to 815-555-0177", intent="update_contact_info", acts={"start"})
    talk.assert_message("the phone ending 0142")
    await talk.user_input("i dont have that phone any more", acts={"skip"})
    talk.assert_response("utter_code_another_way", "utter_question_code")
    talk.assert_message("the email r\\*\\*\\*@example.com")
    await talk.user_input("i lost my phone and cant get email", acts={"skip"})
    talk.assert_response("utter_identity_by_office", "utter_person")


@pytest.mark.parametrize("said", ["i dont have the bill, my name is alma becker", "no tengo el recibo"])
async def test_who_has_no_number_hears_where_it_stands_then_a_person(
    begin: Begin, clock: ManualClock, said: str
) -> None:
    clock.advance(hours=13)
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("change my phone number", intent="update_contact_info", acts={"start"})
    await talk.user_input(said, intent="name_change", acts={"skip"})
    talk.assert_response("utter_question_member_number")
    await talk.user_input("i told you i dont have it", acts={"skip"})
    talk.assert_response("utter_identity_by_office", "utter_question_callback_when")


async def test_all_that_they_know_of_the_number(begin: Begin, clock: ManualClock) -> None:
    clock.advance(hours=13)
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("change my phone number", intent="update_contact_info", acts={"start"})
    await talk.user_input("its 99999 thats all i know", acts={"answer"})
    talk.assert_response("utter_identity_by_office", "utter_question_callback_when")


@pytest.mark.parametrize(
    "said", ["Monday then, in the morning some time, Liam stop that", "monday morning. MAX STOP IT sorry"]
)
async def test_a_shout_at_a_child_takes_nothing_back(begin: Begin, clock: ManualClock, said: str) -> None:
    clock.advance(hours=13)
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("can somebody call me", intent="speak_to_human", acts={"person"})
    await talk.user_input(said, intent="cancel", acts={"cancel"})
    talk.assert_response("utter_question_callback_phone")
