"""The member number in all the ways people write and say it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.reading.numbers.digit_groups import spoken_to_digits
from backend.reading.numbers.member_number import parse_member_number

NAMES = {"0": ["zero", "oh", "0"], "9": ["nine", "niner", "9"]} | {
    str(digit): [name, str(digit)]
    for digit, name in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight"], start=1)
}


@pytest.mark.parametrize(
    "text",
    [
        "99999-001", "99999001", "99999 001", "999 99 001", "9 9 9 9 9 0 0 1", "9, 9, 9, 9, 9, 0, 0, 1",
        "99999 - 001", "99999\u2013001", "99999_001", "#99999-001", "99,999-001", "99,999 001", "99999.001",
        "99999/001",
        "99999, 001", "99999-oo1", "\uff19\uff19\uff19\uff19\uff19-\uff10\uff10\uff11",
        "nine nine nine nine nine dash zero zero one",
        "nine nine nine nine nine double oh one",
        "Nine nine, nine nine nine, oh oh one.",
        "triple nine double nine dash double zero one",
        "five nines dash zero zero one",
        "niner niner niner niner niner hyphen oh oh one",
        "ninety nine nine ninety-nine zero zero one",
        "it's 99999 dash 001 thanks",
        "um my member number is 99999-001 please",
        "sure, account number nine nine nine nine nine zero zero one",
        "pay 50 to 99999-001 on the 15th",
        "99999-001 and my phone is 555-555-0142",
        "my member number is 99999-001 and the last four is 0142",
        "99999-001 0142", "99999001 0142", "99999 001 0142", "99999-001, 0142",
        "88888-001 no wait 99999-001", "88888-001, sorry, I meant 99999-001", "scratch that, make that 99999-001",
        "not 88888-001, 99999-001", "99999-002 no 001", "99999-001, sorry about that",
    ],
)  # fmt: skip
def test_one_number_in_many_forms(text):
    reading = parse_member_number(text)
    assert reading is not None
    assert (reading.digits, reading.dashed, reading.is_complete) == ("99999001", "99999-001", True)


@pytest.mark.parametrize(
    ("text", "dashed"),
    [
        ("00456-001", "00456-001"),
        ("zero zero four five six dash zero zero one", "00456-001"),
        ("4567-001", "4567-001"),
        ("123456789012-001", "123456789012-001"),
        ("one two three four five six seven eight", "12345-678"),
        ("nine nine for nine nine dash zero zero one", "99499-001"),
    ],
)
def test_any_length_and_leading_zeros(text, dashed):
    assert parse_member_number(text).dashed == dashed


@pytest.mark.parametrize(
    ("text", "digits"), [("99999", "99999"), ("it's 999999", "999999"), ("0456", "0456"), ("99999-01", "9999901")]
)
def test_without_its_separator_it_is_not_complete(text, digits):
    reading = parse_member_number(text)
    assert (reading.digits, reading.dashed, reading.is_complete) == (digits, None, False)


@pytest.mark.parametrize(
    "text",
    ["", "hello", "12", "$50", "84.50", "fifty bucks", "555-555-0142", "(555) 555-0142", "my last four is 0142",
     "oh no", "one second please", "1234567890123456", "dec 1 2026", "pay 5000 dollars"],
)  # fmt: skip
def test_not_a_member_number(text):
    assert parse_member_number(text) is None


@pytest.mark.parametrize(
    ("asked", "text", "digits"),
    [
        ("amount", "99999", None),
        ("amount", "99999001", None),
        ("amount", "99999-001", "99999001"),
        ("amount", "account number 99999001", "99999001"),
        ("last4", "5555550142", None),
        ("date", "12012026", None),
        (None, "99999", None),
        (None, "99999001", "99999001"),
        (None, "my member number is 99999", "99999"),
    ],
)
def test_unasked_only_clear_numbers_count(asked, text, digits):
    reading = parse_member_number(text, asked)
    assert (reading.digits if reading else None) == digits


@st.composite
def _said(draw: st.DrawFn) -> tuple[str, str]:
    """A number, and one way to say it: words or figures, doubles, triples, blanks, commas, a dash or none."""
    base = draw(st.text("0123456789", min_size=4, max_size=8))
    separator = draw(st.text("0123456789", min_size=3, max_size=3))
    dash = draw(st.sampled_from([" dash ", "-", " - ", " hyphen "]))
    return f"{base}-{separator}", _speak(draw, base) + dash + _speak(draw, separator)


def _speak(draw: st.DrawFn, digits: str) -> str:
    pause = draw(st.sampled_from([" ", ", "]))
    words: list[str] = []
    while digits:
        run = len(digits) - len(digits.lstrip(digits[0]))
        length = draw(st.sampled_from([n for n in (1, 2, 3) if n <= run]))
        # "oh," with a pause behind it is a sigh
        name = draw(st.sampled_from([name for name in NAMES[digits[0]] if name != "oh" or pause == " "]))
        words.append(name if length == 1 else f"{['double', 'triple'][length - 2]} {name}")
        digits = digits[length:]
    return pause.join(words)


@given(_said())
def test_spoken_number_is_read_back(message):
    dashed, text = message
    reading = parse_member_number(text)
    assert reading is not None
    assert reading.dashed == dashed


@given(
    st.text("0123456789", min_size=4, max_size=12),
    st.text("0123456789", min_size=3, max_size=3),
    st.text("0123456789", min_size=4, max_size=4),
)
def test_number_and_last_four_never_take_each_others_digits(base, separator, last4):
    text = f"member number {base}-{separator} and the last four is {last4}"
    assert parse_member_number(text).digits == base + separator


@given(st.text(max_size=300))
def test_any_text_is_read_without_errors(text):
    reading = parse_member_number(text)
    assert reading is None or reading.digits.isdigit()


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("nine nine double oh one dash", "99001-"),
        ("pay fifty to triple nine nine nine dash oh oh one", "pay 50 to 99999-001"),
        ("hello there", "hello there"),
        ("oh I see", "oh i see"),
        ("99999-001 0142", "99999-001 0142"),
    ],
)
def test_spoken_digits_become_figures(text, figures):
    assert spoken_to_digits(text) == figures
