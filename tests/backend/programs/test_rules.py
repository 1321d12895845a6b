"""The co-op's rules of the billing programs, each at its border."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from backend.billing.models import Bill
from backend.months import add_months
from backend.programs import rules
from backend.programs.rules import BUDGET, LEVELIZED, ProgramFacts


def bills(*amounts: int, kwh: int = 700) -> list[Bill]:
    """One a month, the newest of November 2026."""
    newest = date(2026, 11, 1)
    months = [add_months(newest, back - len(amounts) + 1) for back in range(len(amounts))]
    return [Bill(issued_on=on, amount_cents=cents, kwh=kwh) for on, cents in zip(months, amounts, strict=True)]


GOOD = ProgramFacts(
    residential=True,
    open=True,
    opened_on=date(2025, 11, 18),
    today=date(2026, 11, 18),
    due_cents=0,
    past_due_cents=0,
    missed=0,
    bills=bills(*[10_000] * 12),
)


@pytest.mark.parametrize(
    ("change", "budget", "levelized"),
    [
        ({}, [], []),
        ({"due_cents": 1}, [], ["balance"]),
        ({"due_cents": -2500}, [], []),
        ({"due_cents": 9000, "past_due_cents": 1}, ["past_due"], ["past_due"]),
        ({"residential": False}, ["not_residential"], []),
        ({"open": False}, ["closed"], ["closed"]),
        ({"opened_on": date(2025, 11, 19)}, [], ["history"]),
        ({"opened_on": None}, [], []),
        ({"bills": bills(*[10_000] * 11)}, ["history"], ["history"]),
        ({"bills": bills(*[10_000] * 12, kwh=16_666)}, [], []),
        ({"bills": bills(*[10_000] * 12, kwh=16_667)}, [], ["too_much_use"]),
    ],
)
def test_eligibility(change: dict, budget: list[str], levelized: list[str]) -> None:
    facts = replace(GOOD, **change)
    assert rules.find_ineligibility(BUDGET, facts) == budget
    assert rules.find_ineligibility(LEVELIZED, facts) == levelized


def test_exactly_the_limit_of_a_year_is_too_much() -> None:
    year = bills(*[10_000] * 12, kwh=16_666)
    year[-1].kwh = 200_000 - 11 * 16_666
    assert rules.find_ineligibility(LEVELIZED, replace(GOOD, bills=year)) == ["too_much_use"]


@pytest.mark.parametrize(
    ("amounts", "cents"),
    [([10_000] * 12, 10_000), ([10_049] * 12, 10_000), ([10_050] * 12, 10_100), ([99_999, *[10_000] * 12], 10_000)],
)
def test_a_budget_is_the_last_year_by_twelve_to_the_dollar(amounts: list[int], cents: int) -> None:
    assert rules.compute_budget(bills(*amounts)) == cents


def test_a_levelized_month_is_the_average_with_the_eleven_before() -> None:
    assert rules.compute_levelized(bills(99_999, *[10_000] * 11, 10_018)) == 10_002  # 1.5 cents above, rounded up


@pytest.mark.parametrize(
    ("program", "change", "reason"),
    [
        (BUDGET, {"missed": 1, "past_due_cents": 5000}, None),
        (BUDGET, {"missed": 2, "past_due_cents": 9000}, "missed_payments"),
        (LEVELIZED, {"missed": 1, "past_due_cents": 1}, "past_due"),
        (LEVELIZED, {"due_cents": 5000}, None),
    ],
)
def test_reasons_that_end_an_enrollment(program: str, change: dict, reason: str | None) -> None:
    assert rules.find_end_reason(program, replace(GOOD, **change)) == reason


def test_cost_under_the_program() -> None:
    year_before, year = [10_000] * 12, [20_000] * 12
    history = bills(*year_before, *year)  # December 2024 to November 2026
    budget, levelized = rules.estimate_past_cost(BUDGET, history), rules.estimate_past_cost(LEVELIZED, history)
    assert budget.actual_cents == levelized.actual_cents == tuple(year)
    # 100 dollars until April; in May five months of the new price are in the twelve before
    assert budget.monthly_cents == (10_000,) * 5 + (14_200,) * 7
    assert levelized.monthly_cents[0] == 10_833
    assert levelized.monthly_cents[-1] == 20_000
    assert budget.difference_cents == 5 * 10_000 + 7 * 14_200 - 240_000


def test_short_history_uses_the_months_there_are() -> None:
    found = rules.estimate_past_cost(LEVELIZED, bills(5_000, 7_000))
    assert found.monthly_cents == (5_000, 6_000)
    assert rules.estimate_past_cost(BUDGET, []).monthly_cents == ()
