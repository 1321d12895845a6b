"""Why a bill is what it is, as words and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actions.usage.usage_words import warmer_by
from backend.billing.models import Bill
from backend.language import mark, short_month, tr
from backend.money import format_cents
from backend.usage.explain import Explanation, days, kwh_a_day
from backend.usage.models import Reading


def told(parts: Sequence[Explanation], now: Reading | None, before: Reading | None) -> dict[str, Any]:
    """Against the bill before: the difference and its four parts."""
    first = parts[0]
    return {
        "amount": format_cents(first.bill.amount_cents),
        "other": format_cents(first.other.amount_cents),
        "difference": _more(first.difference_cents),
        "days": _signed(first.days_cents),
        "use": _signed(first.use_cents),
        "rate": _signed(first.rate_cents),
        "fees": _signed(first.fees_cents),
        "days_said": _said(first.days_cents),
        "use_said": _said(first.use_cents),
        "rate_said": _said(first.rate_cents),
        "fees_said": _said(first.fees_cents),
        "day_count": days(first.bill),
        "day_count_before": days(first.other),
        "daily": f"{kwh_a_day(first.bill):.1f}",
        "daily_before": f"{kwh_a_day(first.other):.1f}",
        "named_fees": _fees(first),
        "reason": _reason(first),
        "weather": _weather(warmer_by(now, before)),
    }


def against_last_year(year: Explanation) -> dict[str, Any]:
    return {
        "month": _month(year.other),
        "other": format_cents(year.other.amount_cents),
        "difference": _more(year.difference_cents),
        "days": _signed(year.days_cents),
        "use": _signed(year.use_cents),
        "rate": _signed(year.rate_cents),
        "fees": _signed(year.fees_cents),
        "reason": _reason(year),
    }


def table(parts: Sequence[Explanation]) -> dict[str, Any]:
    """One column for each bill compared with; the rows above the last sum to it."""
    rows = [
        [tr("Bill then"), *(format_cents(each.other.amount_cents) for each in parts)],
        [tr("Days"), *(_signed(each.days_cents) for each in parts)],
        [tr("kWh a day"), *(_signed(each.use_cents) for each in parts)],
        [tr("Rate"), *(_signed(each.rate_cents) for each in parts)],
        [tr("Fees"), *(_signed(each.fees_cents) for each in parts)],
        [tr("This bill"), *(format_cents(each.bill.amount_cents) for each in parts)],
    ]
    return {"head": [tr("Against"), *(_month(each.other) for each in parts)], "rows": rows}


def _month(bill: Bill) -> str:
    return short_month(bill.period_end)


def _signed(cents: int) -> str:
    return f"+{format_cents(cents)}" if cents > 0 else format_cents(cents)


def _said(cents: int) -> str:
    """`$2.04 less`, for where a sign would be lost."""
    if cents == 0:
        return tr("nothing")
    amount = format_cents(abs(cents))
    return tr("{amount} more", amount=amount) if cents > 0 else tr("{amount} less", amount=amount)


def _more(cents: int) -> str:
    if cents == 0:
        return tr("the same as")
    amount = format_cents(abs(cents))
    return tr("{amount} more than", amount=amount) if cents > 0 else tr("{amount} less than", amount=amount)


def _fees(part: Explanation) -> str:
    if not part.fees:
        return ""
    return " (" + ", ".join(f"{tr(fee.label)} {_signed(fee.cents)}" for fee in part.fees[:3]) + ")"


def _reason(part: Explanation) -> str:
    """The part that moved it most, in words."""
    more = part.difference_cents >= 0
    named = {
        mark("more days") if more else mark("fewer days"): part.days_cents,
        mark("more use a day") if more else mark("less use a day"): part.use_cents,
        mark("the price of a kilowatt hour"): part.rate_cents,
        mark("fees and fixed charges"): part.fees_cents,
    }
    return tr(max(named, key=lambda name: named[name] if more else -named[name]))


def _weather(degrees: int) -> str:
    if abs(degrees) < 3:
        return ""
    if degrees > 0:
        return tr(" It was {degrees} degrees warmer than the month before.", degrees=degrees)
    return tr(" It was {degrees} degrees colder than the month before.", degrees=-degrees)
