"""Days in the many ways in which people say them, read on Thursday, 12 November 2026, due on the 30th."""

from __future__ import annotations

from datetime import date

import pytest

from backend.reading.dates.day_parsing import ParsedDay
from backend.reading.extract_all import extract_all

TODAY = date(2026, 11, 12)
DUE = date(2026, 11, 30)


def day_or_problem(text, asked):
    found = extract_all(text, asked=asked, today=TODAY, due_on=DUE).day
    if found is None:
        return None
    return str(found.day) if isinstance(found, ParsedDay) else f"{found.code} {found.nearest or ''}".strip()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("the 15th", "2026-11-15"), ("15th", "2026-11-15"), ("on the 15th", "2026-11-15"),
        ("15th please", "2026-11-15"), ("on 15th", "2026-11-15"), ("15 th", "2026-11-15"),
        ("the 15 th", "2026-11-15"), ("the fifteenth", "2026-11-15"), ("next Friday", "2026-11-20"),
        ("friday of next week", "2026-11-20"), ("the friday after next", "2026-11-27"),
        ("next week friday", "2026-11-20"), ("next week on friday", "2026-11-20"), ("a week friday", "2026-11-20"),
        ("friday week", "2026-11-20"), ("a week from friday", "2026-11-20"), ("a week from Monday", "2026-11-23"),
        ("two weeks from monday", "2026-11-30"), ("week from today", "2026-11-19"),
        ("a week from today", "2026-11-19"), ("one week from today", "2026-11-19"),
        ("a week from tomorrow", "2026-11-20"), ("in a week", "2026-11-19"), ("in one week", "2026-11-19"),
        ("in a week's time", "2026-11-19"), ("in two weeks time", "2026-11-26"), ("in 2 weeks", "2026-11-26"),
        ("2 weeks from now", "2026-11-26"), ("in a fortnight", "2026-11-26"), ("two weeks", "2026-11-26"),
        ("in ten days", "2026-11-22"), ("10 days", "2026-11-22"), ("3 days from now", "2026-11-15"),
        ("three days later", "2026-11-15"), ("three days after today", "2026-11-15"),
        ("sometime today", "2026-11-12"), ("this evening", "2026-11-12"), ("this afternoon", "2026-11-12"),
        ("tonight", "2026-11-12"), ("by end of day", "2026-11-12"), ("end of day", "2026-11-12"),
        ("eod", "2026-11-12"), ("today please", "2026-11-12"), ("today's date", "2026-11-12"), ("2day", "2026-11-12"),
        ("today", "2026-11-12"), ("tommorow", "2026-11-13"), ("tomorow", "2026-11-13"),
        ("tomorrow morning", "2026-11-13"), ("tomorrow at noon", "2026-11-13"), ("2mrw", "2026-11-13"),
        ("tmr", "2026-11-13"), ("tomorrow", "2026-11-13"), ("day after tomorrow", "2026-11-14"),
        ("the day after tomorrow", "2026-11-14"), ("day after tmrw", "2026-11-14"),
        ("two days from tomorrow", "2026-11-15"), ("25 th november 6 am", "2026-11-25"), ("25th nov", "2026-11-25"),
        ("nov 25th", "2026-11-25"), ("nov 25", "2026-11-25"), ("25 nov", "2026-11-25"), ("25nov", "2026-11-25"),
        ("nov25", "2026-11-25"), ("25 of nov", "2026-11-25"), ("25th of nov", "2026-11-25"),
        ("the 25th of november", "2026-11-25"), ("november the 25th", "2026-11-25"),
        ("november 25, 2026", "2026-11-25"), ("nov. 25", "2026-11-25"), ("nov 25th 2026", "2026-11-25"),
        ("25 november 2026", "2026-11-25"), ("25-nov-2026", "2026-11-25"), ("25-nov", "2026-11-25"),
        ("nov-25", "2026-11-25"), ("25/nov/2026", "2026-11-25"), ("25 novmber", "2026-11-25"),
        ("25 novemeber", "2026-11-25"), ("25 november 6pm", "2026-11-25"), ("november twenty five", "2026-11-25"),
        ("november twenty fifth", "2026-11-25"), ("twenty fifth november", "2026-11-25"),
        ("twenty five november", "2026-11-25"), ("the twenty fifth of november", "2026-11-25"),
        ("twenty-fifth of november", "2026-11-25"), ("11/25", "2026-11-25"), ("11/25/26", "2026-11-25"),
        ("11/25/2026", "2026-11-25"), ("11-25-2026", "2026-11-25"), ("11.25.2026", "2026-11-25"),
        ("11-25", "2026-11-25"), ("11 25", "2026-11-25"), ("11 25 2026", "2026-11-25"), ("11 25 26", "2026-11-25"),
        ("1125", "2026-11-25"), ("11252026", "2026-11-25"), ("112526", "2026-11-25"), ("2026-11-25", "2026-11-25"),
        ("2026/11/25", "2026-11-25"), ("20261125", "2026-11-25"), ("25/11", "2026-11-25"),
        ("25/11/2026", "2026-11-25"), ("11 / 25", "2026-11-25"), ("11 / 25 / 2026", "2026-11-25"),
        ("eleven twenty five", "2026-11-25"), ("eleven slash twenty five", "2026-11-25"), ("12/01", "2026-12-01"),
        ("12-1", "2026-12-01"), ("12 1", "2026-12-01"), ("12 01 2026", "2026-12-01"), ("december one", "2026-12-01"),
        ("dec first", "2026-12-01"), ("1st december", "2026-12-01"), ("first of december", "2026-12-01"),
        ("first december", "2026-12-01"), ("06/04/2018", "past 2026-11-12"), ("06-04-18", "past 2026-11-12"),
        ("end of the month", "2026-11-30"), ("end of month", "2026-11-30"), ("month end", "2026-11-30"),
        ("at the end of november", "2026-11-30"), ("end of november", "2026-11-30"),
        ("end of this month", "2026-11-30"), ("last of the month", "2026-11-30"),
        ("the last day of november", "2026-11-30"), ("last day of the month", "2026-11-30"), ("eom", "2026-11-30"),
        ("end of next month", "2026-12-31"), ("end of the year", "2026-12-31"),
        ("beginning of december", "2026-12-01"), ("start of next month", "2026-12-01"),
        ("beginning of next month", "2026-12-01"), ("beginning of the month", "2026-12-01"),
        ("first of next month", "2026-12-01"), ("1st of next month", "2026-12-01"),
        ("the first of the month", "2026-12-01"), ("first of the month", "2026-12-01"),
        ("payday the first", "2026-12-01"), ("payday, the 1st", "2026-12-01"), ("i get paid the first", "2026-12-01"),
        ("when i get paid on the 20th", "2026-11-20"), ("when i get my check on friday", "2026-11-13"),
        ("mid december", "2026-12-15"), ("middle of the month", "2026-11-15"), ("mid month", "2026-11-15"),
        ("middle of december", "2026-12-15"), ("midmonth", "2026-11-15"), ("early december", "unclear 2026-12-01"),
        ("late november", "unclear"), ("in december", "unclear 2026-12-01"), ("december", "unclear 2026-12-01"),
        ("next month", "unclear 2026-12-01"), ("next month on the 5th", "2026-12-05"),
        ("the 5th next month", "2026-12-05"), ("5th of next month", "2026-12-05"),
        ("on the fifth of next month", "2026-12-05"), ("next month the 5th", "2026-12-05"),
        ("this month the 25th", "2026-11-25"), ("25th this month", "2026-11-25"), ("monday", "2026-11-16"),
        ("mon", "2026-11-16"), ("on mon", "2026-11-16"), ("this monday", "2026-11-16"), ("next monday", "2026-11-16"),
        ("coming monday", "2026-11-16"), ("this coming monday", "2026-11-16"), ("the coming monday", "2026-11-16"),
        ("upcoming friday", "2026-11-13"), ("next wed", "2026-11-18"), ("next weds", "2026-11-18"),
        ("wendsday", "2026-11-18"), ("wensday", "2026-11-18"), ("wednsday", "2026-11-18"), ("tuesday", "2026-11-17"),
        ("teusday", "2026-11-17"), ("thrusday", "2026-11-19"), ("thurs", "2026-11-19"), ("firday", "2026-11-13"),
        ("fridy", "2026-11-13"), ("saterday", "2026-11-14"), ("satuday", "2026-11-14"),
        ("sunday night", "2026-11-15"), ("friday morning", "2026-11-13"), ("friday at 5", "2026-11-13"),
        ("friday the 13th", "2026-11-13"), ("friday 13", "2026-11-13"), ("friday 13th", "2026-11-13"),
        ("friday nov 13", "2026-11-13"), ("fri nov 13", "2026-11-13"), ("fri, nov 13", "2026-11-13"),
        ("thursday the 13th", "unclear 2026-11-13"), ("friday or monday", "unclear 2026-11-13"),
        ("not friday monday", "2026-11-16"), ("friday no monday", "2026-11-16"),
        ("friday, i mean monday", "2026-11-16"), ("the 15th no the 16th", "2026-11-16"),
        ("nov 15 no wait nov 16", "2026-11-16"), ("15 no 16", "2026-11-16"), ("not the 15th the 16th", "2026-11-16"),
        ("the 16th not the 15th", "2026-11-16"), ("the 15th or 16th", "unclear 2026-11-15"),
        ("the 15th or the 16th", "unclear 2026-11-15"), ("15 or 16", "unclear 2026-11-15"),
        ("between the 15th and the 20th", "unclear 2026-11-15"), ("sometime next week", "unclear 2026-11-16"),
        ("early next week", "unclear 2026-11-16"), ("next week sometime", "unclear 2026-11-16"),
        ("the weekend", "unclear 2026-11-14"), ("this weekend", "unclear 2026-11-14"),
        ("over the weekend", "unclear 2026-11-14"), ("when i get paid", "unclear"), ("on payday", "unclear"),
        ("soon", "unclear"), ("later", "unclear"), ("due date", "2026-11-30"), ("whenever it's due", "2026-11-30"),
        ("when its due", "2026-11-30"), ("on the due date", "2026-11-30"), ("the day before its due", "2026-11-29"),
        ("2 days before it's due", "2026-11-28"), ("a week before the due date", "2026-11-23"),
        ("one week before it's due", "2026-11-23"), ("day it's due", "2026-11-30"),
        ("a day before due date", "2026-11-29"), ("day after the due date", "2026-12-01"),
        ("the day after it's due", "2026-12-01"), ("two days after the due date", "2026-12-02"),
        ("yesterday", "past 2026-11-12"), ("last friday", "past 2026-11-12"), ("last week", "unclear"),
        ("nov 10", "past 2026-11-12"), ("november 31", "no_such_day 2026-11-30"),
        ("nov 31st", "no_such_day 2026-11-30"), ("feb 30", "no_such_day 2027-02-28"),
        ("the 31st", "no_such_day 2026-11-30"), ("the 32nd", "no_such_day 2026-11-30"),
        ("11/31", "no_such_day 2026-11-30"), ("13/32", "unclear"), ("february 29", "no_such_day 2027-02-28"),
        ("feb 29 2028", "2028-02-29"), ("thanksgiving", "2026-11-26"), ("thanksgiving day", "2026-11-26"),
        ("black friday", "2026-11-27"), ("christmas eve", "2026-12-24"), ("xmas", "2026-12-25"),
        ("new years", "2027-01-01"), ("new year's eve", "2026-12-31"), ("halloween", "past 2026-11-12"),
        ("how about the 20th", "2026-11-20"), ("let's do the 20th", "2026-11-20"),
        ("could you take it out on the 20th", "2026-11-20"), ("pull it on the 20th", "2026-11-20"),
        ("the 20th works", "2026-11-20"), ("20th would be great", "2026-11-20"), ("around the 20th", "2026-11-20"),
        ("by the 20th", "2026-11-20"), ("20", "2026-11-20"), ("twenty", "2026-11-20"), ("twentieth", "2026-11-20"),
        ("twenty first", "2026-11-21"), ("the twenty first", "2026-11-21"), ("twenty one", "2026-11-21"),
        ("21 st", "2026-11-21"), ("3", "2026-12-03"), ("third", "2026-12-03"), ("the 3rd", "2026-12-03"),
        ("on the third", "2026-12-03"), ("second", "2026-12-02"), ("the second", "2026-12-02"),
        ("first", "2026-12-01"), ("the 1 st", "2026-12-01"), ("1", "2026-12-01"),
        ("i want it dec 5 not dec 6", "2026-12-05"), ("pay 50 on december 5th", "2026-12-05"),
        ("50 on the 20th", "2026-11-20"), ("fifty dollars on the twentieth", "2026-11-20"), ("now", "2026-11-12"),
        ("right now", "2026-11-12"), ("right away", "2026-11-12"), ("asap", "2026-11-12"),
        ("as soon as possible", "2026-11-12"), ("immediately", "2026-11-12"), ("rn", "2026-11-12"),
        ("straight away", "2026-11-12"), ("first thing tomorrow", "2026-11-13"), ("first thing monday", "2026-11-16"),
        ("monday first thing", "2026-11-16"), ("first friday of december", "2026-12-04"),
        ("the second tuesday of next month", "2026-12-08"), ("last friday of the month", "2026-11-27"),
        ("the last friday of november", "2026-11-27"), ("twelve one", "2026-12-01"), ("in 60 days", "2027-01-11"),
        ("in 30 days", "2026-12-12"), ("next year", "unclear"), ("january 5", "2027-01-05"),
        ("jan 5th", "2027-01-05"), ("in a month", "2026-12-12"), ("a month from now", "2026-12-12"),
        ("one month", "2026-12-12"), ("in 6 weeks", "2026-12-24"), ("in a couple weeks", "2026-11-26"),
        ("couple of days", "2026-11-14"), ("in a few days", "unclear"), ("few days from now", "unclear"),
        ("not today", None), ("i don't know", None), ("yes", None), ("no", None), ("visa", None), ("4242", None),
    ],
)  # fmt: skip
def test_days_where_one_was_asked_for(text, read):
    assert day_or_problem(text, "date") == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("on the 15th", "2026-11-15"), ("pay the 15th", "2026-11-15"),
        ("can i pay friday when i get my check", "2026-11-13"), ("can i pay after the 15th", "unclear 2026-11-15"),
        ("i sat down", None), ("i may pay", None), ("march in here", None), ("pay in 2 weeks", "2026-11-26"),
        ("pay two weeks from now", "2026-11-26"), ("pay 50 by 11/25", "2026-11-25"), ("pay 50 on 12/1", "2026-12-01"),
        ("exp 12/28", None), ("84.50", None), ("99999-001", None), ("11/25", "2026-11-25"), ("1st bill", None),
        ("my 1st time", None), ("second time calling", None), ("the first one", None), ("pay the second bill", None),
        ("1-800-555-0142", None), ("24/7", None), ("call 911", None), ("payment on friday", "2026-11-13"),
        ("pay tues", "2026-11-17"), ("pay it fri", "2026-11-13"), ("pay fri", "2026-11-13"),
        ("pay 50 fri", "2026-11-13"), ("pay mon", "2026-11-16"), ("i sun bathe", None),
    ],
)  # fmt: skip
def test_days_in_a_request(text, read):
    assert day_or_problem(text, None) == read
