"""Why a bill is what it is, as words and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actions.usage.usage_words import warmer_by
from backend.billing.models import Bill
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
        ["Bill then", *(format_cents(each.other.amount_cents) for each in parts)],
        ["Days", *(_signed(each.days_cents) for each in parts)],
        ["kWh a day", *(_signed(each.use_cents) for each in parts)],
        ["Rate", *(_signed(each.rate_cents) for each in parts)],
        ["Fees", *(_signed(each.fees_cents) for each in parts)],
        ["This bill", *(format_cents(each.bill.amount_cents) for each in parts)],
    ]
    return {"head": ["Against", *(_month(each.other) for each in parts)], "rows": rows}


def _month(bill: Bill) -> str:
    return f"{bill.period_end:%b %Y}"


def _signed(cents: int) -> str:
    return f"+{format_cents(cents)}" if cents > 0 else format_cents(cents)


def _said(cents: int) -> str:
    """`$2.04 less`, for where a sign would be lost."""
    return f"{format_cents(abs(cents))} {'more' if cents > 0 else 'less'}" if cents else "nothing"


def _more(cents: int) -> str:
    if cents == 0:
        return "the same as"
    return f"{format_cents(abs(cents))} {'more' if cents > 0 else 'less'} than"


def _fees(part: Explanation) -> str:
    if not part.fees:
        return ""
    return " (" + ", ".join(f"{fee.label} {_signed(fee.cents)}" for fee in part.fees[:3]) + ")"


def _reason(part: Explanation) -> str:
    """The part that moved it most, in words."""
    more = part.difference_cents >= 0
    named = {
        "more days" if more else "fewer days": part.days_cents,
        "more use a day" if more else "less use a day": part.use_cents,
        "the price of a kilowatt hour": part.rate_cents,
        "fees and fixed charges": part.fees_cents,
    }
    return max(named, key=lambda name: named[name] if more else -named[name])


def _weather(degrees: int) -> str:
    if abs(degrees) < 3:
        return ""
    return f" It was {abs(degrees)} degrees {'warmer' if degrees > 0 else 'colder'} than the month before."
