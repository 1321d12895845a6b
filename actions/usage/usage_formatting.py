"""Electric use by month, as values of responses and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.language import format_month, format_month_name, format_short_month, tr
from backend.usage.models import MeterReading
from backend.usage.service import MonthUsage


def month_values(found: MonthUsage) -> dict[str, Any]:
    """The values of one month, which must have a reading."""
    assert found.now is not None
    return {
        "month": format_month(found.month),
        "kwh": f"{found.now.kwh:,}",
        "daily": f"{found.now.kwh / max(found.now.days, 1):.1f}",
        "compared": _format_change(found),
    }


def year_values(months: Sequence[MonthUsage]) -> dict[str, Any]:
    """The values of the newest month, with the total and the highest of all months."""
    known = [each for each in months if each.now]
    highest = max(known, key=lambda each: each.now.kwh if each.now else 0)
    total = sum(each.now.kwh for each in known if each.now)
    before = sum(each.before.kwh for each in known if each.before)
    whole_year_before = all(each.before for each in known)
    values = {
        **month_values(known[-1]),
        "total": f"{total:,}",
        "months": len(known),
        "total_before": _format_year_change(total, before) if whole_year_before else "",
        "highest": format_month_name(highest.month),
    }
    alt = tr(
        "Chart of electric use: {kwh} kWh in {month}{compared}. {total} kWh in {months} months, most in {highest}. "
        "The table below has every figure.",
        **values,
    )
    return {**values, "alt": alt}


def _format_year_change(total: int, before: int) -> str:
    """`, 4% more than the 9,100 kWh of the year before`."""
    kwh, percent = f"{before:,}", round(abs(total - before) * 100 / before) if before else 0
    if percent == 0:
        return tr(", about as much as the {kwh} kWh of the year before", kwh=kwh)
    if total > before:
        return tr(", {percent}% more than the {kwh} kWh of the year before", percent=percent, kwh=kwh)
    return tr(", {percent}% less than the {kwh} kWh of the year before", percent=percent, kwh=kwh)


def build_usage_table(months: Sequence[MonthUsage]) -> dict[str, Any]:
    """Every figure of the chart."""
    rows = [
        [
            format_short_month(each.month),
            _format_kwh(each.now),
            _format_kwh(each.before),
            _format_temperature(each.now),
            _format_temperature(each.before),
        ]
        for each in reversed(months)
    ]
    head = [tr("Month"), "kWh", tr("kWh, year before"), tr("Deg F"), tr("Deg F, year before")]
    return {"head": head, "rows": rows}


def format_lines(found: Sequence[MeterReading]) -> str:
    """`October 705 kWh, September 640 kWh`, the newest first."""
    newest_first = sorted(found, key=lambda each: each.month, reverse=True)
    return ", ".join(f"{format_month_name(each.month)} {each.kwh:,} kWh" for each in newest_first)


def comparison_values(first: MeterReading, second: MeterReading) -> dict[str, Any]:
    """The values of two months in the order in which the member named them, and by how much the second differs."""
    more = second.kwh - first.kwh
    kwh = f"{abs(more):,}"
    difference = tr("{kwh} kWh more", kwh=kwh) if more > 0 else tr("{kwh} kWh less", kwh=kwh)
    return {
        "first": format_month(first.month),
        "first_kwh": f"{first.kwh:,}",
        "second": format_month(second.month),
        "second_kwh": f"{second.kwh:,}",
        "difference": difference if more else tr("the same"),
    }


def _format_change(found: MonthUsage) -> str:
    percent = found.change_percent
    if percent is None:
        return ""
    if percent == 0:
        return tr(", the same as a year before")
    change, degrees = temperature_change(found.now, found.before), ""
    if change > 0:
        degrees = tr(" (it was {degrees} degrees warmer)", degrees=change)
    elif change < 0:
        degrees = tr(" (it was {degrees} degrees colder)", degrees=-change)
    if percent > 0:
        return tr(", {percent}% more than a year before{degrees}", percent=percent, degrees=degrees)
    return tr(", {percent}% less than a year before{degrees}", percent=-percent, degrees=degrees)


def temperature_change(now: MeterReading | None, before: MeterReading | None) -> int:
    """The difference of the average temperatures in degrees Fahrenheit; 0 if either is not known."""
    if now is None or before is None or now.avg_temp_f is None or before.avg_temp_f is None:
        return 0
    return now.avg_temp_f - before.avg_temp_f


def _format_kwh(reading: MeterReading | None) -> str:
    return f"{reading.kwh:,}" if reading else "-"


def _format_temperature(reading: MeterReading | None) -> str:
    return str(reading.avg_temp_f) if reading and reading.avg_temp_f is not None else "-"
