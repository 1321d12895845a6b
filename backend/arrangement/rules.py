"""The rules by which plans are granted at once; the office decides all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MONTH = timedelta(days=30)


@dataclass(frozen=True)
class ArrangementRules:
    """A plan is granted if the oldest unpaid bill is at most `past_due_days` past due, no plan was broken in the last
    `months_without_default`, and all is paid in at most `max_parts` payments within `max_days`."""

    past_due_days: int
    months_without_default: int
    max_parts: int
    max_days: int


@dataclass(frozen=True)
class PlanPart:
    """One payment of a plan: cents, and the co-op's local day."""

    cents: int
    on: date


@dataclass(frozen=True)
class ArrangementFacts:
    """The facts that rules apply to. `due_on` is the oldest unpaid bill's. `levelized`: a plan would end levelized
    billing, which a person should explain. `notice`: the member mentions a disconnection."""

    today: date
    owed_cents: int
    due_on: date | None
    broken_on: date | None = None
    has_plan: bool = False
    levelized: bool = False
    notice: bool = False


def find_refusals(rules: ArrangementRules | None, parts: Sequence[PlanPart], facts: ArrangementFacts) -> list[str]:
    """Why the plan is not granted at once, in English for the office. Empty when it is granted."""
    if rules is None:
        return ["the office decides every arrangement"]
    today = facts.today
    late = (today - facts.due_on).days if facts.due_on else 0
    found = [
        (facts.notice, "the member speaks of a disconnection"),
        (sum(part.cents for part in parts) < facts.owed_cents, "the plan does not say how all of it is paid"),
        (late > rules.past_due_days, f"the oldest bill is {late} days past due"),
        (len(parts) > rules.max_parts, f"{len(parts)} payments"),
        (
            any(part.on > today + timedelta(days=rules.max_days) for part in parts),
            f"it goes on for more than {rules.max_days} days",
        ),
        (
            facts.broken_on is not None and facts.broken_on > today - rules.months_without_default * MONTH,
            f"an arrangement was broken on {facts.broken_on}",
        ),
        (facts.has_plan, "there is an arrangement already"),
        (facts.levelized, "the account is on levelized billing"),
    ]
    return [why for holds, why in found if holds]
