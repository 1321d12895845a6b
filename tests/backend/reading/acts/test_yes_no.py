"""What moves money, and what only sounds like it."""

from __future__ import annotations

import pytest

from backend.reading.acts.yes_no import NO as A_NO
from backend.reading.acts.yes_no import YES as A_YES
from backend.reading.acts.yes_no import detect_yes_no

YES = """yes
Yes.
y
yep
yeah
YES PLEASE
ok
okay
sure
yes sure
correct
that's right
yes that is correct
yes thank you
go ahead
yes go ahead
do it
please do it
ok do it
sounds good
looks good
yes pay it
pay it
pay
just pay it
pay now
confirm
yes, confirmed
absolutely
of course yes
um yes
perfect""".splitlines()

NOT_YES = """yes 60
yes half
yes all
yes more
yes i think it should be more
yes twice
yes use mastercard
yes paypal
yes 6789
yes account 002
ok 40120-002
yes for both accounts
yes when i have money
yes as soon as i get paid
yes if it is for the barn
yes later
yes?
ok?
yes?? what account is it
perhaps yes
i think so
i suppose
fine i guess
i guess so
yeah right
sure why would i
yes sixty
no
yes no
ok wait
yes but not that card
go
go back
do
it
that
thanks
well
maybe
yes tomorrow
yes on friday
pay 60
pay later
pay half""".splitlines()


@pytest.mark.parametrize("text", YES)
def test_a_plain_yes(text: str) -> None:
    assert detect_yes_no(text) == A_YES


@pytest.mark.parametrize("text", NOT_YES)
def test_yes_with_more_is_not_a_yes(text: str) -> None:
    assert detect_yes_no(text) != A_YES


READ_BACK = "Please check: pay $50.00 today with Visa ending 4242. Shall I do it?"


@pytest.mark.parametrize(
    "text", ["yes pay a hundred", "yes the hundred", "yes pay the hundred dollars", "yes a thousand", "ok sixty"]
)
def test_other_amount_in_words_is_not_a_yes(text: str) -> None:
    assert detect_yes_no(text, READ_BACK) is None


@pytest.mark.parametrize(
    ("text", "read_out"),
    [("Yes. Pay the hundred dollars.", "Pay 100 dollars today?"), ("yes pay a hundred", "Pay $100.00 today?"),
     ("yes the hundred and twelve forty", "Pay 112 dollars and 40 cents?"), ("ok the fifty", READ_BACK),
     ("one, yes, do it before I come to my senses", READ_BACK)],
)  # fmt: skip
def test_the_sum_that_was_read_out_is_a_yes(text: str, read_out: str) -> None:
    assert detect_yes_no(text, read_out) == A_YES


@pytest.mark.parametrize("text", ["one", "1", "ok 5"])
def test_figure_alone_is_not_a_yes(text: str) -> None:
    assert detect_yes_no(text, "Pay $50.00 on December 5?") is None


@pytest.mark.parametrize(
    "text", ["No dear, not today", "no, not this week. I'll see", "I said not today dear. I don't want to pay now"]
)
def test_not_now_is_a_no(text: str) -> None:
    assert detect_yes_no(text, READ_BACK) == A_NO


@pytest.mark.parametrize("text", ["no, not today, friday", "no not today, make it monday"])
def test_other_day_after_a_yes_is_a_change(text: str) -> None:
    assert detect_yes_no(text, READ_BACK) is None
