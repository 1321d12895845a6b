"""Making the payments that were scheduled for a day. May be stopped anywhere and run again: each is made once."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import service as audit
from backend.billing.accounts import lock_account
from backend.billing.decisions import refresh_to_decide, report_held
from backend.jobs.runs import Item, run_side_by_side
from backend.language import tr, use_language
from backend.payments import prechecks, receipts
from backend.payments.balances import sum_pending
from backend.payments.models import Payment, PaymentMethod, ScheduledPayment
from backend.payments.outside_entries import total_received_since
from backend.payments.processing import SCHEDULED_KEY, SYSTEM, process_payment
from backend.providers.payments.base import PaymentProviderError

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)

DONE = "done"


async def run_scheduled(backend: Backend, on: date) -> int:
    """Make every payment scheduled for `on` (co-op's date) or before; returns how many there were.

    Exactly what was agreed to is paid, even when the bill has been paid in another way here: the member was warned of
    the scheduled payment then. What was paid elsewhere since, such as at the counter, where nobody warned of it, is
    left out, as far as it is not owed any more. When nothing is left, or the account is closed, or the method can no
    longer be used, the payment fails with a notice. Raises FiguresTooOld at its end, as run_autopay does, when payments
    were put off because of old figures.
    """

    held: set[int] = set()
    undecided: set[int] = set()

    async def find(accounts: Collection[int] | None) -> list[Item]:
        query = (
            select(ScheduledPayment.account_id, ScheduledPayment.id, ScheduledPayment.status)
            .where(ScheduledPayment.status.in_(("scheduled", "running")), ScheduledPayment.run_on <= on)
            .order_by(ScheduledPayment.run_on, ScheduledPayment.id)
        )
        if accounts is not None:
            query = query.where(ScheduledPayment.account_id.in_(accounts))
        async with backend.db.read_session() as session:
            rows = (await session.execute(query)).all()
        # one that is running has been decided, and may have been charged
        undecided.update(scheduled_id for _account_id, scheduled_id, status in rows if status == "scheduled")
        return [Item(account_id, scheduled_id) for account_id, scheduled_id, _status in rows]

    async def work(item: Item) -> list[str]:
        if item.id in undecided and not await refresh_to_decide(backend, item.account_id):
            held.add(item.account_id)
            return [DONE]
        try:
            async with backend.db.transaction() as session:
                started = await _begin_payment(session, backend, item.id)
            if started:
                await process_payment(backend, started[0], resumed=started[1], answering=False)
        except PaymentProviderError as error:
            logger.warning("scheduled payment %s is still unsettled: %r", item.id, error)
        return [DONE]

    counts = await run_side_by_side(backend, "scheduled payments", find, work)
    await report_held(backend, "scheduled-payments", held, on)
    return counts.total()


async def _begin_payment(session: AsyncSession, backend: Backend, scheduled_id: int) -> tuple[int, bool] | None:
    """The id of its payment and whether it was started before; None when there is nothing to process."""
    item = await session.get_one(ScheduledPayment, scheduled_id)
    account = await lock_account(session, item.account_id)
    await session.refresh(item)
    if item.status == "running" and item.payment_id:
        return item.payment_id, True
    if item.status != "scheduled":
        return None
    method = await session.get_one(PaymentMethod, item.method_id)
    amount_cents = await _amount_left(session, backend, item)

    def find_problem() -> str | None:
        paid = tr("it was paid elsewhere") if amount_cents <= 0 else None
        return prechecks.find_method_problem(account, method, backend.today()) or paid

    if reason := find_problem():
        with use_language(await receipts.language_for(session, item)):
            await receipts.notify_schedule_failed(session, backend, item, find_problem() or reason)
        item.status = "failed"
        await _record_act(session, backend, item, "scheduled_payment_failed", reason)
        return None
    payment = _build_payment(backend, item, amount_cents)
    session.add(payment)
    await session.flush()
    item.status, item.payment_id = "running", payment.id
    await _record_act(session, backend, item, "scheduled_payment_run", None)
    return payment.id, False


async def _amount_left(session: AsyncSession, backend: Backend, item: ScheduledPayment) -> int:
    """The cents to pay: as agreed, less what was paid elsewhere since and is not owed any more."""
    elsewhere = await total_received_since(session, item.account_id, item.created_at)
    if not elsewhere:
        return item.amount_cents
    owed = (await backend.billing.balance(session, item.account_id, backend.today())).amount_due_cents
    owed -= await sum_pending(session, item.account_id)
    return item.amount_cents - min(elsewhere, max(item.amount_cents - max(owed, 0), 0))


def _build_payment(backend: Backend, item: ScheduledPayment, amount_cents: int) -> Payment:
    now = backend.clock.now()
    return Payment(
        # from the schedule's own random key, not its id: the network outlives a database that starts again at 1
        key=f"{SCHEDULED_KEY}{item.key}",
        confirmation=item.confirmation,
        account_id=item.account_id,
        method_id=item.method_id,
        amount_cents=amount_cents,
        fee_cents=item.fee_cents,
        channel=item.channel,
        conversation_id=item.conversation_id,
        created_at=now,
        updated_at=now,
    )


async def _record_act(
    session: AsyncSession, backend: Backend, item: ScheduledPayment, act: str, reason: str | None
) -> None:
    await audit.record_job_act(
        session,
        backend,
        job=SYSTEM,
        act=act,
        account_id=item.account_id,
        before={"status": "scheduled"},
        after={"status": item.status, "confirmation": item.confirmation, "reason": reason},
    )
