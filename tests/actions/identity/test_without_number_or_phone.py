"""Members who have no member number, or no longer the phone on file, are helped by the office."""

from __future__ import annotations

import pytest

from backend.clock import ManualClock
from backend.members.levels import Level
from tests.actions.conftest import Begin


async def test_a_lost_phone_gets_no_code_and_then_a_person(begin: Begin) -> None:
    talk = await begin(Level.KNOWN)
    await talk.user_input("change my phone to 815-555-0177", intent="update_contact_info", acts={"start"})
    talk.assert_message("the phone ending 0142")
    await talk.user_input("i dont have that phone any more", acts={"skip"})
    talk.assert_response("utter_code_another_way", "utter_question_code")
    talk.assert_message("the email r\\*\\*\\*@example.com")
    await talk.user_input("i lost my phone and cant get email", acts={"skip"})
    talk.assert_response("utter_identity_by_office", "utter_person")


@pytest.mark.parametrize("message", ["i dont have the bill, my name is alma becker", "no tengo el recibo"])
async def test_missing_number_is_explained_then_a_person_helps(begin: Begin, clock: ManualClock, message: str) -> None:
    clock.advance(hours=13)
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("change my phone number", intent="update_contact_info", acts={"start"})
    await talk.user_input(message, intent="name_change", acts={"skip"})
    talk.assert_response("utter_question_member_number")
    await talk.user_input("i told you i dont have it", acts={"skip"})
    talk.assert_response("utter_identity_by_office", "utter_question_callback_when")


async def test_all_that_they_know_of_the_number(begin: Begin, clock: ManualClock) -> None:
    clock.advance(hours=13)
    talk = await begin(Level.ANONYMOUS)
    await talk.user_input("change my phone number", intent="update_contact_info", acts={"start"})
    await talk.user_input("its 99999 thats all i know", acts={"answer"})
    talk.assert_response("utter_identity_by_office", "utter_question_callback_when")
