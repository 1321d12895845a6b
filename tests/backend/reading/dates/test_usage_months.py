"""Which months a message asks about."""

from __future__ import annotations

from datetime import date

import pytest

from backend.reading.dates.usage_months import extract_months, names_each_month
from backend.reading.spanish import to_english


@pytest.mark.parametrize(
    ("words", "month"),
    [("consumo de julio", "2026-07-01"), ("¿cuánto usé en mayo?", "2026-05-01"), ("diciembre", "2025-12-01")],
)
def test_a_month(words: str, month: str) -> None:
    assert extract_months(to_english(words), date(2026, 11, 18)) == [month]


def test_months_of_use() -> None:
    assert extract_months("September compared with October", date(2026, 11, 18)) == ["2026-09-01", "2026-10-01"]
    assert names_each_month("month by month, for the year")
