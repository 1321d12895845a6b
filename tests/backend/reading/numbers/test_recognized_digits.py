"""What speech recognizers write for digits, amounts and days is read as what was said, or asked about."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.reading.extract_all import extract_all
from backend.reading.money.amount import Amount
from backend.reading.numbers.recognized_digits import digits_alone, restore_digits
from backend.reading.spanish import english_form

TODAY = date(2026, 11, 18)
ASKED_AGAIN = None

MEMBER_NUMBERS = {
    "99999001": (
        "9-9-9-9-9-0-0-1.", "999-99-001", "(999) 990-01", "99,999,001", "99999.001", "9.9.9.9.9.0.0.1", "5 9s 001",
        "5.9 001", "5.9s 001", "5.9001", "five nines double oh one", "purple nine double nine zero zero one",
        "$99,999,001", "9:99 99 001", "99999/001", "99999:001", "No. 99999001", "nine nine nine nine nine oh oh won",
        "uh 99999 uh 001", "9999-9001", "nueve nueve nueve nueve nueve cero cero uno", "cinco nueves cero cero uno",
    ),
    "20417001": ("(204) 170-01", "20:41 7001", "2-0-4-1-7-0-0-1", "to zero for one seven zero zero one"),
    "01234001": ("0-1-2-3-4-0-0-1", "oh one two three four zero zero one", "012 340 01"),
    "123456001": ("123-45-6001",),
}  # fmt: skip
LAST_FOURS = {
    "0142": ("01:42", "01:42 a.m.", "01.42", "01/42", "0:142", "No 142", "No, 142", "oh won for too", "0-1-4-2",
             "$01.42", "cero uno cuarenta y dos", "know 142"),
    "1234": ("12:34", "12:34 p.m.", "12/34", "$12.34", "$1,234", "1:234", "won too three for", "1.2.3.4", "las 12:34"),
    "4242": ("for two for two", "42:42", "42,42"),
    ASKED_AGAIN: ("$1.42", "1:42", "142", "one forty two"),
}  # fmt: skip
CODES = {
    "123456": ("12:34:56", "12/34/56", "$1,234.56", "12-34-56", "123,456", "won too three for five six", "12:34 56"),
    "012345": ("No 12345", "01:23:45", "oh one two three four five"),
}
CENTS = {
    14892: ("1 4 8 dollars and 9 2 cents", "1 4 8 dólares y 9 2 centavos", "$148 .92", "$148 and 92¢", "148.92"),
    11240: ("1:12 40", "1.12 40", "112 40"),
    4025: ("4 0 dollars and 2 5 cents", "40.25"),
    5000: ("5 0 dollars", "fifty", "cinco cero dólares"),
    ASKED_AGAIN: ("one", "press one", "one please", "option 1", "uno", "oprima el uno", "the first one"),
}
DAYS = {date(2026, 12, 15): ("12:15", "12/15"), date(2026, 11, 19): ("to morrow", "2 morrow", "tomorrow")}


def flatten(table: dict[object, tuple[str, ...]]) -> list[tuple[str, object]]:
    return [(words, right) for right, all_words in table.items() for words in all_words]


def read(words: str, asked: str) -> object:
    """What the readers make of the words at the question."""
    spanish = any(word in words for word in ("nueve", "cero", "dólares", "uno", "las "))
    english = english_form(restore_digits(words, asked), "es" if spanish else "en")
    values = extract_all(english, asked=asked, today=TODAY)
    if asked == "member_number":
        return values.member_number.digits if values.member_number and values.member_number.is_complete else None
    if asked == "amount":
        return values.amount.cents if isinstance(values.amount, Amount) else None
    if asked == "date":
        return getattr(values.day, "day", None)
    return values.last4 if asked == "last4" else values.code


@pytest.mark.parametrize(
    ("asked", "table"),
    [
        ("member_number", MEMBER_NUMBERS),
        ("last4", LAST_FOURS),
        ("code", CODES),
        ("amount", CENTS),
        ("date", DAYS),
    ],
)
def test_reads_what_was_said(asked: str, table: dict[object, tuple[str, ...]]) -> None:
    wrong = {words: found for words, right in flatten(table) if (found := read(words, asked)) != right}
    assert not wrong


def test_a_number_taken_back_keeps_its_no() -> None:
    assert restore_digits("no, 002", "last4") == "no, 002"


@pytest.mark.parametrize("words", ["555-555-0142", "5551234 is my phone", "99999-001, 0142", "123-45-6789"])
def test_what_has_a_shape_of_its_own_stays(words: str) -> None:
    assert restore_digits(words, "member_number") == words


@given(st.text(max_size=60))
def test_other_questions_leave_the_words_alone(words: str) -> None:
    assert restore_digits(words, "choice") == words
    assert restore_digits(words, "") == words


@given(st.text("0123456789", min_size=1, max_size=12), st.sampled_from(["last4", "code", "member_number"]))
def test_plain_digits_stay_as_they_are(digits: str, asked: str) -> None:
    assert restore_digits(digits, asked) == digits
    assert digits_alone(" ".join(digits)) == digits


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("uh, 9 9, double oh", "9900"),
        ("zero one forty two", "0142"),
        ("triple nine", "999"),
        ("won too", "12"),
        ("I do not have it", None),
        ("my number is 99999-001", "99999001"),
        ("50 dollars", None),
        ("to", None),
    ],
)
def test_digits_alone(words: str, digits: str | None) -> None:
    assert digits_alone(words) == digits
