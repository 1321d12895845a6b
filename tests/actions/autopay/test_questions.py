"""How the day of a run is written in each language."""

from __future__ import annotations

from datetime import date

from actions.autopay.questions import format_run_day
from backend.language import format_long_date, use_language


def test_run_day_in_english() -> None:
    assert format_run_day(None) == "on the due date of each bill"
    assert format_run_day(2) == "on the 2nd of each month"
    assert format_run_day(31) == "on the 31st of each month (the last day of a shorter month)"
    assert format_long_date(date(2026, 12, 4)) == "December 4, 2026"


def test_run_day_in_spanish() -> None:
    with use_language("es"):
        assert format_run_day(None) == "en la fecha de vencimiento de cada factura"
        assert format_run_day(31) == "el día 31 de cada mes (el último día en los meses más cortos)"
