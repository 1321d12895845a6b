"""Days as people name them, read on Thursday, 12 November 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.reading.dates.day_parsing import (
    DayProblem,
    ParsedDay,
    is_due_date_requested,
    parse_day,
    parse_day_of_month,
)

TODAY = date(2026, 11, 12)
DUE = date(2026, 11, 30)


def on(month: int, day: int, year: int = 2026) -> date:
    return date(year, month, day)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", TODAY), ("now", TODAY), ("right now please", TODAY), ("later today", TODAY), ("tonight", TODAY),
        ("tomorrow", on(11, 13)), ("tmrw", on(11, 13)), ("day after tomorrow", on(11, 14)),
        ("friday", on(11, 13)), ("this friday", on(11, 13)), ("next friday", on(11, 20)), ("friday next week",
        on(11, 20)),
        ("next monday", on(11, 16)), ("thursday", on(11, 19)), ("this thursday", TODAY), ("fri", on(11, 13)),
        ("a week from friday", on(11, 20)), ("can i pay friday when i get my check", on(11, 13)),
        ("the 15th", on(11, 15)), ("15", on(11, 15)), ("fifteen", on(11, 15)), ("the fifteenth", on(11, 15)),
        ("on the 15", on(11, 15)), ("the 12th", TODAY), ("the 10th", on(12, 10)), ("the first", on(12, 1)),
        ("payday the first", on(12, 1)), ("first of the month", on(12, 1)), ("the 1st of next month", on(12, 1)),
        ("25th of this month", on(11, 25)), ("wednesday the twenty fifth", on(11, 25)), ("friday the 13th", on(11, 13)),
        ("12/1", on(12, 1)), ("12/01/2026", on(12, 1)), ("12/1/26", on(12, 1)), ("12-1-26", on(12, 1)),
        ("2026-12-01", on(12, 1)), ("12012026", on(12, 1)), ("25/12", on(12, 25)), ("1/5", on(1, 5, 2027)),
        ("dec 1", on(12, 1)), ("December 1st", on(12, 1)), ("december the first", on(12, 1)), ("1 december", on(12, 1)),
        ("the 1st of december", on(12, 1)), ("dec. 1, 2026", on(12, 1)), ("twenty fifth of november", on(11, 25)),
        ("november twenty fifth twenty twenty six", on(11, 25)), ("jan 31", on(1, 31, 2027)), ("10 decmber",
        on(12, 10)),
        ("in two weeks", on(11, 26)), ("i need two more weeks", on(11, 26)), ("another two weeks", on(11, 26)),
        ("in 3 days", on(11, 15)), ("in a month", on(12, 12)),
        ("in a couple of days", on(11, 14)),
        ("two weeks from today", on(11, 26)), ("10 days from now", on(11, 22)), ("in 30 days", on(12, 12)),
        ("end of the month", on(11, 30)), ("last day of the month", on(11, 30)), ("end of next month", on(12, 31)),
        ("end of the week", on(11, 13)), ("christmas", on(12, 25)), ("new year's day", on(1, 1, 2027)),
        ("the due date", DUE), ("when it's due", DUE), ("on the day it is due", DUE),
        ("the day before it's due", on(11, 29)),
        ("two days before the due date", on(11, 28)),
        ("monday no wait tuesday", on(11, 17)), ("not friday, saturday", on(11, 14)),
        ("the 15th, sorry, the 16th", on(11, 16)),
        ("today, so the 12th", TODAY), ("december 1 50 dollars", on(12, 1)),
        ("pay 50 to 99999-001 on the 15th", on(11, 15)),
    ],
)  # fmt: skip
def test_days(text, day):
    assert parse_day(text, TODAY, DUE) == ParsedDay(day)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("yesterday", DayProblem("past", TODAY, on(11, 11))),
        ("last friday", DayProblem("past", TODAY, on(11, 6))),
        ("3 days ago", DayProblem("past", TODAY, on(11, 9))),
        ("nov 10", DayProblem("past", TODAY, on(11, 10))),
        ("june 5", DayProblem("past", TODAY, on(6, 5))),
        ("the 10th of this month", DayProblem("past", TODAY, on(11, 10))),
        ("12/1/2025", DayProblem("past", TODAY, on(12, 1, 2025))),
        ("feb 30", DayProblem("no_such_day", on(2, 28, 2027))),
        ("2/29/2027", DayProblem("no_such_day", on(2, 28, 2027))),
        ("the 31st", DayProblem("no_such_day", on(11, 30))),
        ("the 32nd", DayProblem("no_such_day", on(11, 30))),
        ("november 31", DayProblem("no_such_day", on(11, 30))),
        ("13/13", DayProblem("unclear")),
        ("99/99/9999", DayProblem("unclear")),
        ("01/01/0000", DayProblem("unclear")),
        ("next week", DayProblem("unclear", on(11, 16))),
        ("next month", DayProblem("unclear", on(12, 1))),
        ("this weekend", DayProblem("unclear", on(11, 14))),
        ("payday", DayProblem("unclear")),
        ("when i get paid", DayProblem("unclear")),
        ("later", DayProblem("unclear")),
        ("friday the 14th", DayProblem("unclear", on(11, 14))),
        ("friday and monday", DayProblem("unclear", on(11, 13))),
        ("20 now and the rest on the 15th", DayProblem("unclear", TODAY)),
    ],
)
def test_days_that_cannot_be_used(text, problem):
    assert parse_day(text, TODAY) == problem


def test_the_nearest_day_is_never_a_past_one():
    assert parse_day("feb 30", date(2026, 2, 28)) == DayProblem("no_such_day", on(2, 28))
    assert parse_day("the 31st", date(2026, 11, 30)) == DayProblem("no_such_day", on(11, 30))


def test_the_day_before_a_due_date_that_is_today_has_passed():
    assert parse_day("the day before it's due", TODAY, TODAY) == DayProblem("past", TODAY, on(11, 11))


@pytest.mark.parametrize(
    "text", ["", "hello", "yes", "84.50", "$50", "99999-001", "0142", "i may pay 20", "mary", "one second", "half",
             "when is it due?", "what's my due date"]
)  # fmt: skip
def test_not_a_day(text):
    assert parse_day(text, TODAY, DUE) is None


@pytest.mark.parametrize(
    "text",
    ["15", "fifteen", "12012026", "i paid yesterday", "talk to you later", "my payment 3 days ago", "the first bill"],
)
def test_unasked_day_must_be_explicit(text):
    assert parse_day(text, TODAY, asked=False) is None


@given(st.dates(TODAY, TODAY + timedelta(days=150)))
def test_any_written_date_is_read_back(day):
    month, short = day.strftime("%B"), day.strftime("%b")
    ordinal = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}.get(day.day, "th")
    for text in (
        f"{day:%m/%d/%Y}", f"{day.month}/{day.day}", f"{day.month}/{day.day}/{day:%y}", day.isoformat(),
        f"{month} {day.day}", f"{short} {day.day}{ordinal}", f"the {day.day}{ordinal} of {month}",
        f"on {month.lower()} {day.day}, {day.year}", f"{day:%A}, {month} {day.day}",
    ):  # fmt: skip
        assert parse_day(text, TODAY) == ParsedDay(day), text


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(0, 500))
def test_counting_days(today, days):
    assert parse_day(f"in {days} days", today) == ParsedDay(today + timedelta(days=days))


@given(st.text(max_size=200), st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_any_text_is_read_without_errors_and_never_as_a_past_day(text, today):
    read = parse_day(text, today)
    assert not isinstance(read, ParsedDay) or read.day >= today


@given(st.from_regex(r"[0-9/. -]{1,14}( (of|the|days|month|jan|feb|th|nd))*", fullmatch=True))
def test_odd_figures_are_read_without_errors(text):
    parse_day(text, TODAY)
    parse_day_of_month(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [("the 15th", 15), ("15", 15), ("fifteenth", 15), ("on the 5th of every month", 5), ("first", 1), ("day 20", 20),
     ("the last day of the month", 31), ("end of the month", 31), ("the 31st", 31), ("5th no the 10th", 10),
     ("the 32nd", DayProblem("no_such_day")), ("the 5th and the 20th", DayProblem("unclear")), ("hello", None)],
)  # fmt: skip
def test_the_day_of_each_month(text, day):
    assert parse_day_of_month(text) == day


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("on the due date", True), ("when it's due", True), ("due date", True), ("the day it is due", True),
     ("pay the amount due", False), ("what is due", False), ("when is it due", False), ("the 15th", False)],
)  # fmt: skip
def test_whether_the_due_date_is_wanted(text, wanted):
    assert is_due_date_requested(text) is wanted


@pytest.mark.parametrize("text", ["not friday", "not today", "i can't do friday", "same day as before"])
def test_refused_or_compared_day_is_not_a_day(text):
    assert parse_day(text, TODAY) is None


@pytest.mark.parametrize("text", ["exp 12/28", "expires 12/28", "expiration date is 12/28", "expires december 2028"])
def test_card_expiry_is_not_a_day(text):
    assert parse_day(text, TODAY) is None
    assert parse_day(f"visa {text}, pay friday", TODAY) == ParsedDay(on(11, 13))


@pytest.mark.parametrize("text", ["DUE", "due", "due day", "on due", "when due", "Due, please"])
def test_due_alone_is_the_due_date(text):
    assert is_due_date_requested(text)


@pytest.mark.parametrize("text", ["past due", "due?", "is it due", "amount due"])
def test_other_uses_of_due_do_not_request_the_due_date(text):
    assert not is_due_date_requested(text)
