"""Use by month as words and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.usage.models import Reading
from backend.usage.service import Month


def month(found: Month) -> dict[str, Any]:
    """One month's values for its sentence."""
    assert found.now is not None
    return {
        "month": f"{found.month:%B %Y}",
        "kwh": f"{found.now.kwh:,}",
        "daily": daily(found.now),
        "compared": _compared(found),
    }


def year(months: Sequence[Month]) -> dict[str, Any]:
    """The newest month, the sum and the highest of all months."""
    known = [each for each in months if each.now]
    highest = max(known, key=lambda each: each.now.kwh if each.now else 0)
    total = sum(each.now.kwh for each in known if each.now)
    before = sum(each.before.kwh for each in known if each.before)
    whole_year_before = all(each.before for each in known)
    newest = month(known[-1])
    return {
        **newest,
        "total": f"{total:,}",
        "months": len(known),
        "total_before": f", after {before:,} in the year before" if whole_year_before else "",
        "highest": f"{highest.month:%B}",
        "alt": f"Chart of electric use: {newest['kwh']} kWh in {newest['month']}{newest['compared']}. "
        f"{total:,} kWh in {len(known)} months, most in {highest.month:%B}. The table below has every figure.",
    }


def table(months: Sequence[Month]) -> dict[str, Any]:
    """Every figure of the chart."""
    rows = [
        [f"{each.month:%b %Y}", _kwh(each.now), _kwh(each.before), _temp(each.now), _temp(each.before)]
        for each in reversed(months)
    ]
    return {"head": ["Month", "kWh", "Year before", "Deg F", "Year before"], "rows": rows}


def daily(reading: Reading) -> str:
    """kWh a day, with one decimal."""
    return f"{reading.kwh / max(reading.days, 1):.1f}"


def _compared(found: Month) -> str:
    percent = found.change_percent
    if percent is None:
        return ""
    if percent == 0:
        return ", the same as a year before"
    degrees = _degrees(found.now, found.before)
    return f", {abs(percent)}% {'more' if percent > 0 else 'less'} than a year before{degrees}"


def _degrees(now: Reading | None, before: Reading | None) -> str:
    difference = warmer_by(now, before)
    if not difference:
        return ""
    return f" (it was {abs(difference)} degrees {'warmer' if difference > 0 else 'colder'})"


def warmer_by(now: Reading | None, before: Reading | None) -> int:
    """Degrees Fahrenheit on average; 0 where either is not known."""
    if now is None or before is None or now.avg_temp_f is None or before.avg_temp_f is None:
        return 0
    return now.avg_temp_f - before.avg_temp_f


def _kwh(reading: Reading | None) -> str:
    return f"{reading.kwh:,}" if reading else "-"


def _temp(reading: Reading | None) -> str:
    return str(reading.avg_temp_f) if reading and reading.avg_temp_f is not None else "-"
