"""Amounts in words and figures, and what is wrong with those that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.reading.money.amount import Amount, AmountProblem, parse_amount

DUE = 11240


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("$84.50", 8450), ("84.50", 8450), ("84.5", 8450), ("$ 84.50", 8450), ("84 dollars", 8400), ("$84.", 8400),
        ("$1,000.00", 100000), ("1,000", 100000), ("1,000.00", 100000), ("1k", 100000), ("$0.50", 50), ("50c", 50),
        ("50 cents", 50), ("fifty cents", 50), ("84*50", 8450), ("84 dollars and 50 cents", 8450),
        ("5 dollars and 20 cents", 520), ("five dollars twenty", 520), ("eighty four dollars and fifty cents", 8450),
        ("eighty four fifty", 8450), ("eighty-four fifty", 8450), ("eighty four oh five", 8405),
        ("eighty four point five oh", 8450), ("one one two point four zero", 11240),
        ("a hundred and twelve forty", 11240), ("one hundred twelve dollars and forty cents", 11240),
        ("one twelve forty", 11240), ("112 40", 11240), ("a hundred", 10000), ("hundred forty", 14000),
        ("twelve hundred", 120000), ("one thousand five hundred and eighty dollars", 158000),
        ("nineteen ninety five", 1995), ("two fifty", 25000), ("one twelve", 11200), ("fifty", 5000), ("50", 5000),
        ("fifty bucks", 5000), ("just 40 please", 4000), ("make it 300", 30000), ("i'd like to pay 50 at 5 pm", 5000),
        ("all", DUE), ("All of it", DUE), ("the whole thing", DUE), ("full amount", DUE), ("everything I owe", DUE),
        ("what I owe", DUE), ("pay it off", DUE), ("in full", DUE), ("the full amount of $112.40", DUE),
        ("my balance", DUE), ("half", 5620), ("half of it", 5620), ("50 percent", 5620), ("25%", 2810),
        ("50 no make it 60", 6000), ("50, sorry, 60", 6000), ("90 not 900", 9000), ("not all, 50", 5000),
        ("60 instead of 50", 6000), ("no wait 60", 6000), ("it should be 70 not 700", 7000),
        ("pay fifty on friday", 5000), ("50 on dec 1", 5000), ("pay 50 to 99999-001 on the 15th", 5000),
        ("$50 from my card ending 4242", 5000), ("50 bucks off my bill", 5000),
        ("forty five dollars on the 15th, last four 0142", 4500),
    ],
)  # fmt: skip
def test_amounts(text, cents):
    assert parse_amount(text, DUE) == Amount(cents)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-5", "negative"), ("-$5", "negative"), ("$-5", "negative"), ("minus five", "negative"),
        ("12.345", "too_many_decimals"), ("$12.3456", "too_many_decimals"),
        ("$1e9", "absurd"), ("1e9", "absurd"), ("1000000000", "absurd"), ("a million dollars", "absurd"),
        ("*50", "unclear"), ("60*0", "unclear"), ("6*000", "unclear"), ("1.000,00", "unclear"), ("1,00", "unclear"),
        ("the minimum", "unclear"), ("some of it", "unclear"), ("20 more than i owe", "unclear"),
        ("all but 20", "unclear"),
        ("$50 and $60", "unclear"), ("everything except 20", "unclear"),
        ("0", "zero"), ("$0.00", "zero"), ("zero", "zero"), ("nothing", "zero"),
        ("$abc", "not_a_number"), ("NaN", "not_a_number"), ("infinity", "not_a_number"),
    ],
)  # fmt: skip
def test_amount_problems(text, code):
    problem = parse_amount(text, DUE)
    assert isinstance(problem, AmountProblem)
    assert problem.code == code


@pytest.mark.parametrize(
    "text", ["", "hello", "yes please", "99999-001", "0142", "555-555-0142", "that's all", "what do I owe?", "friday",
             "on the 15th", "dec 1", "number one", "my last four is 0142",
             "x4000056655665557", "pay x4000056655665557 today"]
)  # fmt: skip
def test_not_an_amount(text):
    assert parse_amount(text, DUE) is None


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("pay 50", 5000), ("pay fifty on friday", 5000), ("$50", 5000), ("put 20 on my bill", 2000),
        ("pay the full amount", DUE), ("i want to pay it all", DUE), ("84.50", 8450),
        ("50", None), ("99999", None), ("all", DUE), ("what do i owe", None), ("my balance", None),
        ("pay my bill", None),
        ("press 1", None), ("I meant fifty", 5000), ("no, 60", 6000), ("actually 75", 7500), ("no wait 80", 8000),
        ("i was on hold for 20 minutes", None), ("pay 2 bills", None), ("no 2 accounts are the same", None),
        ("i have 2 accounts", None), ("my 3 kids", None),
    ],
)  # fmt: skip
def test_unasked_an_amount_needs_a_money_word_or_a_verb(text, cents):
    read = parse_amount(text, DUE, asked=False)
    assert (read.cents if isinstance(read, Amount) else read) == cents


def test_two_fifty_is_the_amount_due_where_that_matches():
    assert parse_amount("two fifty", 250) == Amount(250)
    assert parse_amount("two fifty", DUE) == Amount(25000)


@pytest.mark.parametrize("text", ["all", "half", "the whole thing"])
def test_all_of_zero_due_is_zero(text):
    assert parse_amount(text, 0).code == "zero"
    assert parse_amount(text, -500).code == "zero"


def test_half_a_cent_is_rounded_up():
    assert parse_amount("half", 11241) == Amount(5621)


ONES = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
"thirteen",
        "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def spoken(number: int, joined: bool = True) -> str:
    """A number below ten thousand in words."""
    if number >= 1000:
        rest = spoken(number % 1000, joined) if number % 1000 else ""
        return f"{ONES[number // 1000]} thousand {rest}".strip()
    if number >= 100:
        rest = spoken(number % 100) if number % 100 else ""
        link = " and " if joined and rest else " "
        return f"{ONES[number // 100]} hundred{link}{rest}".strip()
    return ONES[number] if number < 20 else f"{TENS[number // 10]} {ONES[number % 10]}".strip()


@given(st.integers(1, 9999), st.integers(0, 99), st.booleans())
def test_any_spoken_dollars_and_cents_are_read_back(dollars, cents, joined):
    words = f"{spoken(dollars, joined)} dollars" + (f" and {spoken(cents)} cents" if cents else "")
    assert parse_amount(words, DUE) == Amount(dollars * 100 + cents)
    assert parse_amount(f"please pay {words} tomorrow", DUE, asked=False) == Amount(dollars * 100 + cents)


@given(st.integers(10, 99), st.integers(10, 99))
def test_any_short_spoken_amount_is_read_back(dollars, cents):
    assert parse_amount(f"{spoken(dollars)} {spoken(cents)}", DUE) == Amount(dollars * 100 + cents)


@given(st.integers(1, 9_999_999))
def test_written_amounts_come_back(cents):
    for text in (
        f"${cents / 100:,.2f}",
        f"{cents / 100:.2f}",
        f"$ {cents / 100:.2f}",
        f"pay {cents // 100}.{cents % 100:02d}",
    ):
        assert parse_amount(text, DUE) == Amount(cents)


@given(st.text(max_size=300), st.integers(-100_000, 1_000_000), st.booleans())
def test_any_text_is_read_without_errors_as_a_plausible_amount(text, due, asked):
    read = parse_amount(text, due, asked)
    assert not isinstance(read, Amount) or 0 < read.cents < 100_000_000
