"""How a simulated caller answers: by voice or with keys, and what they do about a number that was misheard."""

from __future__ import annotations

import pytest

from lab.audio.phone_member import MAX_CORRECTIONS, PhoneMember, compose_phone_persona
from lab.members import MemberCopy
from lab.simulation.goals import USUAL_MEMBER
from lab.simulation.response_matching import OfferedChoice

NUMBER, LAST4, AMOUNT = "utter_question_member_number", "utter_question_phone_last4", "utter_question_pay_amount"
CHOICES = [OfferedChoice("What is saved on your account", "<1>"), OfferedChoice("Another card", "<2>")]


def call(by_voice: bool, cents: int | None = 5000) -> PhoneMember:
    persona = compose_phone_persona(0, "pay_part", USUAL_MEMBER, "pay part of my bill", cents)
    member = PhoneMember(persona, MemberCopy("20417-001", "+15557004242"), lambda: "123456", by_voice)
    member.first_line()
    return member


@pytest.mark.parametrize(
    ("question", "spoken", "keyed"),
    [
        (NUMBER, "two zero four, one seven, zero zero one", "<20417001#>"),
        (LAST4, "four two four two", "<4242>"),
        (AMOUNT, "50 dollars", "<50#>"),
    ],
)
def test_numbers_are_said_or_keyed(question: str, spoken: str, keyed: str) -> None:
    assert call(by_voice=True).next_line("", [question], []) == spoken
    assert call(by_voice=False).next_line("", [question], []) == keyed


def test_a_choice_is_said_by_its_title_then_its_number_then_keyed() -> None:
    member = call(by_voice=True)
    asked = ["utter_question_pay_method"]
    lines = [member.next_line("", asked, CHOICES) for _ in range(3)]
    assert lines == ["What is saved on your account", "one", "<1>"]


def test_a_number_that_was_misheard_is_corrected_a_few_times() -> None:
    member = call(by_voice=True)
    member.next_line("", [NUMBER], [])
    for _ in range(MAX_CORRECTIONS):
        line = member.next_line("I have 2 0 4, 1 9, 0 0 1. Now the last four.", [LAST4], [])
        assert line == "no that's wrong, it's two zero four, one seven, zero zero one"
    assert member.corrections == MAX_CORRECTIONS
    assert member.next_line("I have 2 0 4, 1 9, 0 0 1. Now the last four.", [LAST4], []) == "four two four two"


def test_a_number_that_was_heard_right_is_let_be() -> None:
    member = call(by_voice=True)
    member.next_line("", [NUMBER], [])
    assert member.next_line("I have 2 0 4, 1 7, 0 0 1. Now the last four.", [LAST4], []) == "four two four two"


def test_a_yes_is_given_to_a_read_back_that_no_skill_asks() -> None:
    read_back = "I have 2 0 4, 1 7, 0 0 1. For yes, press 1. For no, press 2."
    assert call(by_voice=True).next_line(read_back, [], []) == "yes"
    assert call(by_voice=False).next_line(read_back, [], []) == "<1>"


def test_a_caller_who_wants_another_day_chooses_it() -> None:
    persona = compose_phone_persona(0, "schedule", USUAL_MEMBER, "schedule a payment", day="next friday")
    member = PhoneMember(persona, MemberCopy("20417-001", "+15557004242"), lambda: "123456", by_voice=False)
    choices = [OfferedChoice("All of it today", "<1>"), OfferedChoice("All of it on another day", "<3>")]
    assert member.next_line("", [AMOUNT], choices) == "<3>"


def test_a_caller_who_does_not_want_to_pay_says_so_instead_of_paying() -> None:
    persona = compose_phone_persona(0, "autopay_on", USUAL_MEMBER, "set up auto pay")
    member = PhoneMember(persona, MemberCopy("20417-001", "+15557004242"), lambda: "123456", by_voice=True)
    assert member.next_line("How much?", [AMOUNT], CHOICES) == "never mind, set up auto pay"
    assert member.corrections == 1
