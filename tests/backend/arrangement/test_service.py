"""Granting by rule, keeping, and breaking, on each database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.arrangement import service as arrangements
from backend.arrangement.models import Arrangement
from backend.arrangement.next_part import (
    describe_next_part,
    describe_payment,
    describe_plan_due,
    find_next_cents,
)
from backend.arrangement.rules import ArrangementFacts, ArrangementRules, PlanPart, find_refusals
from backend.audit import service as audit
from backend.audit.models import AuditRow
from backend.billing import ledger
from backend.billing.ledger import LedgerLine
from backend.clock import ManualClock
from backend.language import format_day
from backend.payments.balances import get_balance
from backend.payments.models import ScheduledPayment
from backend.show import show
from tests.backend.household import TODAY, Household, add_bill, make_household

FRIDAY = TODAY + timedelta(days=2)
HALVES = [PlanPart(5620, TODAY), PlanPart(5620, FRIDAY)]
RULES = ArrangementRules(past_due_days=30, months_without_default=12, max_parts=3, max_days=30)
FACTS = ArrangementFacts(today=TODAY, owed_cents=11240, due_on=TODAY + timedelta(days=20))


async def why_not(backend: Backend, home: Household, parts: list[PlanPart], *, notice: bool = False) -> list[str]:
    async with backend.db.read_session() as session:
        return await arrangements.refusal_reasons(session, backend, home.account_id, parts, notice=notice)


async def grant(backend: Backend, home: Household, parts: list[PlanPart] = HALVES) -> Arrangement | None:
    async with backend.db.transaction() as session:
        return await arrangements.grant(session, backend, home.conversation_id, home.account_id, parts)


async def pay(backend: Backend, home: Household, cents: int, key: str) -> None:
    async with backend.db.transaction() as session:
        entries = [LedgerLine(ledger.CLEARING, cents), LedgerLine(ledger.RECEIVABLE, -cents)]
        await ledger.write_booking(session, key, entries, account_id=home.account_id, at=backend.clock.now())


@pytest.mark.parametrize(
    ("parts", "facts", "reason"),
    [
        (HALVES, FACTS, None),
        ([PlanPart(5620, TODAY)], FACTS, "does not say how all"),
        ([PlanPart(2810, TODAY)] * 4, FACTS, "4 payments"),
        ([PlanPart(11240, TODAY + timedelta(days=31))], FACTS, "more than 30 days"),
        (HALVES, ArrangementFacts(TODAY, 11240, TODAY - timedelta(days=31)), "31 days past due"),
        (HALVES, ArrangementFacts(TODAY, 11240, TODAY - timedelta(days=30)), None),
        (HALVES, ArrangementFacts(TODAY, 11240, TODAY, broken_on=TODAY - timedelta(days=100)), "was broken on"),
        (HALVES, ArrangementFacts(TODAY, 11240, TODAY, broken_on=TODAY - timedelta(days=400)), None),
        (HALVES, ArrangementFacts(TODAY, 11240, TODAY, has_plan=True), "already"),
        (HALVES, ArrangementFacts(TODAY, 11240, TODAY, levelized=True), "levelized"),
        (HALVES, ArrangementFacts(TODAY, 11240, TODAY, notice=True), "disconnection"),
    ],
)
def test_the_rules(parts: list[PlanPart], facts: ArrangementFacts, reason: str | None) -> None:
    found = find_refusals(RULES, parts, facts)
    assert (not found) if reason is None else (len(found) == 1 and reason in found[0])


def test_without_rules_the_office_decides() -> None:
    assert find_refusals(None, HALVES, FACTS) == ["the office decides every arrangement"]


async def test_granted_plan_is_stored_shown_and_audited(backend: Backend, home: Household) -> None:
    assert await why_not(backend, home, HALVES) == []
    made = await grant(backend, home)
    assert made is not None
    async with backend.db.read_session() as session:
        result = await show(session, backend, "99999-001")
        [row] = await session.scalars(select(AuditRow).where(AuditRow.act == "arrangement_granted"))
        assert await audit.verify(session) is None
    [shown] = result["arrangements"]
    assert (shown["number"], shown["status"], shown["owed_cents"]) == (made.number, "active", 11240)
    assert shown["parts"] == [{"cents": 5620, "on": "2026-11-18"}, {"cents": 5620, "on": "2026-11-20"}]
    assert row.after == {"number": made.number, "plan": "5620 on 2026-11-18, 5620 on 2026-11-20"}


async def test_one_plan_at_a_time(backend: Backend, home: Household) -> None:
    await grant(backend, home)
    assert await grant(backend, home) is None
    assert await why_not(backend, home, HALVES) == ["there is an arrangement already"]


async def next_part(backend: Backend, home: Household) -> list[str]:
    async with backend.db.read_session() as session:
        owed = await get_balance(session, backend, home.account_id)
        return await describe_next_part(session, backend, home.account_id, owed)


async def test_the_next_part_is_told_with_what_is_left_of_it(backend: Backend, home: Household) -> None:
    assert await next_part(backend, home) == []
    made = await grant(backend, home)
    assert made is not None
    number = f"You have a payment arrangement, number {made.number}: "
    assert await next_part(backend, home) == [f"{number}the next payment is $56.20, by Wednesday, November 18."]
    await pay(backend, home, 5620, "first")
    await pay(backend, home, 1000, "a part of the second")
    await add_bill(backend, home.account_id, 3000, TODAY + timedelta(days=21))  # not of the plan
    assert await next_part(backend, home) == [f"{number}the next payment is $46.20, by Friday, November 20."]
    await pay(backend, home, 4620, "the rest")
    assert await next_part(backend, home) == []


async def test_another_account_has_its_own(backend: Backend, home: Household) -> None:
    await grant(backend, home)
    other = await make_household(backend, number="88888")
    assert await why_not(backend, other, HALVES) == []


async def status(backend: Backend) -> str:
    async with backend.db.read_session() as session:
        return (await session.scalars(select(Arrangement))).one().status


async def test_a_day_that_passes_unpaid_breaks_it(backend: Backend, home: Household, clock: ManualClock) -> None:
    await grant(backend, home)
    assert await arrangements.review(backend, TODAY) == {"kept": 0, "broken": 0}
    clock.advance(days=1)
    assert await arrangements.review(backend, TODAY + timedelta(days=1)) == {"kept": 0, "broken": 1}
    assert await arrangements.review(backend, TODAY + timedelta(days=1)) == {"kept": 0, "broken": 0}
    assert await status(backend) == "broken"
    assert await why_not(backend, home, HALVES) == [f"an arrangement was broken on {TODAY + timedelta(days=1)}"]


async def test_plan_paid_on_time_is_completed(backend: Backend, home: Household) -> None:
    await grant(backend, home)
    await pay(backend, home, 5620, "first")
    assert await arrangements.review(backend, TODAY + timedelta(days=1)) == {"kept": 0, "broken": 0}
    await pay(backend, home, 5620, "second")
    assert await arrangements.review(backend, FRIDAY) == {"kept": 1, "broken": 0}


async def test_new_bill_is_not_part_of_the_plan(backend: Backend, home: Household) -> None:
    await grant(backend, home, [PlanPart(11240, FRIDAY)])
    await add_bill(backend, home.account_id, 9000, date(2026, 12, 30))  # issued on December 10
    await pay(backend, home, 11240, "all")
    assert await arrangements.review(backend, FRIDAY + timedelta(days=1)) == {"kept": 1, "broken": 0}


async def test_a_plan_that_holds_stands_for_the_due_date_of_its_bills(backend: Backend, home: Household) -> None:
    async def plan_due() -> str:
        async with backend.db.read_session() as session:
            owed = await get_balance(session, backend, home.account_id)
            return await describe_plan_due(session, backend, home.account_id, owed)

    assert await plan_due() == ""
    await grant(backend, home)
    told = await plan_due()
    assert told.startswith("The plan holds: $56.20 by Wednesday, November 18. Nothing is due")
    await add_bill(backend, home.account_id, 3000, TODAY + timedelta(days=21))
    assert (await plan_due()).endswith(f"Beyond it, $30.00 is due {format_day(TODAY + timedelta(days=21), TODAY)}.")


async def test_the_next_part_comes_first_and_a_payment_says_what_it_does_to_the_plan(
    backend: Backend, home: Household
) -> None:
    async def told(cents: int, on: date = TODAY) -> tuple[int, str]:
        async with backend.db.read_session() as session:
            owed = await get_balance(session, backend, home.account_id)
            words = await describe_payment(session, backend, home.account_id, owed, cents, on)
            return await find_next_cents(session, backend, home.account_id, owed), words

    assert await told(5620) == (0, "")
    await grant(backend, home)
    then = "After it, $56.20 is to be paid by Friday, November 20."
    assert await told(5620) == (5620, f"This pays the next part of your payment arrangement. {then}")
    assert "all that is left" in (await told(11240))[1]
    assert "not yet the whole next part of your payment arrangement: $36.20 more" in (await told(2000))[1]
    assert "$56.20 by Wednesday, November 18. This payment comes later" in (await told(11240, FRIDAY))[1]
    await pay(backend, home, 5620, "first")
    for day, left in ((FRIDAY + timedelta(days=1), 5620), (FRIDAY, 3620)):  # too late for the part, and in time
        await schedule(backend, home, 2000, day)
        assert (await told(1000))[0] == left


async def schedule(backend: Backend, home: Household, cents: int, day: date) -> None:
    async with backend.db.transaction() as session:
        session.add(
            ScheduledPayment(
                key=f"key-{day}", account_id=home.account_id, method_id=home.card_id, channel="portal",
                amount_cents=cents, fee_cents=0, run_on=day, status="scheduled", confirmation=f"S-{day:%d}",
                created_at=backend.clock.now(),
            )
        )  # fmt: skip
