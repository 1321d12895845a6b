"""What the words about automatic and scheduled payments are heard as, and what is said of a day."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import cast

import pytest

from actions.autopay.questions import format_run_day
from actions.scheduled.forms import extract_existing_act
from actions.turn import Turn
from backend.language import format_long_date
from backend.reading.dates.day_parsing import parse_named_day_of_month
from backend.reading.money.autopay_words import ORDINALS_NOT_DAYS, extract_autopay_act, extract_draw_day
from backend.reading.money.payment_words import extract_confirmation


def said(words: str) -> Turn:
    """A turn of which only the words are read."""
    return cast(Turn, SimpleNamespace(text=words))


@pytest.mark.parametrize(
    ("words", "asked", "day"),
    [
        ("on the 15th", False, "15"),
        ("the fifteenth please", False, "15"),
        ("twenty second", False, "22"),
        ("the checking one. On the thirty-first.", False, "31"),
        ("No! Not the first! The thirty-first, three one!", False, "31"),
        ("on the twenty-third of each month", False, "23"),
        ("not the 5th, the 15th", False, "15"),
        ("due date", False, "due"),
        ("on the due date of my bill", True, "due"),
        ("last day of the month", False, "31"),
        ("change autopay from the first to the tenth", False, "10"),
        ("15", True, "15"),
        ("15", False, None),
        ("fifteen", True, "15"),
        ("day 31", True, "31"),
        ("45", True, "0"),
        ("0", True, "0"),
        ("set up autopay for 99999-001", False, None),
        ("whenever", True, None),
    ],
)
def test_a_day_of_the_month(words: str, asked: bool, day: str | None) -> None:
    assert extract_draw_day(said(words).text, asked) == day


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("cancel my autopay", "cancel"),
        ("take me off autopay", "cancel"),
        ("turn autopay off", "cancel"),
        ("i don't want autopay anymore", "cancel"),
        ("change the card on autopay", "change"),
        ("move my autopay to the 20th", "change"),
        ("pause autopay", "pause"),
        ("skip autopay this month", "pause"),
        ("when does my autopay come out next", "show"),
        ("what card is my autopay on", "show"),
        ("set up autopay", None),
    ],
)
def test_what_to_do_with_auto_pay(words: str, act: str | None) -> None:
    assert extract_autopay_act(said(words).text) == act


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("cancel my scheduled payment", "cancel"),
        ("can i stop the payment i set for friday", "cancel"),
        ("don't take the payment i scheduled", "cancel"),
        ("move my scheduled payment to the 20th", "move"),
        ("change my scheduled payment to a different date", "move"),
        ("can i reschedule my payment", "move"),
        ("what scheduled payments do i have", "show"),
        ("show my scheduled payments", "show"),
        ("schedule a payment", None),
        ("pay 50 on friday", None),
        ("i want to pay it next week", None),
        ("set up a payment for friday", None),
        ("don't take it today take it saturday", None),
    ],
)
def test_a_payment_that_is_there_already(words: str, act: str | None) -> None:
    assert extract_existing_act(words) == act


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("did K7M-4Q2 go through", "K7M-4Q2"),
        ("k7m4q2", "k7m4q2"),
        ("it is k 7 m 4 q 2", "k 7 m 4 q 2"),
        ("did my payment go through", None),
        ("i paid $45.20 on friday", None),
    ],
)
def test_a_confirmation_number(words: str, number: str | None) -> None:
    assert extract_confirmation(words) == number


def test_days_in_words() -> None:
    assert format_run_day(None) == "on the due date of each bill"
    assert format_run_day(2) == "on the 2nd of each month"
    assert format_run_day(31) == "on the 31st of each month (the last day of a shorter month)"
    assert format_long_date(date(2026, 12, 4)) == "December 4, 2026"


def test_a_second_thought_is_no_day() -> None:
    assert parse_named_day_of_month(ORDINALS_NOT_DAYS.sub("", "on second thought, i ought to have auto pay")) is None
