"""The co-op's rules of budget and levelized billing, and their monthly amounts. No I/O; amounts are cents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from backend.billing.models import Bill
from backend.language import mark
from backend.money import share_of

BUDGET, LEVELIZED = "budget", "levelized"
PROGRAMS = (BUDGET, LEVELIZED)
PROGRAM_NAMES = {BUDGET: mark("Budget billing"), LEVELIZED: mark("Levelized billing")}
"""As members read them."""
MONTHS = 12
LEVELIZED_MAX_KWH = 200_000  # a year; the limit itself is too much
RECALCULATION_MONTH = 5  # May
MISSED_PAYMENTS_LIMIT = 2
DOLLAR = 100
UNEVEN_PERCENT = 25


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """What the rules look at. `bills` are all of the account's, the oldest first; `missed` those past due, unpaid."""

    residential: bool
    open: bool
    opened_on: date | None
    today: date
    due_cents: int
    past_due_cents: int
    missed: int
    bills: Sequence[Bill]

    @property
    def last_year(self) -> Sequence[Bill]:
        return self.bills[-MONTHS:]


@dataclass(frozen=True, slots=True)
class ProgramCost:
    """What a program would have charged in the months of the last twelve bills, and what those bills were."""

    monthly_cents: tuple[int, ...]
    actual_cents: tuple[int, ...]

    @property
    def total_cents(self) -> int:
        return sum(self.monthly_cents)

    @property
    def difference_cents(self) -> int:
        """How much more it would have charged than the bills; the account is settled by the difference."""
        return self.total_cents - sum(self.actual_cents)


def find_ineligibility(program: str, facts: ProgramFacts) -> list[str]:
    """The reasons against enrolling, the most important first; empty when eligible."""
    common = {"closed": not facts.open, "past_due": facts.past_due_cents > 0}
    if program == BUDGET:
        checks = {"not_residential": not facts.residential, **common, "history": len(facts.bills) < MONTHS}
    else:
        checks = {
            **common,
            "history": not _has_year_of_service(facts) or len(facts.bills) < MONTHS,
            "too_much_use": sum(bill.kwh for bill in facts.last_year) >= LEVELIZED_MAX_KWH,
            "balance": facts.past_due_cents <= 0 and facts.due_cents > 0,
        }
    return [reason for reason, holds in checks.items() if holds]


def find_end_reason(program: str, facts: ProgramFacts) -> str | None:
    """Why the rules end an enrollment, or None while they do not."""
    if program == LEVELIZED:
        return "past_due" if facts.past_due_cents > 0 else None
    return "missed_payments" if facts.missed >= MISSED_PAYMENTS_LIMIT else None


def is_recalculation_due(figured_on: date, on: date) -> bool:
    """Whether a budget is to be recalculated on this day: once each May."""
    return on.month == RECALCULATION_MONTH and (figured_on.year, figured_on.month) != (on.year, on.month)


def compute_budget(bills: Sequence[Bill]) -> int:
    """A month's amount: the last twelve bills by twelve, rounded to the dollar (half a dollar up)."""
    year = bills[-MONTHS:]
    total = sum(bill.amount_cents for bill in year)
    return share_of(total, 1, max(len(year), 1) * DOLLAR) * DOLLAR


def compute_levelized(bills: Sequence[Bill]) -> int:
    """The average of the newest bill and the eleven before it, to the cent (half a cent up)."""
    year = bills[-MONTHS:]
    return share_of(sum(bill.amount_cents for bill in year), 1, max(len(year), 1))


def compute_amount(program: str, bills: Sequence[Bill]) -> int:
    """What the program would charge for the month of the newest of these bills."""
    return compute_budget(bills) if program == BUDGET else compute_levelized(bills)


def estimate_past_cost(program: str, bills: Sequence[Bill]) -> ProgramCost:
    """The last twelve bills under the program, as if it had begun with the first of them.

    A month with fewer than twelve bills before it is computed from the bills there are.
    """
    first = max(len(bills) - MONTHS, 0)
    asked: list[int] = []
    budget = compute_budget(bills[:first] or bills)
    for place in range(first, len(bills)):
        if bills[place].issued_on.month == RECALCULATION_MONTH and place:
            budget = compute_budget(bills[:place])
        asked.append(budget if program == BUDGET else compute_levelized(bills[: place + 1]))
    return ProgramCost(tuple(asked), tuple(bill.amount_cents for bill in bills[first:]))


def swings(cost: ProgramCost) -> tuple[int, int]:
    """Cents by which the highest bill was above what the program asked that month, and the lowest below it."""
    differences = [actual - asked for actual, asked in zip(cost.actual_cents, cost.monthly_cents, strict=True)]
    return max(0, *differences), max(0, *(-each for each in differences))


def is_uneven(cost: ProgramCost) -> bool:
    """Whether the bills go up and down so much that evening them out is felt: by UNEVEN_PERCENT of their average."""
    total = sum(cost.actual_cents)
    spread = max(cost.actual_cents, default=0) - min(cost.actual_cents, default=0)
    return total > 0 and spread * 100 * len(cost.actual_cents) >= UNEVEN_PERCENT * total


def _has_year_of_service(facts: ProgramFacts) -> bool:
    """Twelve months at the address; where the opening date is not on file, twelve bills stand for them."""
    if facts.opened_on is None:
        return len(facts.bills) >= MONTHS
    months = (facts.today.year - facts.opened_on.year) * 12 + facts.today.month - facts.opened_on.month
    return months - (facts.today.day < facts.opened_on.day) >= MONTHS
