"""Questions with one answer, and the hours of a day."""

from __future__ import annotations

import pytest

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
        ("are you open on thanksgiving", r"closed on Thursday, November 26\. It opens again on Monday, November 30"),
    ],
)
async def test_hours_of_a_day_are_answered(stranger: Talk, words: str, expected: str) -> None:
    await stranger.user_input(words, intent="faq_hours_contact", acts={"ask"})
    stranger.assert_message(expected)


async def test_an_answer_in_the_middle_of_a_task_leaves_it_open(talk: Talk) -> None:
    await talk.user_input("pay my bill", intent="quick_pay", acts={"start"})
    await talk.user_input("what are your fees", intent="faq_fees", acts={"ask"})
    talk.assert_response("utter_answer_faq_fees")
    assert talk.open_task == "quick_pay_form"


async def test_caller_is_given_no_web_address(begin: Begin) -> None:
    talk = await begin(channel="voice")
    await talk.user_input("is the new site safe", intent="faq_portal", acts={"ask"})
    talk.assert_no_message("http")
