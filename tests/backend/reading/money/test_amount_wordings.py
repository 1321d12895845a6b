"""Amounts in the many ways in which people say them, where 112.40 is due. What is not plainly one is asked about."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.reading.extract_all import extract_all
from backend.reading.money.amount import Amount
from backend.reading.numbers.menu_number import is_menu_number
from tests.backend.reading.money.test_amount import spoken

TODAY = date(2026, 11, 12)
DUE = 11240


def cents_or_code(text, asked):
    found = extract_all(text, asked=asked, today=TODAY, due_cents=DUE)
    if found.share or found.amount is None:
        return found.share
    return found.amount.cents if isinstance(found.amount, Amount) else found.amount.code


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("eighty four fifty", 8450), ("eighty-four fifty", 8450), ("84 50", 8450), ("84,50", "unclear"),
        ("a hundred and twelve forty", 11240), ("hundred twelve forty", 11240),
        ("one hundred and twelve dollars and forty cents", 11240), ("112 and 40 cents", 11240),
        ("the one twelve forty", 11240), ("the ninety two seventy six", 9276), ("the barn one", None),
        ("the second one", "unclear"), ("the eighty one", 8100), ("the one dollar", 100),
        ("one twelve forty", 11240), ("one twelve and forty cents", 11240), ("four hundo", 40000), ("a hundo", 10000),
        ("100", 10000), ("ninety dollas", 9000), ("90 bux", 9000), ("90 dollar", 9000), ("90 dolars", 9000),
        ("90 dollers", 9000), ("fifty dollar bill", 5000), ("fiddy", 5000), ("fitty bucks", 5000),
        ("a buck fifty", 150), ("a buck twenty", 120), ("five hundred even", 50000), ("fifty even", 5000),
        ("50 flat", 5000), ("50ish", "unclear"), ("about 50", 5000), ("around fifty bucks", 5000),
        ("all of it", 11240), ("all of that", 11240), ("the whole enchilada", 11240), ("the whole shebang", 11240),
        ("the whole 9 yards", 11240), ("pay in full", 11240), ("everything", 11240), ("the entire balance", 11240),
        ("full payment", 11240), ("whatever i owe", 11240), ("all that i owe", 11240), ("the total", 11240),
        ("total amount", 11240), ("half", 5620), ("half of it", 5620), ("half the bill", 5620), ("half now", 5620),
        ("about half", 5620), ("fifty percent", 5620), ("50%", 5620), ("a quarter", "unclear"),
        ("a third of it", "unclear"), ("twenty five percent", 2810), ("4576 no wait 4567", 456700),
        ("50 no wait 60", 6000), ("fifty no sixty", 6000), ("fifty, sorry, sixty", 6000), ("50 i mean 60", 6000),
        ("50 or 60", "unclear"), ("50 to 60", "unclear"), ("between 50 and 60", "unclear"), ("50-60", "unclear"),
        ("fifty or sixty bucks", "unclear"), ("maybe 50 maybe 60", "unclear"),
        ("one thousand two hundred thirty four dollars and fifty six cents", 123456),
        ("twelve hundred thirty four", 123400), ("twelve thirty four", 1234), ("a thousand", 100000),
        ("1.5k", 150000), ("1k", 100000), ("2 grand", 200000), ("a grand", 100000),
        ("one and a half thousand", "unclear"), ("fifteen hundred", 150000), ("a couple hundred", "unclear"),
        ("couple of hundred bucks", "unclear"), ("a few hundred", "unclear"), ("fifty something", "unclear"),
        ("$84 and 50 cents", 8450), ("84 dollars 50", 8450), ("84 dollars fifty cents", 8450),
        ("84 dollars and fifty", "unclear"), ("eighty four and a half", "unclear"),
        ("eighty four and a half dollars", "unclear"), ("84 1/2", "unclear"), ("five and a half hundred", "unclear"),
        ("half a grand", "unclear"), ("fifty and change", "unclear"), ("fifty odd", "unclear"), ("$1,720", 172000),
        ("$1720.00", 172000), ("1720 dollars", 172000), ("$ 20", 2000), ("20$", 2000), ("20.00$", 2000),
        ("USD 20", 2000), ("20 USD", 2000), ("20 us dollars", 2000), ("us$20", 2000), ("us $20", 2000),
        ("usd20", 2000), ("$20.5", 2050), ("$20.-", 2000), ("20.-", 2000), ("$.50", 50), ("twenty-five", 2500),
        ("twentyfive", 2500), ("twenty five bucks please", 2500), ("ok 20 then", 2000), ("lets do 20", 2000),
        ("let's go with forty", 4000), ("i can do 40", 4000), ("i can only do 40 right now", 4000),
        ("only got 40", 4000), ("only 40 this time", 4000), ("could i pay 40 for now", 4000), ("40", 4000),
        ("please pay $40 on the 20th", 4000), ("40 on the 20th", 4000), ("40 by friday", 4000), ("40 on 11/20", 4000),
        ("40 11/20", 4000), ("55 on 06202018", 5500), ("amount 55 date 11202026", 5500),
        ("pay 75 with card 4242", 7500), ("75 from visa ending in 4242", 7500), ("75 with my visa 4242", 7500),
        ("75 off the card ending 4242", 7500), ("75 visa 4242", 7500), ("75 checking 6789", 7500),
        ("75 using 4242", 7500), ("200 to my account 99999-001", 20000), ("200 to 99999001", 20000),
        ("200 on account 99999 001", 20000), ("account 99999-001 200 dollars", 20000),
        ("one hundred eight dollars", 10800), ("one oh eight", 10800), ("one oh eight fifty", 10850),
        ("one o eight dollars", 10800), ("one eighty", 18000), ("one eighty five", 18500),
        ("three twenty five", 32500), ("two hundred fifty six thirty", 25630), ("two fifty six thirty", 25630),
        ("six hundred and five", 60500), ("nine ninety nine", 99900), ("nineteen ninety nine", 1999),
        ("ninety nine ninety nine", 9999), ("four four four", 44400), ("eight four point five zero", 8450),
        ("eighty four point five", 8450), ("eighty four dot fifty", 8450), ("eighty four point fifty", 8450),
        ("eighty four point oh five", 8405), ("point five zero", "unclear"), ("fifty cents", 50), ("one dollar", 100),
        ("a dollar", 100), ("5 bucks", 500), ("1 cent", 1), ("a penny", None), ("ten", 1000),
        ("I want to pay one hundred", 10000), ("two hundred and no cents", 20000),
        ("two hundred dollars and zero cents", 20000), ("two hundred dollars zero cents", 20000),
        ("sixty five no cents", 6500), ("two hundred and sixty nine", 26900), ("and 60", 6000),
        ("minus 20", "negative"), ("-20", "negative"), ("20-", 2000), ("twenty to forty dollars", "unclear"),
        ("$20-$40", "unclear"), ("20 plus 30", "unclear"), ("20 and 30", "unclear"), ("20, 30", "unclear"),
        ("20 more than what i owe", "unclear"), ("20 less", "unclear"), ("double it", "unclear"),
        ("what i paid last time", "unclear"), ("same as last month", "unclear"), ("same as last time", "unclear"),
        ("the usual", "unclear"), ("as much as last month", "unclear"), ("don't know", None), ("not 50", None),
        ("i don't have 50", None), ("i cant pay 50", None), ("less than 50", "unclear"), ("at most 50", "unclear"),
        ("up to 50", "unclear"), ("no more than 50", "unclear"), ("at least 50", "unclear"), ("over 50", "unclear"),
        ("under 50", "unclear"), ("more than 50", "unclear"), ("50 max", 5000), ("fifty dollars tops", 5000),
        ("make it 300", 30000), ("no make that 300", 30000), ("change it to 300", 30000), ("300 instead", 30000),
        ("instead of 50 make it 60", 6000), ("60 rather than 50", 6000), ("60 not 50", 6000), ("not 50 but 60", 6000),
        ("not 50, 60", 6000), ("50? no 60", 6000), ("oops 60", 6000), ("wait no, sixty", 6000),
        ("i said 60 not 50", 6000), ("no i said sixty", 6000), ("fifty. five zero.", 5000),
        ("fifteen, one five", 1500), ("fifty, 50", 5000), ("50 dollars, fifty", 5000), ("fifteen not fifty", 1500),
        ("one five", 1500), ("one five zero", 15000), ("thirteen one three", "unclear"),
        ("thirty on the thirtieth", 3000), ("twenty five on the twenty fifth", 2500),
        ("pay twenty five december first", 2500), ("fifty dec 1", 5000), ("dec 1 fifty", 5000),
        ("december 1st fifty dollars", 5000), ("on the 1st 50", 5000), ("50 1st", 5000), ("50 at 5pm", 5000),
        ("50 in 2 weeks", 5000), ("two hundred in two weeks", 20000), ("50 in 3 days", 5000), ("at 5 pm 50", 5000),
        ("50 this week", 5000), ("100 only", 10000), ("80 is the amount", 8000), ("amount is eighty", 8000),
        ("the payment of 500 please", 50000), ("the total is 31 bucks", 3100),
        ("bill is 120 but i can only pay 60", 6000), ("my bill is 120 and i want to pay 60", 6000),
        ("i owe 120 but pay 60", 6000), ("i have 200 but put 60 on it", 6000), ("it says 112.40, pay 60", 6000),
        ("my bill last month was 80 and this month its 160", "unclear"), ("12", 1200), ("1,000,000", "absurd"),
        ("$99999999", "absurd"), ("1.2.3", "unclear"), ("12,34", "unclear"), ("$12,345", 1234500),
        ("$12345.67", 1234567), ("12 345", "unclear"), ("1 000", "unclear"), ("1 720 dollars", "unclear"),
        ("$1 720", "unclear"), ("5000 dollars", 500000), ("fifty thousand", 5000000), ("0.5", 50), ("00.50", 50),
        ("$050", 5000), ("050", None), ("I got paid so here's 45", 4500), ("take 45", 4500), ("charge me 45", 4500),
        ("45 off my checking", 4500), ("knock off 45", 4500), ("45 toward it", 4500),
        ("forty-five dollars toward my light bill", 4500), ("three hundred please", 30000), ("three hunnid", 30000),
        ("3 hundred", 30000), ("3 hundred 50", 35000), ("3hundred", 30000), ("300bucks", 30000),
        ("300dollars", 30000), ("300", 30000), ("$300usd", 30000), ("pay 50 or 60", "unclear"),
        ("pay 50 or 60 dollars", "unclear"), ("pay 50 to 99999", 5000), ("transfer 200 to 5588", 20000),
        ("$50 or $60", "unclear"), ("pay 20 and 30", "unclear"), ("eighty four and fifty cents", 8450),
        ("20-40", "unclear"), ("fifty to sixty", "unclear"), ("pay 50-60 dollars", "unclear"),
        ("pay 50, 60", "unclear"), ("my bill is $120 and i can do 60", 6000),
        ("i can't do 112 but i can do 60", 6000), ("i can't afford 112, 60 is all i have", 6000),
        ("60 is all i got", 6000), ("all i have is 60", 6000), ("all i can pay is 60", 6000),
        ("all i've got is 60", 6000), ("that's all i can do, 60", 6000), ("60 and that's all", 6000),
        ("60 that is all", 6000), ("60, the rest later", 6000), ("half of 112", "unclear"),
        ("half of 112.40", "unclear"), ("half, 56.20", 5620), ("all 112.40", 11240), ("the whole 112.40", 11240),
        ("the full 112", 11200), ("all of it, 112.40", 11240), ("all, that's 112.40", 11240),
        ("half, so 50", "unclear"), ("a hundred and change", "unclear"), ("one fifty", 15000),
        ("one hundred fifty", 15000), ("a hundred fifty", 15000), ("one and a half", "unclear"),
        ("1 and 1/2", "unclear"), ("a buck", 100), ("couple bucks", "unclear"), ("a few bucks", "unclear"),
        ("few bucks", "unclear"), ("a couple bucks", "unclear"), ("twenty bucks or so", "unclear"),
        ("20 or more", "unclear"), ("20 something", "unclear"), ("20ish", "unclear"), ("20-ish", "unclear"),
        ("20+", "unclear"), ("20.00", 2000), ("$20.00.", 2000), ("20.0", 2000), ("20 $", 2000), ("twenty $", 2000),
        ("$ twenty", 2000), ("$twenty", 2000), ("$fifty five", 5500), ("$50k", 5000000), ("50 pesos", "unclear"),
        ("pay $84.50 with visa 4242", 8450), ("pay 84 with visa 4242", 8400), ("with visa 4242 pay 84", 8400),
        ("visa 4242 84", 8400), ("1200 with visa 4242", 120000), ("1200 from checking", 120000),
        ("transfer 1500 from checking", 150000), ("from savings 1500", 150000),
        ("from checking to savings 1500", 150000), ("1500", 150000), ("4242", 424200), ("amount 1500", 150000),
        ("to checking account 1500", None), ("bank account 4512 amount 300", 30000),
        ("send 300 from account 4512", 30000),
        ("transfer 300 from account ending 4512 to account ending 9981", 30000),
        ("300 from 12345678 to 87654321", 30000), ("account 12345678 300", None), ("12345678 300", 30000),
        ("account no 12345678 and amount 1000", 100000), ("amount 1000 account 12345678", 100000),
        ("transfer 1000 to 12345678", 100000), ("1000 12345678", 100000), ("account 123456 amount 1000", 100000),
        ("charged 45 on june 5th", 4500), ("45 on 5 june", 4500), ("300 at 6 am on 25th june", 30000),
        ("yes it was 300 and dated 06252018", 30000), ("amount is 300 and date is 06/25/2018", 30000),
        ("300 dollars on 2018-06-25", 30000), ("i was charged twice 45", 4500), ("extra charge 45", 4500),
        ("charged 3 times for 45", 4500), ("20 bucks please", 2000), ("20 bucks a month", 2000),
        ("twenty a week", 2000), ("forty each month", 4000), ("two payments of 50", "unclear"),
        ("2 payments of 50", "unclear"), ("50, sorry it's 60", 6000), ("no it's 60", 6000), ("it's 60", 6000),
        ("my bill is $120 but i only have 50", 5000), ("my bill is $120 but i have 50", 5000), ("i have 50", 5000),
        ("the total is 50", 5000), ("it was 50", 5000), ("i have $200, put 60 on it", 6000),
        ("the balance is 112.40 and i'd like to pay 40 of it", 4000), ("40 of it", 4000),
        ("40 out of 112", "unclear"), ("bill's 120, paying 60", 6000),
    ],
)  # fmt: skip
def test_amounts_where_one_was_asked_for(text, read):
    assert cents_or_code(text, "amount") == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("pay ninety bucks", 9000), ("pay eighty four fifty", 8450), ("pay four hundo", 40000),
        ("can i pay half now", 5620), ("pay all of it", 11240), ("pay the whole thing", 11240),
        ("can i do 50 today", 5000), ("send in 50", 5000), ("put fifty on it", 5000), ("give you 50", 5000),
        ("i'd like to put 75 toward my bill", 7500), ("make it 300", 30000), ("make a payment of 75", 7500),
        ("75 dollar payment", 7500), ("payment 75", 7500), ("i have 3 kids", None),
        ("i've been waiting 45 minutes", None), ("i live at 1200 oak street", None), ("apartment 4", None),
        ("i am 84", None), ("call me at 5", None), ("press 2", None), ("option 2", None),
        ("i want to pay on the 15th", None), ("pay 15th", None), ("pay on 11/20", None), ("pay 99999-001", None),
        ("pay bill 99999001", None), ("pay my 2 bills", None), ("why is it 40 more than last month", None),
        ("i can only pay 60", 6000), ("pay visa 4242", None), ("use visa 4242", None), ("charge the visa 4242", None),
        ("how do i do 2 accounts", None), ("i can do friday", None), ("take it out on the 20th", None),
        ("give me 2 minutes", None), ("give me a minute", None), ("give me 20", 2000), ("do you take visa", None),
        ("can you do 2 payments", None), ("a dollar amount", None),
    ],
)  # fmt: skip
def test_amounts_in_a_request(text, read):
    assert cents_or_code(text, None) == read


@given(st.lists(st.integers(1, 400), min_size=2, max_size=2, unique=True),
       st.sampled_from((" or ", " to ", "-", " maybe ", " and ")),
       st.sampled_from(("{}", "pay {}", "pay {} dollars", "i could do {} bucks")))  # fmt: skip
def test_a_choice_is_never_decided(both, link, around):
    text = around.format(link.join(map(str, both)))
    assert cents_or_code(text, "amount") in ("unclear", None), text


@given(st.integers(10, 400), st.sampled_from(("{}ish", "{} something", "{} or so", "up to {}", "at most {}",
       "over {}", "{} and change", "{} or more", "between {} and 500", "half of {}")))  # fmt: skip
def test_approximate_amount_is_asked_about(dollars, about):
    assert cents_or_code(about.format(dollars), "amount") == "unclear"


@given(st.integers(1, 900), st.sampled_from(("i can't pay {}", "i don't have {}", "i cannot afford {}", "not {}")))
def test_refused_amount_is_not_an_amount(dollars, refused):
    assert cents_or_code(refused.format(dollars), "amount") is None


AROUND = ("{}", "{} bucks", "{} dollars please", "um {}", "make it {}", "let's do {}", "i can only do {} today",
          "{} on friday", "i'd like to pay {}")  # fmt: skip


@given(st.integers(1, 9999), st.booleans(), st.sampled_from(AROUND))
def test_any_whole_amount_in_words_comes_back(dollars, joined, around):
    text = around.format(spoken(dollars, joined))
    assume(not is_menu_number(text))  # that may be the number of a choice, and is asked about
    assert cents_or_code(text, "amount") == dollars * 100


@given(st.integers(100, 999).filter(lambda dollars: dollars % 100), st.integers(10, 99))
def test_any_short_spoken_sum_with_cents_is_read_back(dollars, cents):
    assert cents_or_code(f"{spoken(dollars)} {spoken(cents)}", "amount") == dollars * 100 + cents


@given(st.integers(11, 99).filter(lambda hundreds: hundreds % 10))
def test_hundreds_without_a_thousand_come_back(hundreds):
    assert cents_or_code(f"{spoken(hundreds)} hundred", "amount") == hundreds * 10_000
