"""What moves money, and what only sounds like it."""

from __future__ import annotations

import pytest

from backend.reading.acts.polarity import YES as A_YES
from backend.reading.acts.polarity import polarity

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
    assert polarity(text) == A_YES


@pytest.mark.parametrize("text", NOT_YES)
def test_more_than_a_yes_is_none(text: str) -> None:
    assert polarity(text) != A_YES
