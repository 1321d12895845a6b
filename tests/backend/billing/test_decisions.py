"""Jobs decide by another system's figures only while these are not older than a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.app import Backend
from backend.arrangement import service as arrangements
from backend.arrangement.models import Arrangement
from backend.arrangement.rules import PlanPart
from backend.audit.models import AuditRow
from backend.autopay.daily_run import run_autopay
from backend.billing.decisions import FiguresTooOld
from backend.clock import ManualClock
from backend.jobs.service import JOBS
from backend.outbox.models import OutboxMessage
from backend.payments.scheduled_runs import run_scheduled
from backend.providers.billing.system import SystemUnavailable
from bot.workers.clock import JobScheduler
from tests.backend.autopay.enrollments import add_autopay
from tests.backend.household import TODAY, Household, add_bill, make_household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import ON, payments, schedule, statuses
from tests.backend.providers.billing.elsewhere import NUMBER, move_books
from tests.standins.billing_system import BillingSystemStandIn

DUE = TODAY + timedelta(days=2)


@pytest.fixture
async def home(backend: Backend) -> Household:
    """Ruth, whose bill of $84.20 is paid by Auto Pay on its due date."""
    home = await make_household(backend, due_cents=0)
    await add_bill(backend, home.account_id, 8420, DUE)
    await add_autopay(backend, home)
    return home


@pytest.fixture
async def system(backend: Backend, home: Household) -> BillingSystemStandIn:
    """The other system, which has been heard once."""
    made = await move_books(backend, due_on=DUE)
    await backend.billing.refresh(backend.db, home.account_id)
    return made


async def letters(backend: Backend) -> list[OutboxMessage]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(OutboxMessage).where(OutboxMessage.purpose == "office")))


async def acts(backend: Backend) -> list[str]:
    async with backend.db.read_session() as session:
        return list(await session.scalars(select(AuditRow.act).order_by(AuditRow.id)))


async def test_auto_pay_drafts_what_the_other_system_says_now(
    backend: Backend, home: Household, system: BillingSystemStandIn, clock: ManualClock, network: DirectNetwork
) -> None:
    system.owe(NUMBER, 5000, due_on=DUE)  # a part was paid at the counter meanwhile
    clock.advance(days=2)
    assert await run_autopay(backend, DUE) == {"posted": 1}
    assert network.taken_cents() == 5000


async def test_auto_pay_takes_nothing_for_a_bill_paid_at_the_counter(
    backend: Backend, home: Household, system: BillingSystemStandIn, clock: ManualClock, network: DirectNetwork
) -> None:
    system.owe(NUMBER, 0)
    clock.advance(days=2)
    assert await run_autopay(backend, DUE) == {}
    assert network.taken_cents() == 0


async def test_auto_pay_goes_by_figures_of_today_when_the_system_is_away(
    backend: Backend, home: Household, system: BillingSystemStandIn, clock: ManualClock, network: DirectNetwork
) -> None:
    clock.advance(days=1, hours=20)
    await backend.billing.refresh(backend.db, home.account_id)
    system.trouble = SystemUnavailable()
    clock.advance(hours=10)
    assert await run_autopay(backend, DUE) == {"posted": 1}


async def test_auto_pay_holds_by_older_ones_and_the_office_is_told_once(
    backend: Backend, home: Household, system: BillingSystemStandIn, clock: ManualClock, network: DirectNetwork
) -> None:
    system.trouble = SystemUnavailable()
    clock.advance(days=2)
    for _ in range(2):
        with pytest.raises(FiguresTooOld):
            await run_autopay(backend, DUE)
        clock.advance(minutes=15)
    assert network.taken_cents() == 0
    [letter] = await letters(backend)
    assert (letter.kind, letter.recipient) == ("email", backend.coop.email)
    assert NUMBER in letter.body
    assert await acts(backend) == ["autopay_held"]
    system.trouble = None
    assert await run_autopay(backend, DUE) == {"posted": 1}
    assert network.taken_cents() == 8420


async def test_the_clock_runs_a_held_job_again_until_the_system_answers(
    backend: Backend, home: Household, system: BillingSystemStandIn, clock: ManualClock, network: DirectNetwork
) -> None:
    system.trouble = SystemUnavailable()
    clock.advance(days=2)
    scheduler = JobScheduler(backend)
    assert not await scheduler.run_if_due("autopay")
    system.trouble = None
    clock.advance(seconds=JOBS["autopay"].schedule.lease.total_seconds() + 1)
    assert await scheduler.run_if_due("autopay")
    assert network.taken_cents() == 8420


async def test_a_scheduled_payment_waits_for_figures_too(
    backend: Backend, home: Household, system: BillingSystemStandIn, clock: ManualClock, network: DirectNetwork
) -> None:
    await schedule(backend, home)
    system.trouble = SystemUnavailable()
    clock.advance(days=3)
    with pytest.raises(FiguresTooOld):
        await run_scheduled(backend, ON)
    assert (await statuses(backend), network.taken_cents()) == (["scheduled"], 0)
    system.trouble = None
    clock.advance(minutes=15)
    await run_scheduled(backend, ON)
    assert await statuses(backend) == ["done"]
    assert [payment.status for payment in await payments(backend)] == ["posted"]


async def test_a_plan_is_not_broken_by_old_figures(
    backend: Backend, home: Household, system: BillingSystemStandIn, clock: ManualClock
) -> None:
    parts = [PlanPart(4210, TODAY), PlanPart(4210, DUE)]
    async with backend.db.transaction() as session:
        await arrangements.grant(session, backend, home.conversation_id, home.account_id, parts)
    system.trouble = SystemUnavailable()
    clock.advance(days=2)
    assert await arrangements.review(backend, DUE) == {"kept": 0, "broken": 0}
    system.trouble = None
    system.owe(NUMBER, 4210, due_on=DUE)
    clock.advance(minutes=2)
    assert await arrangements.review(backend, DUE) == {"kept": 0, "broken": 0}
    system.owe(NUMBER, 0)
    clock.advance(minutes=2)
    assert await arrangements.review(backend, DUE) == {"kept": 1, "broken": 0}
    async with backend.db.read_session() as session:
        assert await session.scalar(select(Arrangement.status)) == "kept"
