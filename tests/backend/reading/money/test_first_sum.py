"""`Pay the first 50 now` names a sum, and no first of the month."""

from __future__ import annotations

from datetime import date

import pytest

from backend.reading.dates.day_parsing import ParsedDay
from backend.reading.extract_all import extract_all
from backend.reading.money.amount import Amount
from backend.reading.spanish import english_form

TODAY, FIRST = date(2026, 11, 18), date(2026, 12, 1)


@pytest.mark.parametrize(
    ("words", "language", "cents", "day"),
    [
        ("pay the first 50 now", "en", 5000, TODAY),
        ("let me pay the first fifty today", "en", 5000, TODAY),
        ("can i pay the first 37.50 on friday", "en", 3750, date(2026, 11, 20)),
        ("pague los primeros 50 ahora", "es", 5000, TODAY),
        ("pay 50 on the first", "en", 5000, FIRST),
        ("pay $60 the first", "en", 6000, FIRST),
        ("on december first 50 dollars", "en", 5000, FIRST),
    ],
)
def test_first_before_a_sum_is_no_day(words: str, language: str, cents: int, day: date) -> None:
    read = extract_all(english_form(words, language), asked=None, today=TODAY)
    assert read.amount == Amount(cents)
    assert isinstance(read.day, ParsedDay)
    assert read.day.day == day
