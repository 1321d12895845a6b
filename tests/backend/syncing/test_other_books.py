"""Where another system keeps the books, payments.csv is history and changes nothing of what is owed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from backend.app import Backend
from backend.autopay.daily_run import run_autopay
from backend.billing.models import LedgerEntry
from backend.clock import ManualClock
from backend.payments.balances import get_balance
from backend.payments.past_payments import list_payments
from backend.payments.scheduled_runs import run_scheduled
from tests.backend.autopay.enrollments import add_autopay
from tests.backend.household import DUE_CENTS, TODAY, Household
from tests.backend.network import DirectNetwork
from tests.backend.payments.paying import quote_for, say_yes
from tests.backend.providers.billing.elsewhere import NUMBER, move_books
from tests.backend.syncing.feeds import PAYMENTS, count, take

PAID = "P-1,99999-001,payment,2026-11-18,112.40,counter,,\n"
FEE = "P-2,99999-001,fee,2026-11-18,30.00,,,\n"


async def test_it_is_shown_and_the_figures_stay_theirs(backend: Backend, home: Household, tmp_path: Path) -> None:
    await move_books(backend, cents=DUE_CENTS)
    booked = await count(backend, LedgerEntry)
    outcome = await take(backend, tmp_path, payments=PAYMENTS + PAID + FEE)
    assert outcome.counts["history"] == 2
    assert "what is owed comes from the billing system" in "\n".join(outcome.lines())
    await backend.billing.refresh(backend.db, home.account_id)
    async with backend.db.read_session() as session:
        balance = await get_balance(session, backend, home.account_id)
        [shown] = await list_payments(session, home.account_id)
    assert (balance.amount_due_cents, balance.last_payment_cents) == (DUE_CENTS, DUE_CENTS)
    assert (shown.confirmation, shown.status) == ("P-1", "posted")
    assert await count(backend, LedgerEntry) == booked


async def test_a_fee_of_theirs_takes_nothing_off_what_auto_pay_drafts(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock, tmp_path: Path
) -> None:
    system = await move_books(backend, cents=DUE_CENTS, due_on=TODAY + timedelta(days=20))
    await add_autopay(backend, home)
    await take(backend, tmp_path, payments=PAYMENTS + FEE)
    clock.advance(days=20)
    system.owe(NUMBER, DUE_CENTS, due_on=backend.today())
    assert await run_autopay(backend, backend.today()) == {"posted": 1}
    assert network.taken_cents() == DUE_CENTS


async def test_a_scheduled_payment_is_not_made_when_both_say_that_it_was_paid(
    backend: Backend, home: Household, network: DirectNetwork, clock: ManualClock, tmp_path: Path
) -> None:
    system = await move_books(backend, cents=DUE_CENTS)
    await backend.billing.refresh(backend.db, home.account_id)
    await say_yes(backend, await quote_for(backend, home, pay_on=TODAY + timedelta(days=5)))
    clock.advance(hours=2)
    system.owe(NUMBER, 0)
    await take(backend, tmp_path, payments=PAYMENTS + PAID)
    clock.advance(days=5)
    await run_scheduled(backend, backend.today())
    assert network.taken_cents() == 0
