"""Questions with one answer, and the hours of a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from backend.app import Backend
from backend.holidays import Holiday, parse_rule
from backend.office_settings.state import State
from tests.actions.conftest import Begin
from tests.support.harness.talk import Talk


@pytest.mark.parametrize(
    ("words", "intent", "response"),
    [
        ("what are your fees", "faq_fees", "utter_answer_faq_fees"),
        ("where is my member number", "faq_member_number", "utter_answer_faq_member_number"),
        ("is the new site safe", "faq_portal", "utter_answer_faq_portal_safe"),
        ("my bookmark does not work", "faq_portal", "utter_answer_faq_portal_bookmark"),
    ],
)
async def test_the_answer_of_the_intent_or_its_topic(stranger: Talk, words: str, intent: str, response: str) -> None:
    await stranger.user_input(words, intent=intent, acts={"ask"})
    assert stranger.responses == [response]
    assert stranger.open_task is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("are you open on friday", r"open on Friday, November 20 from 8:00 AM to 4:30 PM"),
        (
            "are you open on thanksgiving",
            r"closed on Thursday, November 26: Thanksgiving\. It opens again on Monday, November 30",
        ),
        ("are you open on good friday", r"open Monday to Friday"),
        ("what holidays are you closed", r"Thanksgiving \(Thursday, November 26\).*Christmas \(Friday, December 25\)"),
    ],
)
async def test_hours_of_a_day_are_answered(stranger: Talk, words: str, expected: str) -> None:
    await stranger.user_input(words, intent="faq_hours_contact", acts={"ask"})
    stranger.assert_message(expected)


@pytest.mark.parametrize("words", ["where do i mail a check", "what's your mailing address"])
async def test_where_to_mail_a_check_has_the_address_alone(stranger: Talk, words: str) -> None:
    await stranger.user_input(words, intent="faq_hours_contact", acts={"ask"})
    stranger.assert_message("The mailing address is .*full member number on the check")
    assert stranger.backend.coop.email not in stranger.text


async def test_hours_and_holidays_are_those_that_the_office_has_published(stranger: Talk, backend: Backend) -> None:
    hours = {**backend.coop.hours, "friday": (time(8), time(12))}
    founders = Holiday({"en": "Founders Day", "es": "Día de los Fundadores"}, parse_rule("2026-12-07"))
    backend.coop = replace(backend.coop, hours=hours, holidays=(*backend.coop.holidays, founders))
    await stranger.user_input("are you open friday afternoon", intent="faq_hours_contact", acts={"ask"})
    stranger.assert_message(r"No, not in the afternoon\. .*from 8:00 AM to 12:00 PM")
    await stranger.user_input("what holidays are you closed", intent="faq_hours_contact", acts={"ask"})
    stranger.assert_message(r"Founders Day \(Monday, December 7\)")
    await stranger.user_input("and on founders day?", intent="faq_hours_contact", acts={"ask"})
    stranger.assert_message(r"closed on Monday, December 7: Founders Day\. It opens again on Tuesday, December 8")


async def test_another_day_after_one_is_no_repeated_question(stranger: Talk) -> None:
    """The subject of knowledge/ is the same, and its answer is not."""
    subject = (("office_hours_holidays", 0.9),)
    for words, expected in (("you open friday", "open on Friday"), ("and saturday", "closed on Saturday")):
        await stranger.user_input(words, intent="out_of_scope", acts={"ask"}, knowledge=subject)
        stranger.assert_message(expected)
        assert "utter_told_all" not in stranger.responses


async def test_an_answer_in_the_middle_of_a_task_leaves_it_open(talk: Talk) -> None:
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    await talk.user_input("what are your fees", intent="faq_fees", acts={"ask"})
    talk.assert_response("utter_answer_faq_fees")
    assert talk.open_task == "quick_pay_form"


async def test_caller_is_given_no_web_address(begin: Begin) -> None:
    talk = await begin(channel="voice")
    await talk.user_input("is the new site safe", intent="faq_portal", acts={"ask"})
    talk.assert_no_message("http")


@pytest.mark.parametrize("intent", ["faq_hours_contact", "faq_portal", "faq_member_number", "out_of_scope"])
async def test_what_the_office_has_published_goes_before_the_faq(stranger: Talk, intent: str) -> None:
    await stranger.user_input("where is the night drop", intent=intent, listed="pay_in_person_dropbox")
    stranger.assert_message("check or money order can go in the drop box")


async def test_the_general_answer_about_fees_gives_way_once_the_office_has_published_its_own(stranger: Talk) -> None:
    await stranger.user_input("is there a convenience fee", intent="faq_fees", listed="card_fees")
    stranger.assert_response("utter_answer_faq_fees")
    live = stranger.backend.live
    before, live.state = live.state, State(knowledge={"card_fees": "words of the office"})
    try:
        await stranger.user_input("is there a fee for cards", intent="faq_fees", listed="card_fees")
    finally:
        live.state = before
    stranger.assert_message("The fee for a card here is")
    assert "utter_answer_faq_fees" not in stranger.responses


async def test_a_question_listed_by_the_office_opens_no_task(stranger: Talk) -> None:
    live = stranger.backend.live
    before, live.state = live.state, State(knowledge={"late_fee": "words of the office"})
    question = stranger.backend.knowledge.require("late_fee").contents["en"].questions[0]
    try:
        await stranger.user_input(f"{question.upper()}!", intent="meter_problem", acts={"start"}, listed="late_fee")
    finally:
        live.state = before
    assert stranger.open_task is None
    stranger.assert_response("utter_told")


async def test_a_danger_goes_before_what_is_published(stranger: Talk) -> None:
    words = "there is a line down on the drop box and it sparks"
    await stranger.user_input(
        words, intent="faq_hours_contact", listed="pay_in_person_dropbox", danger=("wire_down", 0.99)
    )
    assert "utter_told" not in stranger.responses
