"""Explains the difference of two bills by days, daily use, rate and fees, to the cent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from backend.billing.models import Bill

# lines that depend on use; all others are fees, fixed charges or credits
USE_BASED_LINE = re.compile(r"energy|kwh|kilowatt|power cost|fuel|\btax|excise", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeeChange:
    """A line that does not depend on use, and its increase in cents."""

    label: str
    cents: int


@dataclass(frozen=True, slots=True)
class BillComparison:
    """The difference `bill` - `other` in cents; the four parts sum to `difference_cents` exactly.

    `days_cents`: more or fewer days. `use_cents`: use per day. `rate_cents`: price per kWh. `fees_cents`: lines that do
    not depend on use; `fees` are those that changed.
    """

    bill: Bill
    other: Bill
    days_cents: int
    use_cents: int
    rate_cents: int
    fees_cents: int
    fees: tuple[FeeChange, ...]

    @property
    def difference_cents(self) -> int:
        return self.bill.amount_cents - self.other.amount_cents


def count_days(bill: Bill) -> int:
    """The days of a bill, including the first and the last."""
    return (bill.period_end - bill.period_start).days + 1


def kwh_per_day(bill: Bill) -> float:
    return bill.kwh / max(count_days(bill), 1)


def compare_bills(bill: Bill, other: Bill) -> BillComparison:
    """Days are priced at the other bill's use and rate, use at its rate; the rest is the rate."""
    by_use, by_use_before = _use_based_cents(bill), _use_based_cents(other)
    at_old_rate, more_days = by_use, 0
    if other.kwh > 0:
        at_old_rate = _scale_cents(by_use_before, bill.kwh, other.kwh)
        more_days = _scale_cents(by_use_before, count_days(bill) - count_days(other), max(count_days(other), 1))
    now, before = _fees(bill), _fees(other)
    changes = (FeeChange(label, now.get(label, 0) - before.get(label, 0)) for label in {**now, **before})
    return BillComparison(
        bill=bill,
        other=other,
        days_cents=more_days,
        use_cents=at_old_rate - by_use_before - more_days,
        rate_cents=by_use - at_old_rate,
        fees_cents=(bill.amount_cents - by_use) - (other.amount_cents - by_use_before),
        fees=tuple(change for change in changes if change.cents),
    )


def _use_based_cents(bill: Bill) -> int:
    """The cents of a bill that depend on use; all of them where its lines are not known."""
    if not bill.lines:
        return bill.amount_cents
    return sum(int(line["cents"]) for line in bill.lines if USE_BASED_LINE.search(str(line["label"])))


def _scale_cents(cents: int, by: int, of: int) -> int:
    return round(Fraction(cents * by, of))


def _fees(bill: Bill) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in bill.lines or []:
        label = str(line["label"])
        if not USE_BASED_LINE.search(label):
            found[label] = found.get(label, 0) + int(line["cents"])
    return found
