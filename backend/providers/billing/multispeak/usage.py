"""Billed usage, from usageInstance and usageItem objects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from backend.providers.billing.system import BilledUsage
from backend.providers.multispeak.answers import Element, day, descendants, invalid_answer, text

KWH = {"kwh": Decimal(1), "mwh": Decimal(1000), "wh": Decimal("0.001")}
MAX_KWH = 100_000_000


def read_usage(result: Element, zone: ZoneInfo) -> Iterator[BilledUsage]:
    """From UsageByAccountNumber: values at the end of a period of `useDays`. What is no energy is left out."""
    for each in descendants(result, "usageInstance"):
        factor = KWH.get(text(each, "uom").lower())
        end, days = day(each, "dateTime", zone), text(each, "useDays")
        if factor is None or end is None or not days.isdigit() or not 0 < len(days) < 4:
            continue
        yield BilledUsage(end - timedelta(days=int(days)), end, _whole(_number(each, "value") * factor, "value"))


def read_billed_usage(result: Element, zone: ZoneInfo) -> BilledUsage | None:
    """From BilledUsage: one bill's readings, those of several registers together. None without two dates."""
    total, starts, ends = Decimal(0), [], []
    for item in descendants(result, "usageItem"):
        start, end = day(item, "previousReadDate", zone), day(item, "presentReadingDate", zone)
        if start is None or end is None or not _is_energy(text(item, "usageType")):
            continue
        before, now = _number(item, "previousReading"), _number(item, "presentReading")
        if now < before / 2 and before >= 1000:
            # not fed-in power: a meter that went round to zero or was exchanged
            raise invalid_answer("presentReading", text(item, "presentReading"), "is far below the one before")
        total += (now - before) * (_number(item, "multiplier") if text(item, "multiplier") else 1)
        starts.append(start)
        ends.append(end)
    return BilledUsage(min(starts), max(ends), _whole(total, "usage")) if starts else None


def _is_energy(usage_type: str) -> bool:
    """Demand (kW) and reactive power are read from the same meter."""
    return not usage_type or "kwh" in usage_type.lower() or usage_type.lower() in ("energy", "usage", "consumption")


def _number(element: Element, name: str) -> Decimal:
    found = text(element, name)
    try:
        number = Decimal(found)
    except InvalidOperation:
        raise invalid_answer(name, found, "is no number") from None
    if not number.is_finite() or abs(number) > 10 * MAX_KWH or len(found) > 40:
        raise invalid_answer(name, found, "is no plausible number")
    return number


def _whole(kwh: Decimal, name: str) -> int:
    if abs(kwh) > MAX_KWH:
        raise invalid_answer(name, str(kwh), "is no plausible number")
    return int(kwh.to_integral_value(ROUND_HALF_UP))


def period_key(usage: BilledUsage) -> tuple[date, date]:
    return usage.start, usage.end
