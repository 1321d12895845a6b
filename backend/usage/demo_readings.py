"""Readings for demo members: their bills' kilowatt hours, and weather like that of northern Illinois."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from backend.billing.models import Bill
from backend.usage.bill_comparison import count_days
from backend.usage.models import MeterReading
from backend.usage.months import first_of_month, shift_month

TEMPERATURES = (21, 26, 38, 50, 61, 71, 75, 73, 65, 53, 39, 27)  # by month, Fahrenheit
MONTHS = 24


def make_readings(account_id: int, issued: Iterable[Bill]) -> list[MeterReading]:
    """24 months: one a bill, and where bills do not reach back so far, the same months a year later less a little."""
    by_month = {first_of_month(bill.period_end): bill for bill in issued}
    newest = max(by_month)
    kwh = {month: bill.kwh for month, bill in by_month.items()}
    found = []
    for back in range(MONTHS):
        month = shift_month(newest, -back)
        bill = by_month.get(month)
        if month not in kwh:
            kwh[month] = kwh.get(shift_month(month, 12), 0) * (88 + _weather(month) * 3) // 100
        length = count_days(bill) if bill else 30
        found.append(
            MeterReading(account_id=account_id, month=month, kwh=kwh[month], days=length, avg_temp_f=_temp(month))
        )
    return found


def _temp(month: date) -> int:
    return TEMPERATURES[month.month - 1] + _weather(month) - 4


def _weather(month: date) -> int:
    """0 to 8, the same every time: some months are colder than the same month a year before."""
    return (month.year * 5 + month.month * 7) % 9
