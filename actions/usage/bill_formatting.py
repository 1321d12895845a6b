"""Why a bill is what it is, as words and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actions.usage.usage_formatting import temperature_change
from backend.billing.models import Bill
from backend.language import format_short_month, mark, tr
from backend.money import format_cents
from backend.usage.bill_comparison import BillComparison, count_days, kwh_per_day
from backend.usage.models import MeterReading


def explanation_values(
    parts: Sequence[BillComparison], now: MeterReading | None, before: MeterReading | None
) -> dict[str, Any]:
    """Against the bill before: the difference and its four parts."""
    first = parts[0]
    return {
        "amount": format_cents(first.bill.amount_cents),
        "other": format_cents(first.other.amount_cents),
        "difference": _format_comparison(first.difference_cents),
        "days": _format_signed(first.days_cents),
        "use": _format_signed(first.use_cents),
        "rate": _format_signed(first.rate_cents),
        "fees": _format_signed(first.fees_cents),
        "days_said": _format_difference(first.days_cents),
        "use_said": _format_difference(first.use_cents),
        "rate_said": _format_difference(first.rate_cents),
        "fees_said": _format_difference(first.fees_cents),
        "day_count": count_days(first.bill),
        "day_count_before": count_days(first.other),
        "daily": f"{kwh_per_day(first.bill):.1f}",
        "daily_before": f"{kwh_per_day(first.other):.1f}",
        "named_fees": _format_fees(first),
        "reason": _main_reason(first),
        "weather": _format_weather(temperature_change(now, before)),
    }


def last_year_values(year: BillComparison) -> dict[str, Any]:
    return {
        "month": _bill_month(year.other),
        "other": format_cents(year.other.amount_cents),
        "difference": _format_comparison(year.difference_cents),
        "days": _format_signed(year.days_cents),
        "use": _format_signed(year.use_cents),
        "rate": _format_signed(year.rate_cents),
        "fees": _format_signed(year.fees_cents),
        "reason": _main_reason(year),
    }


def build_bill_table(parts: Sequence[BillComparison]) -> dict[str, Any]:
    """One column for each bill compared with; the rows above the last sum to it."""
    rows = [
        [tr("Bill then"), *(format_cents(each.other.amount_cents) for each in parts)],
        [tr("Days"), *(_format_signed(each.days_cents) for each in parts)],
        [tr("kWh a day"), *(_format_signed(each.use_cents) for each in parts)],
        [tr("Rate"), *(_format_signed(each.rate_cents) for each in parts)],
        [tr("Fees"), *(_format_signed(each.fees_cents) for each in parts)],
        [tr("This bill"), *(format_cents(each.bill.amount_cents) for each in parts)],
    ]
    return {"head": [tr("Against"), *(_bill_month(each.other) for each in parts)], "rows": rows}


def _bill_month(bill: Bill) -> str:
    return format_short_month(bill.period_end)


def _format_signed(cents: int) -> str:
    return f"+{format_cents(cents)}" if cents > 0 else format_cents(cents)


def _format_difference(cents: int) -> str:
    """`$2.04 less`, for where a sign would be lost."""
    if cents == 0:
        return tr("nothing")
    amount = format_cents(abs(cents))
    return tr("{amount} more", amount=amount) if cents > 0 else tr("{amount} less", amount=amount)


def _format_comparison(cents: int) -> str:
    if cents == 0:
        return tr("the same as")
    amount = format_cents(abs(cents))
    return tr("{amount} more than", amount=amount) if cents > 0 else tr("{amount} less than", amount=amount)


def _format_fees(part: BillComparison) -> str:
    if not part.fees:
        return ""
    return " (" + ", ".join(f"{tr(fee.label)} {_format_signed(fee.cents)}" for fee in part.fees[:3]) + ")"


def _main_reason(part: BillComparison) -> str:
    """The part that moved it most, in words."""
    more = part.difference_cents >= 0
    named = {
        mark("more days") if more else mark("fewer days"): part.days_cents,
        mark("more use a day") if more else mark("less use a day"): part.use_cents,
        mark("the price of a kilowatt hour"): part.rate_cents,
        mark("fees and fixed charges"): part.fees_cents,
    }
    return tr(max(named, key=lambda name: named[name] if more else -named[name]))


def _format_weather(degrees: int) -> str:
    if abs(degrees) < 3:
        return ""
    if degrees > 0:
        return tr(" It was {degrees} degrees warmer than the month before.", degrees=degrees)
    return tr(" It was {degrees} degrees colder than the month before.", degrees=-degrees)
