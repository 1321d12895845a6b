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
    comparison: BillComparison, now: MeterReading | None, before: MeterReading | None
) -> dict[str, Any]:
    """The values of the comparison with the bill before; `now` and `before` are the readings of the two months."""
    fees = ", ".join(f"{tr(fee.label)} {_format_signed(fee.cents)}" for fee in comparison.fees[:3])
    return {
        **_comparison_values(comparison),
        "amount": format_cents(comparison.bill.amount_cents),
        "days_said": _format_difference(comparison.days_cents),
        "use_said": _format_difference(comparison.use_cents),
        "rate_said": _format_difference(comparison.rate_cents),
        "fees_said": _format_difference(comparison.fees_cents),
        "day_count": count_days(comparison.bill),
        "day_count_before": count_days(comparison.other),
        "daily": f"{kwh_per_day(comparison.bill):.1f}",
        "daily_before": f"{kwh_per_day(comparison.other):.1f}",
        "named_fees": f" ({fees})" if fees else "",
        "weather": _format_weather(temperature_change(now, before)),
    }


def last_year_values(comparison: BillComparison) -> dict[str, Any]:
    return {**_comparison_values(comparison), "month": _bill_month(comparison.other)}


def _comparison_values(comparison: BillComparison) -> dict[str, Any]:
    """The difference from the other bill, its four parts, and the part that counts most."""
    return {
        "other": format_cents(comparison.other.amount_cents),
        "difference": _format_comparison(comparison.difference_cents),
        "days": _format_signed(comparison.days_cents),
        "use": _format_signed(comparison.use_cents),
        "rate": _format_signed(comparison.rate_cents),
        "fees": _format_signed(comparison.fees_cents),
        "reason": _main_reason(comparison),
    }


def build_bill_table(comparisons: Sequence[BillComparison]) -> dict[str, Any]:
    """One column for each bill compared with; the rows above the last one add up to it."""
    rows = [
        [tr("Bill then"), *(format_cents(each.other.amount_cents) for each in comparisons)],
        [tr("Days"), *(_format_signed(each.days_cents) for each in comparisons)],
        [tr("kWh a day"), *(_format_signed(each.use_cents) for each in comparisons)],
        [tr("Rate"), *(_format_signed(each.rate_cents) for each in comparisons)],
        [tr("Fees"), *(_format_signed(each.fees_cents) for each in comparisons)],
        [tr("This bill"), *(format_cents(each.bill.amount_cents) for each in comparisons)],
    ]
    return {"head": [tr("Against"), *(_bill_month(each.other) for each in comparisons)], "rows": rows}


def _bill_month(bill: Bill) -> str:
    return format_short_month(bill.period_end)


def _format_signed(cents: int) -> str:
    return f"+{format_cents(cents)}" if cents > 0 else format_cents(cents)


def _format_difference(cents: int) -> str:
    """`$2.04 less`, for the phone, where a sign would not be heard."""
    if cents == 0:
        return tr("nothing")
    amount = format_cents(abs(cents))
    return tr("{amount} more", amount=amount) if cents > 0 else tr("{amount} less", amount=amount)


def _format_comparison(cents: int) -> str:
    if cents == 0:
        return tr("the same as")
    amount = format_cents(abs(cents))
    return tr("{amount} more than", amount=amount) if cents > 0 else tr("{amount} less than", amount=amount)


def _main_reason(comparison: BillComparison) -> str:
    """The part that changed the bill most, in words."""
    is_more = comparison.difference_cents >= 0
    cents_by_reason = {
        mark("more days") if is_more else mark("fewer days"): comparison.days_cents,
        mark("more use a day") if is_more else mark("less use a day"): comparison.use_cents,
        mark("the price of a kilowatt hour"): comparison.rate_cents,
        mark("fees and fixed charges"): comparison.fees_cents,
    }
    return tr(max(cents_by_reason, key=lambda reason: cents_by_reason[reason] * (1 if is_more else -1)))


def _format_weather(degrees: int) -> str:
    """`degrees` is the change in degrees Fahrenheit. Empty if it is small."""
    if abs(degrees) < 3:
        return ""
    if degrees > 0:
        return tr(" It was {degrees} degrees warmer than the month before.", degrees=degrees)
    return tr(" It was {degrees} degrees colder than the month before.", degrees=-degrees)
