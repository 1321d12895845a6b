"""What is said about alerts, Auto Pay, use and bills is taken as it was meant."""

from __future__ import annotations

from datetime import date

import pytest

from backend.alerts.parsing import is_stop_all_texts, parse_alert_request
from backend.reading.acts.yes_no import YES, detect_yes_no
from backend.reading.back_references import refuses_old_method
from backend.reading.dates.day_parsing import parse_named_day_of_month
from backend.reading.dates.usage_months import extract_months, names_each_month
from backend.reading.money.arrangement_talk import asks_how_it_works
from backend.reading.money.autopay_words import ORDINALS_NOT_DAYS
from backend.reading.money.payment_words import asks_about_overpayment
from backend.reading.service.bill_delivery import extract_choice
from backend.reading.spanish import to_english
from tests.tasks.harness import Talk

TODAY = date(2026, 11, 18)


def test_what_is_to_stay_on_stays() -> None:
    assert parse_alert_request("turn off everything except the bill due reminders").kept_kinds == {"bill_due"}
    assert parse_alert_request("turn off all alerts but keep the ones about my bill being ready").kept_kinds == {
        "bill_ready"
    }
    assert parse_alert_request("turn them off but keep the zebra").verb == "list"  # nothing ends on a guess


@pytest.mark.parametrize(
    "words", ["all off except the one about outages", "i want quitarlos todos excepto el de los apagones"]
)
def test_outages_are_heard(words: str) -> None:
    wish = parse_alert_request(words)
    assert wish.about_outages
    assert wish.verb == "off"


def test_an_end_to_texts_is_heard() -> None:
    assert is_stop_all_texts("yo stop all the texts pls")
    assert not is_stop_all_texts("text me when it is due")


@pytest.mark.parametrize(
    "words", ["the first one, but not with the old card", "mejor la primera. pero que no sea con la tarjeta vieja"]
)
def test_a_choice_with_a_condition(words: str) -> None:
    assert refuses_old_method(to_english(words))


def test_a_second_thought_is_no_day() -> None:
    assert parse_named_day_of_month(ORDINALS_NOT_DAYS.sub("", "on second thought, i ought to have auto pay")) is None


@pytest.mark.parametrize("words", ["yes, go on. i would rather be ahead for the winter.", "sí, yes please"])
def test_a_yes(words: str) -> None:
    assert detect_yes_no(words, "Shall I go on with $150.00?") == YES


@pytest.mark.parametrize("words", ["yes. i'd rather be done with it by friday", "yes, i'd rather be safe and pay 50"])
def test_a_yes_that_changes_something_is_none(words: str) -> None:
    assert detect_yes_no(words, "Shall I go on with $150.00?") is None


@pytest.mark.parametrize(
    ("words", "way"),
    [
        ("it comes on paper, can it come by email instead?", "email"),
        ("paper instead of email please", "paper"),
        ("put me back on paper, not by email", "paper"),
    ],
)
def test_how_bills_are_to_come(words: str, way: str) -> None:
    assert extract_choice(words) == way


def test_months_of_use() -> None:
    assert extract_months("September compared with October", TODAY) == ["2026-09-01", "2026-10-01"]
    assert names_each_month("month by month, for the year")


def test_questions_about_paying() -> None:
    assert asks_about_overpayment("Where does the extra money go?")
    assert not asks_about_overpayment("pay the rest on friday")
    assert asks_how_it_works("How this plan works, please explain?")


async def test_a_copy_of_a_bill_needs_no_number(talk: Talk) -> None:
    await talk.user_input("a copy of my October bill by email", intent="billing_history", acts={"start"})
    talk.assert_response("utter_bill_copy_how")
    talk.assert_no_response("utter_question_member_number")
