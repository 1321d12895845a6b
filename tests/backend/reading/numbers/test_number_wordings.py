"""A member number and the last four, in the many ways in which people give them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.reading.extract_all import extract_all

TODAY = date(2026, 11, 12)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("99999-001", "99999001"), ("99999 001", "99999001"), ("99999001", "99999001"), ("99999 - 001", "99999001"),
        ("9 9 9 9 9 0 0 1", "99999001"), ("nine nine nine nine nine zero zero one", "99999001"),
        ("nine nine nine nine nine double oh one", "99999001"),
        ("nine nine nine nine nine double zero one", "99999001"), ("five nines double oh one", "99999001"),
        ("five nines dash double oh one", "99999001"), ("triple nine double nine dash oh oh one", "99999001"),
        ("triple nine nine nine, double oh one", "99999001"),
        ("ninety nine ninety nine nine zero zero one", "99999001"),
        ("ninety nine nine ninety nine double oh one", "99999001"),
        ("nine ninety nine ninety nine oh oh one", "99999001"), ("99 999 001", "99999001"),
        ("999-99-001", "99999001"), ("99999/001", "99999001"), ("99999#001", "99999001"), ("#99999-001", "99999001"),
        ("it's 99999 dash 001", "99999001"), ("99999 dash zero zero one", "99999001"),
        ("99999 hyphen 001", "99999001"), ("99999 minus 001", "99999001"),
        ("nine nine nine, nine nine, zero zero one", "99999001"),
        ("nine... nine nine nine nine... zero zero one", "99999001"),
        ("nine, nine, nine, nine, nine, zero, zero, one.", "99999001"), ("99999–001", "99999001"),
        ("99999—001", "99999001"), ("my account number is 99999-001 thanks", "99999001"),
        ("acct #99999-001", "99999001"), ("member no. 99999-001", "99999001"),
        ("99998-001 no wait 99999-001", "99999001"), ("99998-001 sorry 99999-001", "99999001"),
        ("99998-001, I mean 99999-001", "99999001"), ("99998-001 I meant 99999-001", "99999001"),
        ("not 99998-001, 99999-001", "99999001"), ("99999-001 not 99998-001", "99999001"), ("99999 oo1", "99999001"),
        ("99999-OO1", "99999001"), ("999 99 00 1", "99999001"), ("99999.001", "99999001"), ("99,999-001", "99999001"),
        ("99999 - 0 0 1", "99999001"), ("nine nine nine nine nine dash o o one", "99999001"),
        ("nine nine nine nine nine uh zero zero one", "99999001"),
        ("nine nine nine nine nine um dash zero zero one", "99999001"),
        ("nine nine nine nine nine and then zero zero one", "99999001"), ("99999 and then 001", "99999001"),
        ("99999 then 001", "99999001"), ("nine nine nine nine nine then a dash then zero zero one", "99999001"),
        ("99999 followed by 001", "99999001"), ("nine nine nine nine nine zero zero won", "99999001"),
        ("nein nine nine nine nine zero zero one", "99999001"), ("99999 (001)", "99999001"),
        ("99999, 001", "99999001"), ("99999,001", "99999001"), ("99999 -001", "99999001"),
        ("nine nine nine nine nine nought nought one", "99999001"), ("quintuple nine double oh one", "99999001"),
        ("five times nine double oh one", "99999001"), ("nine five times double oh one", "99999001"),
        ("99999-001.", "99999001"), ("99999001!", "99999001"), ("ok 99999-001 ok", "99999001"),
        ("the number is nine nine nine nine nine. zero zero one.", "99999001"),
        ("nine nine nine nine nine slash zero zero one", "99999001"),
        ("nine thousand nine hundred ninety nine nine zero zero one", "99999001"), ("99999 double 0 1", "99999001"),
        ("99999 double oh 1", "99999001"), ("9999 9001", "99999001"), ("9999-9001", "99999001"),
        ("triple 9 double 9 001", "99999001"), ("triple 9 99 001", "99999001"), ("3 nines 2 nines 001", "99999001"),
        ("zero zero four two one dash zero zero one", "00421001"), ("00421-001", "00421001"),
        ("double oh four two one double oh one", "00421001"), ("00421001", "00421001"),
        ("oh oh four two one oh oh one", "00421001"), ("ten twenty three forty five dash oh oh two", "102345002"),
        ("four oh one twenty dash zero zero one", "40120001"), ("forty one twenty dash zero zero one", "4120001"),
        ("four oh one two oh dash double oh one", "40120001"),
        ("40120 dash 001 and the last four is 0142", "40120001"), ("member 40120 suffix 001", "40120001"),
        ("account 40120 sub account 001", "40120001"), ("40120 separator 001", "40120001"),
        ("one hundred twenty three four five six seven eight", "12345678"),
        ("twelve thirty four fifty six seventy eight", "12345678"), ("1234 5678", "12345678"),
        ("12 34 56 78", "12345678"), ("it is 4457-91-002 i think", "445791002"),
        ("my number's 8830 1 002", "88301002"), ("i think its 5545 8 00231", "5545800231"),
        ("number is 4 5 0 7 9 0 0 1 ok?", "45079001"),
        ("my phone is 555-555-0142 and my member number is 40120-001", "40120001"),
        ("40120-001, phone 5555550142", "40120001"), ("account number 40120001 amount 50", "40120001"),
        ("40120001 for 50 dollars", "40120001"), ("pay 50 on 40120001", "40120001"),
        ("i'm 67 and my account is 40120-001", "40120001"), ("there are 2 of us, 40120-001", "40120001"),
        ("i've called 3 times, it's 40120-001", "40120001"), ("40120-001 for june 2018", "40120001"),
        ("my account number is 2018062612", "2018062612"), ("i dont have it", None), ("one second", None),
        ("it's on my bill", None), ("i have two", None), ("hold on one minute", None),
    ],
)  # fmt: skip
def test_member_numbers(text, digits):
    number = extract_all(text, asked="member_number", today=TODAY).member_number
    assert (number.digits if number else None) == digits


@pytest.mark.parametrize(
    ("text", "last4"),
    [
        ("0142", "0142"), ("zero one four two", "0142"), ("oh one four two", "0142"), ("oh one forty two", "0142"),
        ("0 1 4 2", "0142"), ("01 42", "0142"), ("01-42", "0142"), ("last four is 0142", "0142"),
        ("0142 is the last four", "0142"), ("ends in 0142", "0142"), ("ending 0142", "0142"),
        ("555-555-0142", "0142"), ("(555) 555-0142", "0142"), ("+15555550142", "0142"), ("5555550142", "0142"),
        ("five five five five five five oh one four two", "0142"), ("it's 0 1 4 2 thanks", "0142"),
        ("0143 no 0142", "0142"), ("0143, sorry, 0142", "0142"), ("0143 no wait 0142", "0142"),
        ("not 0143, 0142", "0142"), ("0142 not 0143", "0142"), ("zero one, four two", "0142"), ("o142", "0142"),
        ("O one four two", "0142"), ("nought one four two", "0142"), ("my last 4 are zero one four two", "0142"),
        ("zero one for two", "0142"), ("oh one four to", "0142"), ("555 555 0142", "0142"), ("555.555.0142", "0142"),
        ("555-0142", "0142"), ("my cell 555 0142", "0142"), ("five five five oh one four two", "0142"),
        ("0142.", "0142"), ("the number is 0142", "0142"), ("number ending with 0142", "0142"),
        ("last four digits of the phone: 0142", "0142"), ("last four of my cell is zero 1 4 2", "0142"),
        ("phone 0142", "0142"), ("0-1-4-2", "0142"), ("zero. one. four. two.", "0142"), ("last 4 0142", "0142"),
        ("last four numbers 0142", "0142"), ("last four: zero, one, four, two", "0142"), ("0 one 4 two", "0142"),
        ("4567", "4567"), ("4576 no wait 4567", "4567"), ("4576 i mean 4567", "4567"),
        ("4576. correction 4567", "4567"), ("forty five sixty seven", "4567"), ("four five six seven", "4567"),
        ("forty-five sixty-seven", "4567"), ("double four double five", "4455"), ("triple four one", "4441"),
        ("four triple five", "4555"), ("four zeros", "0000"), ("quadruple zero", "0000"),
        ("nineteen eighty four", "1984"), ("twenty ten", "2010"), ("twenty oh five", "2005"),
        ("two thousand five", "2005"), ("one thousand and one", "1001"), ("forty five hundred", "4500"),
        ("seventy eight double oh", "7800"), ("ssn 3321", "3321"), ("social is 3321", "3321"),
        ("social security last four 3321", "3321"), ("tax id 3321", "3321"),
        ("my name is bob last 4 ssn 2211 dob 05/12/1990", "2211"), ("4 digit 2211", "2211"),
        ("2211 last four", "2211"), ("last four are 2 2 1 1 and zip 30301", "2211"),
        ("account 556677 last four 2211", "2211"), ("123 oak st, 2211", "2211"), ("14502", None), ("12", None),
        ("hello", None), ("i have four", None), ("the last four digits is two two double one", "2211"),
        ("0009", "0009"),
    ],
)  # fmt: skip
def test_the_last_four_where_they_were_asked_for(text, last4):
    assert extract_all(text, asked="last4", today=TODAY).last4 == last4


@pytest.mark.parametrize(
    ("text", "last4"),
    [
        ("the pin for it is 3321", "3321"), ("pin number: 3321", "3321"), ("pin code 3321 please", "3321"),
        ("passcode is 3321", "3321"), ("my security code is 3321", "3321"), ("my pin's 3321", "3321"),
        ("3321 is my pin", "3321"), ("my pin is three three two one", "3321"), ("ssn ends 3321", "3321"),
        ("pin 0009", "0009"), ("my pin is 2018", "2018"), ("in 2018 i set pin 4411", "4411"),
    ],
)  # fmt: skip
def test_unasked_last_four_must_be_named(text, last4):
    assert extract_all(text, asked=None, today=TODAY).last4 == last4


WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
COUNTS = {2: "double", 3: "triple"}


@st.composite
def spoken(draw: st.DrawFn, digits: str) -> str:
    """Digits in words: one by one, doubled and tripled, `oh` for zero, with hesitation between."""
    text: list[str] = []
    at = 0
    while at < len(digits):
        same = next(length for length in (3, 2, 1) if digits[at : at + length] == digits[at] * length)
        take = draw(st.integers(1, same))
        word = draw(st.sampled_from(("oh", "zero"))) if digits[at] == "0" else WORDS[int(digits[at])]
        text.append(f"{COUNTS[take]} {word}" if take > 1 else word)
        at += take
    return draw(st.sampled_from((" ", ", ", " uh "))).join(text)


@st.composite
def given_somehow(draw: st.DrawFn, base: str, ending: str) -> str:
    """A member number typed or said, with or without words around it."""
    typed = f"{base}{draw(st.sampled_from(('-', ' ', '', ' - ', '/', ' dash ', ' and then ', '.')))}{ending}"
    dash = draw(st.sampled_from((" ", " dash ", " hyphen ", ", ", " and then ", " minus ")))
    text = draw(spoken(base)) + dash + draw(spoken(ending))
    number = draw(st.sampled_from((typed, text)))
    return draw(st.sampled_from(("{}", "it's {}", "my member number is {}", "um {} please", "{}."))).format(number)


@given(st.data(), st.text("0123456789", min_size=5, max_size=9), st.text("0123456789", min_size=3, max_size=3))
def test_member_number_in_any_form_is_read_back(data, base, ending):
    text = data.draw(given_somehow(base, ending))
    number = extract_all(text, asked="member_number", today=TODAY).member_number
    assert number is not None, text
    assert number.digits == base + ending, text


@given(st.data(), st.text("0123456789", min_size=4, max_size=4))
def test_the_last_four_in_any_form_come_back(data, digits):
    text = data.draw(st.sampled_from(("{}", "it's {}", "last four is {}", "they end in {}", "{} thanks")))
    text = text.format(data.draw(st.sampled_from((digits, " ".join(digits), data.draw(spoken(digits))))))
    assert extract_all(text, asked="last4", today=TODAY).last4 == digits, text
