"""How far an arrangement is paid, to the cent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from backend.arrangement.progress import divide_among_parts
from backend.arrangement.rules import PlanPart

TODAY = date(2026, 12, 1)
PARTS = [PlanPart(5000, TODAY), PlanPart(6240, TODAY + timedelta(days=14))]


@pytest.mark.parametrize(
    ("owed", "pending", "paid", "left", "missing"),
    [
        (11240, 0, 0, 11240, [5000, 6240]),
        (8240, 0, 3000, 8240, [2000, 6240]),
        (6240, 0, 5000, 6240, [0, 6240]),
        (11240, 5000, 0, 6240, [0, 6240]),
        (8240, 10000, 3000, 0, [0, 0]),
        (0, 0, 11240, 0, [0, 0]),
        (-500, 0, 11240, 0, [0, 0]),
        (15000, 0, 0, 11240, [5000, 6240]),
    ],
    ids=["nothing", "a part of it", "first part", "on its way", "more than owed", "all", "credit", "owes more by now"],
)
def test_payments_fill_the_parts_in_their_order(
    owed: int, pending: int, paid: int, left: int, missing: list[int]
) -> None:
    found = divide_among_parts("K7M-4Q2", PARTS, 11240, owed, pending, TODAY)
    assert (found.total_cents, found.paid_cents, found.left_cents) == (11240, paid, left)
    assert found.paid_cents + found.pending_cents + found.left_cents == found.total_cents
    assert [each.missing_cents for each in found.parts] == missing


def test_a_part_is_late_from_the_day_after() -> None:
    on_the_day = divide_among_parts("K7M-4Q2", PARTS, 11240, 11240, 0, TODAY)
    assert on_the_day.next_part is not None
    assert (on_the_day.next_part.part, on_the_day.is_late) == (PARTS[0], False)
    assert divide_among_parts("K7M-4Q2", PARTS, 11240, 11240, 0, TODAY + timedelta(days=1)).is_late
    assert not divide_among_parts("K7M-4Q2", PARTS, 11240, 6240, 0, TODAY + timedelta(days=1)).is_late
    assert divide_among_parts("K7M-4Q2", PARTS, 11240, 0, 0, TODAY).next_part is None


def test_parts_that_add_up_to_more_than_was_owed_count_nothing_as_paid() -> None:
    """10.00 came in while the plan was agreed: nobody paid them for the plan, and nobody owes them."""
    begun = divide_among_parts("K7M-4Q2", PARTS, 10240, 10240, 0, TODAY)
    assert (begun.total_cents, begun.paid_cents, begun.left_cents) == (10240, 0, 10240)
    assert sum(each.missing_cents for each in begun.parts) == begun.left_cents
    after = divide_among_parts("K7M-4Q2", PARTS, 10240, 6240, 0, TODAY)
    assert (after.paid_cents, after.left_cents) == (4000, 6240)
