"""A bill taken apart: the parts are the difference, to the cent, whatever the bills."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backend.billing.models import Bill
from backend.usage.bill_comparison import compare_bills


def bill(kwh: int, days: int, lines: list[dict[str, Any]], amount: int | None = None) -> Bill:
    start = date(2026, 10, 1)
    return Bill(
        kwh=kwh,
        period_start=start,
        period_end=start + timedelta(days=days - 1),
        amount_cents=sum(line["cents"] for line in lines) if amount is None else amount,
        lines=lines,
    )


def line(label: str, cents: int) -> dict[str, Any]:
    return {"label": label, "cents": cents}


LABELS = ("Basic service charge", "Energy, 700 kWh", "Power cost adjustment", "Electricity excise tax", "Late charge")
lines = st.lists(st.builds(line, st.sampled_from(LABELS), st.integers(-50_000, 500_000)), max_size=6)
bills = st.one_of(
    st.builds(bill, st.integers(0, 300_000), st.integers(1, 95), lines),
    st.builds(bill, st.integers(0, 300_000), st.integers(1, 95), st.just([]), st.integers(-10_000, 900_000)),
)


@given(bills, bills)
def test_the_parts_sum_to_the_difference_to_the_cent(now: Bill, before: Bill) -> None:
    found = compare_bills(now, before)
    parts = found.days_cents + found.use_cents + found.rate_cents + found.fees_cents
    assert parts == found.difference_cents == now.amount_cents - before.amount_cents
    if now.lines and before.lines:
        assert sum(fee.cents for fee in found.fees) == found.fees_cents


def test_each_part_is_what_its_name_says() -> None:
    before = bill(600, 30, [line("Energy, 600 kWh", 6000), line("Basic service charge", 2000)])
    longer = bill(640, 32, [line("Energy, 640 kWh", 6400), line("Basic service charge", 2000)])
    more = bill(900, 30, [line("Energy, 900 kWh", 9000), line("Basic service charge", 2000)])
    dearer = bill(600, 30, [line("Energy, 600 kWh", 6600), line("Basic service charge", 2000)])
    late = bill(600, 30, [*before.lines, line("Late charge", 500)])
    assert parts(longer, before) == (400, 0, 0, 0)
    assert parts(more, before) == (0, 3000, 0, 0)
    assert parts(dearer, before) == (0, 0, 600, 0)
    assert parts(late, before) == (0, 0, 0, 500)
    assert [(fee.label, fee.cents) for fee in compare_bills(late, before).fees] == [("Late charge", 500)]


def parts(now: Bill, before: Bill) -> tuple[int, int, int, int]:
    found = compare_bills(now, before)
    return found.days_cents, found.use_cents, found.rate_cents, found.fees_cents
