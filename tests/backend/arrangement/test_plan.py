"""A plan over several messages: what is missing, and what a correction changes."""

from __future__ import annotations

from datetime import date

import pytest

from backend.arrangement.plan import apply_answer, apply_correction, build_plan
from backend.reading.money.payment_plan import RequestedPlan, parse_payment_plan

TODAY = date(2026, 11, 18)  # a Wednesday
ASKED = {"amount": "amount", "each": "amount", "day": "date", "start": "date", "rest": "date", None: "change"}
Plan = tuple[list[tuple[int, str]], str | None]


def talk(*messages: str, owed: int = 11240) -> Plan:
    """What the messages come to, each the answer to what was missing, or a correction where nothing was."""
    requested = RequestedPlan()
    for words in messages:
        plan = build_plan(requested, owed)
        new = parse_payment_plan(words, TODAY, ASKED.get(plan.missing_field))
        if requested.is_empty:
            requested = new
        elif plan.missing_field:
            requested = apply_answer(requested, new, plan.missing_field, plan.missing_index, owed)
        else:
            requested = apply_correction(requested, new, owed, None, TODAY)
    plan = build_plan(requested, owed)
    return [(part.cents, f"{part.on:%m-%d}") for part in plan.parts], plan.missing_field


@pytest.mark.parametrize(
    ("messages", "plan"),
    [
        (("50",), ([], "day")),
        (("50", "friday"), ([(5000, "11-20")], "rest")),
        (("50", "friday", "in two weeks"), ([(5000, "11-20"), (6240, "12-02")], None)),
        (("40", "friday", "40 every two weeks"), ([(4000, "11-20"), (4000, "12-04"), (3240, "12-18")], None)),
        (
            ("40", "friday", "half on the 1st and half on the 15th"),
            ([(4000, "11-20"), (3620, "12-01"), (3620, "12-15")], None),
        ),
        (("three equal parts",), ([], "start")),
        (("three equal parts", "friday"), ([], "every")),
        (("three equal parts", "friday", "every week"), ([(3747, "11-20"), (3747, "11-27"), (3746, "12-04")], None)),
        (("nothing until the 1st",), ([], "amount")),
        (("nothing until the 1st", "60", "rest on the 15th"), ([(6000, "12-01"), (5240, "12-15")], None)),
        (("nothing yet",), ([], "day")),
        (("nothing yet", "the 1st", "all of it"), ([(11240, "12-01")], None)),
        (("i get paid on friday", "half", "the other half the 4th"), ([(5620, "11-20"), (5620, "12-04")], None)),
        (("monthly payments",), ([], "each")),
        (("500 today",), ([(11240, "11-18")], None)),
    ],
)
def test_missing_parts_are_asked(messages: tuple[str, ...], plan: Plan) -> None:
    assert talk(*messages) == plan


HALVES = "half today and half friday"


@pytest.mark.parametrize(
    ("messages", "plan"),
    [
        ((HALVES, "no make it 60 today"), [(6000, "11-18"), (5240, "11-20")]),
        ((HALVES, "not friday, saturday"), [(5620, "11-18"), (5620, "11-21")]),
        ((HALVES, "the 12th instead"), [(5620, "11-18"), (5620, "12-12")]),
        ((HALVES, "50 every friday"), [(5000, "11-20"), (5000, "11-27"), (1240, "12-04")]),
        (("50 every friday", "monday instead"), [(5000, "11-23"), (5000, "11-30"), (1240, "12-07")]),
        (("50 every friday", "make it 60"), [(6000, "11-20"), (5240, "11-27")]),
        (("till the 10th", "the 12th"), [(11240, "12-12")]),
        (("100 now and the rest on the 5th", "half today and half on the 5th"), [(5620, "11-18"), (5620, "12-05")]),
    ],
)
def test_corrections(messages: tuple[str, ...], plan: list[tuple[int, str]]) -> None:
    assert talk(*messages) == (plan, None)


@pytest.mark.parametrize(
    "words", ["half today and half friday", "three equal parts starting friday every week", "7 a week from friday"]
)
@pytest.mark.parametrize("owed", [1, 2, 99, 11240, 11241, 18615])
def test_complete_plan_pays_exactly_the_amount_owed(words: str, owed: int) -> None:
    plan = build_plan(parse_payment_plan(words, TODAY), owed)
    assert sum(part.cents for part in plan.parts) + plan.remaining_cents == owed
    assert all(part.cents > 0 for part in plan.parts)
