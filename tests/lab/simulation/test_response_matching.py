"""Responses are recognized by their words alone, on each channel."""

from __future__ import annotations

import re

import pytest

from lab.simulation.answers import ANSWERS
from lab.simulation.response_matching import extract_choices, load_patterns, match_responses


class Heard:
    def __init__(self, channel: str) -> None:
        self.channel = channel


@pytest.mark.parametrize(
    ("channel", "text", "names"),
    [
        (
            "sms",
            "You owe $112.40, due Monday, November 30. How much would you like to pay? Send ALL, or an amount.",
            ["utter_question_pay_amount"],
        ),
        (
            "voice",
            "I have 7 1 0, 0 0 5 6, 0 0 1. Now I need the last four digits of the phone number that is on your "
            "account. You can key them in or say them.",
            ["utter_question_phone_last4"],
        ),
        (
            "web",
            "Please check: pay $50.00 today, with Visa ending 4242, for account 99999-001. There is no fee. "
            "Shall I do it?",
            ["utter_question_pay_confirm"],
        ),
        (
            "sms",
            "Noted.\nWhat is your full member number? It is on your bill, with the digits behind the dash, "
            "like 12345-001.",
            ["utter_question_member_number"],
        ),
        ("sms", "The moon is made of cheese.", []),
    ],
)
def test_question_is_recognized(channel: str, text: str, names: list[str]) -> None:
    assert match_responses(text, channel) == names


def test_answer_and_next_question_in_their_order() -> None:
    text = (
        "You owe $112.40, due Monday, November 30. Your last payment was $93.35 on October 21. "
        "Would you like to pay it?\n"
        "1 Pay my bill, 2 No, thank you"
    )
    assert match_responses(text, "sms") == ["utter_balance", "utter_balance_last_payment", "utter_balance_offer"]


def test_numbered_choices() -> None:
    text = "How would you like to pay $20.50?\n1 What is saved on my account, 2 Another card, by secure link"
    found = extract_choices(text, Heard("sms"))  # type: ignore[arg-type]
    assert [(one.title, one.line) for one in found] == [
        ("What is saved on my account", "1"),
        ("Another card, by secure link", "2"),
    ]


def test_keyed_choices() -> None:
    text = (
        "How would you like to pay? For Visa ending 4 2 4 2, press 1. By secure link, press 2. For a person, press 0."
    )
    found = extract_choices(text, Heard("voice"))  # type: ignore[arg-type]
    assert [(one.title, one.line) for one in found] == [("Visa ending 4 2 4 2", "<1>"), ("By secure link", "<2>")]


def test_a_member_knows_an_answer_to_each_question_that_there_is() -> None:
    questions = {wording.name for wording in load_patterns(False) if wording.name.startswith("utter_question_")}
    assert len(questions) > 60
    unknown = {name for name in questions if not any(re.fullmatch(pattern, name) for pattern, _ in ANSWERS)}
    assert unknown == set(), "add a line to lab/simulation/answers.py"
