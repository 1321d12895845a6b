"""Readings for demo members: their bills' kilowatt hours, and weather like that of northern Illinois."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from backend.billing.models import Bill
from backend.usage.explain import days
from backend.usage.models import Reading
from backend.usage.months import month_of, shifted

TEMPERATURES = (21, 26, 38, 50, 61, 71, 75, 73, 65, 53, 39, 27)  # by month, Fahrenheit
MONTHS = 24


def readings(account_id: int, issued: Iterable[Bill]) -> list[Reading]:
    """24 months: one a bill, and where bills do not reach back so far, the same months a year later less a little."""
    by_month = {month_of(bill.period_end): bill for bill in issued}
    newest = max(by_month)
    kwh = {month: bill.kwh for month, bill in by_month.items()}
    found = []
    for back in range(MONTHS):
        month = shifted(newest, -back)
        bill = by_month.get(month)
        if month not in kwh:
            kwh[month] = kwh.get(shifted(month, 12), 0) * (88 + _weather(month) * 3) // 100
        length = days(bill) if bill else 30
        found.append(Reading(account_id=account_id, month=month, kwh=kwh[month], days=length, avg_temp_f=_temp(month)))
    return found


def _temp(month: date) -> int:
    return TEMPERATURES[month.month - 1] + _weather(month) - 4


def _weather(month: date) -> int:
    """0 to 8, the same every time: some months are colder than the same month a year before."""
    return (month.year * 5 + month.month * 7) % 9
