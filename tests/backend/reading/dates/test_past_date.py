"""Whole dates that have passed, as a recognizer writes them: read in one way, or asked again."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.reading.dates.past_date import parse_past_date

TODAY = date(2026, 11, 12)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("second of the third nineteen ninety four", "1994-03-02"), ("4th of February 19 50", "1950-02-04"),
        ("twenty fifth of december twenty twelve", "2012-12-25"), ("12th of the 5th 92", "1992-05-12"),
        ("12 5 1992", "1992-05-12"), ("July 3rd 1994", "1994-07-03"), ("1103 1948", "1948-03-11"),
        ("07 10 19 52", "1952-10-07"), ("14-02 1931", "1931-02-14"), ("17/8 09", "2009-08-17"),
        ("6 January oh five", "2005-01-06"), ("3 March 2000 and 4", "2004-03-03"), ("27 of May 19 44", "1944-05-27"),
        ("1 9 1 2 1 9 2 0", "1920-12-19"), ("250620", "2020-06-25"), ("25061920", "1920-06-25"),
        ("the 20 1st of May 1986", "1986-05-21"), ("15 June 20 1 2", "2012-06-15"),
        ("11th of 11 1 9 1 8", "1918-11-11"),
        ("my date of birth is the 3rd of july 1994 thanks", "1994-07-03"), ("1994-07-03", "1994-07-03"),
        ("3rd of july 1994 no 4th of july 1994", "1994-07-04"), ("12/31/1990", "1990-12-31"),
        ("the first of may two thousand and nine", "2009-05-01"), ("15th March nineteen oh five", "1905-03-15"),
        ("twenty ninth of february two thousand", "2000-02-29"), ("one one nineteen eighty", "1980-01-01"),
        ("111 1994", None), ("30th of February 1990", None), ("12 of June", None), ("two thousand and nine", None),
        ("2nd of december 2026", None), ("of May 1982", None), ("to 6th of May 1951", None),
        ("5th May 2020 to 2011", None), ("3010 18 844", None), ("hello", None), ("", None),
    ],
)  # fmt: skip
def test_dates_with_the_day_first(text, read):
    found = parse_past_date(text, TODAY, day_first=True)
    assert (found.isoformat() if found else None) == read


def test_the_order_of_bare_figures_is_the_callers():
    assert parse_past_date("12 5 1992", TODAY) == date(1992, 12, 5)
    assert parse_past_date("12 5 1992", TODAY, day_first=True) == date(1992, 5, 12)


@given(st.dates(date(1900, 1, 1), TODAY), st.booleans())
def test_dates_broken_anywhere_sensible_come_back(day, day_first):
    front = f"{day:%d} {day:%m}" if day_first else f"{day:%m} {day:%d}"
    for text in (
        f"{front} {day.year}", f"{front} {day.year // 100:02d} {day.year % 100:02d}",
        f"{front.replace(' ', '')}{day.year}",
        f"{front.replace(' ', '')} {day.year}", f"{day:%d} {day:%B} {day.year}", f"{day:%B} {day.day}, {day.year}",
        " ".join(f"{front}{day.year}".replace(" ", "")),
    ):  # fmt: skip
        assert parse_past_date(text, TODAY, day_first) == day, text


@given(st.text(max_size=200), st.booleans())
def test_any_text_is_read_without_errors_and_never_as_a_future_day(text, day_first):
    found = parse_past_date(text, TODAY, day_first)
    assert found is None or date(1900, 1, 1) <= found <= TODAY


@given(st.from_regex(r"([0-9]{1,5}|oh|first|of|may|the|and|two|thousand|-|/| ){1,9}", fullmatch=True), st.booleans())
def test_odd_pieces_are_read_without_errors(text, day_first):
    parse_past_date(text, TODAY, day_first)
