"""Changing the phone, the email and the mailing address."""

from __future__ import annotations

import pytest

from backend.app import Backend
from backend.coop import format_phone
from backend.members.levels import Level
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk


async def test_part_of_a_new_address_is_corrected(talk: Talk) -> None:
    await talk.user_input("change my mailing address", intent="update_contact_info", acts={"start"})
    await talk.user_input("PO Box 44, Hanover IL 61041", acts={"answer"})
    await talk.user_input("no it's box 45", intent="deny", acts={"correct"})
    talk.assert_message("PO Box 45, Hanover IL 61041")


async def test_a_phone_and_an_email_in_one_message_are_both_changed(talk: Talk) -> None:
    words = "my phone is 815-555-8812 now and my new email is jane@example.com"
    await talk.user_input(words, intent="update_contact_info", acts={"start"})
    talk.assert_message("jane@example.com")
    await talk.user_input("yes", acts={"affirm"})
    await talk.user_input("no", intent="deny", acts={"deny"})
    talk.assert_response("utter_contact_proof_later", "utter_question_contact_confirm")
    talk.assert_message("815-555-8812")


async def test_ten_bare_digits_are_the_new_phone(talk: Talk) -> None:
    await talk.user_input("I got a new phone number", intent="update_contact_info", acts={"start"})
    await talk.user_input("8155550909", acts={"answer"})
    talk.assert_response("utter_question_contact_confirm")
    talk.assert_message("815-555-0909")


async def test_mailing_address_is_stored_as_given(talk: Talk) -> None:
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


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Eight one five, five five five, oh one seven seven"),
        ("en", "it's eight one five triple five zero one double seven"),
        ("es", "ocho uno cinco cinco cinco cinco cero uno siete siete"),
    ],
)
async def test_new_phone_in_words_is_no_other_account(begin: Begin, language: str, words: str) -> None:
    talk = await begin(channel="voice", language=language)
    await talk.user_input("I have a new phone number", intent="update_contact_info", acts={"start"})
    talk.assert_response("utter_question_contact_phone")
    await talk.user_input(words, acts={"answer"})
    assert talk.slots["contact_value"] == "+18155550177"
    assert talk.slots["member_number"] is None


async def test_phone_that_nobody_has_keeps_the_account_open(begin: Begin) -> None:
    talk = await begin(channel="voice")
    await talk.user_input("I have a new phone number", intent="update_contact_info", acts={"start"})
    await talk.user_input("two eleven, five five five, oh one seven seven", acts={"answer"})
    talk.assert_response("utter_question_contact_phone")
    assert talk.slots["member_number"] is None


async def test_a_phone_that_was_removed_meanwhile_is_asked_for_again(talk: Talk) -> None:
    """A number that was taken for a card's is removed from the conversation, and from the value that waits."""
    await talk.user_input("I got a new phone number", intent="update_contact_info", acts={"start"})
    await talk.user_input("8155550909", acts={"answer"})
    talk.slots["contact_value"] = "+[removed]"
    await talk.user_input("yes", acts={"affirm"})
    talk.assert_response("utter_question_contact_phone")
    assert talk.slots["contact_value"] is None


async def test_being_signed_in_on_the_page_around_the_chat_is_not_enough(signed_in: Talk, backend: Backend) -> None:
    await signed_in.user_input("my new email is thief@example.com", intent="update_contact_info", acts={"start"})
    signed_in.assert_response("utter_question_code")


@pytest.mark.parametrize("which", ["office_phone", "outage_phone", "transfer_phone", "text_line"])
async def test_the_co_ops_own_number_is_no_phone_of_a_member(talk: Talk, backend: Backend, which: str) -> None:
    own = format_phone(getattr(backend.coop, which))
    await talk.user_input(f"change my phone to {own}", intent="update_contact_info", acts={"start"})
    talk.assert_message(f"{own} is our own number. Please give a phone that reaches you")
    assert talk.slots["contact_value"] is None
    await talk.user_input(own, acts={"answer"})
    talk.assert_message(f"{own} is our own number")
    talk.assert_response("utter_told", "utter_question_contact_phone")
    await talk.user_input("815-555-0177", acts={"answer"})
    await talk.user_input(f"no, {own}", intent="deny", acts={"deny", "correct"})
    talk.assert_message(f"{own} is our own number")
    await talk.user_input("815-555-0178", acts={"correct"})
    talk.assert_message("815-555-0178")


async def test_the_co_ops_own_email_is_no_email_of_a_member(talk: Talk, backend: Backend) -> None:
    await talk.user_input("change my email", intent="update_contact_info", acts={"start"})
    await talk.user_input(backend.coop.email, acts={"answer"})
    talk.assert_message("is our own address. Please give an email that reaches you")
    talk.assert_response("utter_told", "utter_question_contact_email")
