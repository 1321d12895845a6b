"""One message, several values: no digit is read twice, and a bare one means what was asked for."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.reading.dates.day_parsing import ParsedDay, is_due_date_requested
from backend.reading.extract_all import ExtractedValues, extract_all
from backend.reading.money.amount import Amount, AmountProblem
from tests.support.costs import cost_of

TODAY = date(2026, 11, 12)
EVERY_QUESTION = ("member_number", "last4", "code", "amount", "change", "date", None)


def short(found: ExtractedValues) -> dict[str, object]:
    """What was found, in plain values."""
    values = {
        "number": found.member_number.dashed or found.member_number.digits if found.member_number else None,
        "last4": found.last4,
        "cents": found.amount.cents if isinstance(found.amount, Amount) else found.amount,
        "share": found.share,
        "on": found.day.day.day if isinstance(found.day, ParsedDay) else found.day,
        "code": found.code,
    }
    return {name: value for name, value in values.items() if value is not None}


@pytest.mark.parametrize("asked", EVERY_QUESTION)
@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("pay 50 to 99999-001 on the 15th", {"number": "99999-001", "cents": 5000, "on": 15}),
        ("pay $84.50 friday from 99999-001, last four 0142",
         {"number": "99999-001", "last4": "0142", "cents": 8450, "on": 13}),
        ("my member number is 99999-001 and the last four is 0142", {"number": "99999-001", "last4": "0142"}),
        ("it's nine nine nine nine nine dash double oh one, ends in oh one four two, fifty bucks tomorrow",
         {"number": "99999-001", "last4": "0142", "cents": 5000, "on": 13}),
        ("pay 1500 dollars to 99999-001", {"number": "99999-001", "cents": 150000}),
        ("my last four is 0142 and I want to pay 84.50", {"last4": "0142", "cents": 8450}),
        ("99999-001 no wait 99999-002, last four 0142", {"number": "99999-002", "last4": "0142"}),
        ("99999-001 pay the whole thing on 12/1, last four 0142",
         {"number": "99999-001", "last4": "0142", "share": "all", "on": 1}),
        ("all", {"share": "all"}),
        ("all on friday", {"share": "all", "on": 13}),
        ("all, today, visa", {"share": "all", "on": 12}),
        ("all of it today with checking", {"share": "all", "on": 12}),
        ("pay bill 99999-001 0142 all today visa",
         {"number": "99999-001", "last4": "0142", "share": "all", "on": 12}),
        ("pay 50 40120-001 0114", {"number": "40120-001", "last4": "0114", "cents": 5000}),
        ("pay $50 2813032-001 3032", {"number": "2813032-001", "last4": "3032", "cents": 5000}),
        ("pay my bill\n99999-001\n0142\n50\ntoday\nvisa",
         {"number": "99999-001", "last4": "0142", "cents": 5000, "on": 12}),
        ("my phone ends in 0142 and i want to pay", {"last4": "0142"}),
    ],
)  # fmt: skip
def test_plain_message_means_the_same_after_any_question(asked, text, values):
    assert short(extract_all(text, asked=asked, today=TODAY)) == values


@pytest.mark.parametrize(
    ("asked", "text", "values"),
    [
        ("member_number", "99999", {"number": "99999"}),
        ("amount", "99999", {"cents": 9999900}),
        ("last4", "99999", {}),
        (None, "99999", {}),
        ("last4", "0142", {"last4": "0142"}),
        ("member_number", "0142", {"number": "0142"}),
        ("amount", "0142", {}),
        ("last4", "555-555-0142", {"last4": "0142"}),
        ("member_number", "555-555-0142", {}),
        ("member_number", "99999-001 0142", {"number": "99999-001", "last4": "0142"}),
        ("member_number", "99999001, 0142, fifty bucks", {"number": "99999-001", "last4": "0142", "cents": 5000}),
        ("amount", "15", {"cents": 1500}),
        ("date", "15", {"on": 15}),
        ("member_number", "15", {}),
        (None, "15", {}),
        ("code", "123456", {"code": "123456"}),
        ("member_number", "123456", {"number": "123456"}),
        ("code", "99999-001", {"number": "99999-001"}),
        ("date", "12012026", {"on": 1}),
        ("member_number", "12012026", {"number": "12012-026"}),
        ("amount", "all", {"share": "all"}),
        ("amount", "half of it", {"share": "half"}),
        (None, "pay half on friday", {"share": "half", "on": 13}),
        ("amount", "50 on the 15th", {"cents": 5000, "on": 15}),
        ("date", "the 15th, and make it 60 dollars", {"cents": 6000, "on": 15}),
        ("last4", "$50", {"cents": 5000}),
        ("amount", "all set", {}),
        ("amount", "the past due amount", {"share": "past_due"}),
        ("amount", "what's past due", {"share": "past_due"}),
        ("amount", "the overdue part", {"share": "past_due"}),
        ("amount", "minimum", {"share": "past_due"}),
        ("amount", "the past due one", {"share": "past_due"}),
        ("amount", "the late one", {"share": "past_due"}),
        ("amount", "the one that's late", {"share": "past_due"}),
        (None, "pay just the late part please", {"share": "past_due"}),
        ("amount", "what is past due?", {}),
        ("amount", "my account is past due, all of it", {"share": "all"}),
        (None, "past due", {}),
        ("amount", "yes 60", {"cents": 6000}),
        ("amount", "60 instead", {"cents": 6000}),
        ("change", "yes 60", {"cents": 6000}),
        ("change", "no 60", {"cents": 6000}),
        ("change", "60 instead", {"cents": 6000}),
        ("change", "i meant sixty", {"cents": 6000}),
        ("change", "15", {"cents": 1500}),
        ("change", "the 15th", {"on": 15}),
        ("change", "4242", {}),
        ("change", "visa 4242", {}),
        ("change", "$4242", {"cents": 424200}),
        ("change", "123456", {}),
        ("change", "the 4242 one", {}),
        ("change", "yes", {}),
    ],
)
def test_bare_number_means_what_was_asked(asked, text, values):
    assert short(extract_all(text, asked=asked, today=TODAY)) == values


def test_all_is_an_amount_once_the_amount_due_is_known():
    for text in ("pay it all", "all today"):
        assert extract_all(text, asked="amount", today=TODAY, due_cents=11240).amount == Amount(11240)


def test_half_on_the_due_date_with_the_number():
    text = "pay half my bill on the due date, 99999-001, last four 0142"
    found = extract_all(text, asked=None, today=TODAY)
    assert (found.member_number.dashed, found.last4, found.share) == ("99999-001", "0142", "half")
    assert is_due_date_requested(text)


def test_a_share_and_figures_that_disagree_are_no_share():
    found = extract_all("everything but 20", asked="amount", today=TODAY)
    assert found.share is None
    assert found.amount.code == "unclear"


digits = st.text("0123456789", min_size=3, max_size=3)


@given(st.text("0123456789", min_size=4, max_size=7), digits, st.text("0123456789", min_size=4, max_size=4),
       st.integers(1, 999_999), st.sampled_from(EVERY_QUESTION))  # fmt: skip
def test_no_digit_is_read_twice(base, separator, last4, cents, asked):
    text = f"pay ${cents / 100:.2f} on {base}-{separator}, the last four is {last4}"
    values = {"number": f"{base}-{separator}", "last4": last4, "cents": cents}
    assert short(extract_all(text, asked=asked, today=TODAY)) == values


@given(st.text(max_size=300), st.sampled_from(EVERY_QUESTION))
def test_any_text_is_read_without_errors(text, asked):
    extract_all(text, asked=asked, today=TODAY)


@pytest.mark.parametrize(
    "text", ["9" * 10_000, "nine " * 2_000, "1-" * 5_000, "$1," * 3_000, "no wait " * 1_500, "the first of " * 800]
)
def test_hostile_length_costs_little(text):
    assert cost_of(lambda: extract_all(text, asked="member_number", today=TODAY)) < 0.25


@pytest.mark.parametrize("asked", [None, "amount", "change"])
@pytest.mark.parametrize("text", ["what is this about 5 dollars, pay all of it", "3 dollars? no, all of it"])
def test_figures_beside_all_of_the_bill_are_asked_about(text: str, asked: str | None) -> None:
    """What the bill comes to is not known here, and the figures are not what is wanted."""
    found = extract_all(text, asked=asked, today=date(2026, 11, 27))
    assert isinstance(found.amount, AmountProblem)
    assert found.amount.code == "unclear"
