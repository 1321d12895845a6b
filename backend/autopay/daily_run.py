"""The daily run: drafts the bills due on a day, for Auto Pay and legacy drafts, each bill once.

`on` is the co-op's local date. A run may be stopped anywhere, run again, and run twice at once. The transaction that
starts a bill's payment also claims the bill by a row in `automatic_drafts`, unique over both kinds. The payment is then
processed like every other.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.audit import service as audit
from backend.autopay import notices, rules
from backend.autopay.models import SYSTEM, AutomaticDraft, AutoPay, LegacyDraft
from backend.autopay.open_bills import drafts_by_bill, list_open_bills
from backend.autopay.pending_changes import accounts_with_due_changes, apply_changes
from backend.autopay.schedule import CATCH_UP, find_active, is_due_on, last_run_day
from backend.billing.accounts import lock_account
from backend.billing.decisions import refresh_to_decide, report_held
from backend.billing.models import Account, Bill
from backend.jobs.runs import Item, run_side_by_side
from backend.payments import prechecks
from backend.payments.bank_returns import collect_returns
from backend.payments.models import PENDING_STATUSES, Payment, PaymentMethod
from backend.payments.processing import ChargeOrder, build_order, process_payment
from backend.providers.payments.base import PaymentProviderError

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)


async def run_autopay(backend: Backend, on: date) -> dict[str, int]:
    """Draft what is due on `on` (co-op's date) and what is to be tried again; returns a count for each final status.

    What fails for one account is logged, and must not hold up the others. Raises FiguresTooOld at its end when another
    billing system has not said for a day what some accounts owe: these are left out and the office is told.
    """
    try:
        await collect_returns(backend)  # first, so that the retries know of them
    except PaymentProviderError as error:
        logger.warning("the bank returns could not be read: %r", error)
    except Exception:
        logger.exception("a bank return could not be booked")
    not_changed = await _apply_pending_changes(backend, on)

    held: set[int] = set()

    async def may_decide(account_id: int) -> bool:
        if await refresh_to_decide(backend, account_id):
            return True
        held.add(account_id)
        return False

    async def draft(item: Item) -> list[str]:
        if not await may_decide(item.account_id):
            return []
        async with backend.db.transaction() as session:
            started = await _draft_due_bills(session, backend, item.account_id, on)
        return [await _process_payment(backend, order.payment_id, order) for order in started]

    async def resume(item: Item) -> list[str]:
        return [await _process_payment(backend, item.id, None)]

    async def retry(item: Item) -> list[str]:
        if not await may_decide(item.account_id):
            return []
        async with backend.db.transaction() as session:
            again = await _start_retry(session, backend, item.id, on)
        return [await _process_payment(backend, again.payment_id, again)] if again else []

    async def find_due(accounts: Collection[int] | None) -> list[Item]:
        # the old terms of an account must not run after the member changed them
        due = await _accounts_due(backend, on, accounts)
        return [Item(account_id, account_id) for account_id in due if account_id not in not_changed]

    counts = await run_side_by_side(backend, "unfinished drafts", partial(_unfinished, backend), resume)
    counts += await run_side_by_side(backend, "drafts", find_due, draft)
    counts += await run_side_by_side(backend, "retries", partial(_drafts_to_retry, backend, on), retry)
    await report_held(backend, "autopay", held, on)
    return dict(counts)


async def _apply_pending_changes(backend: Backend, on: date) -> set[int]:
    """Put due changes into force; returns the accounts where that failed."""
    failed: set[int] = set()

    async def find(accounts: Collection[int] | None) -> list[Item]:
        due = await accounts_with_due_changes(backend, on)
        return [Item(each, each) for each in due if accounts is None or each in accounts]

    async def change(item: Item) -> list[str]:
        try:
            async with backend.db.transaction() as session:
                await apply_changes(session, backend, item.account_id, on)
            return []
        except Exception:
            failed.add(item.account_id)
            raise

    await run_side_by_side(backend, "changes of drafts", find, change)
    return failed


async def _unfinished(backend: Backend, accounts: Collection[int] | None) -> list[Item]:
    """Payments that an earlier run started and did not finish."""
    query = (
        select(Payment.account_id, Payment.id)
        .join(AutomaticDraft, AutomaticDraft.payment_id == Payment.id)
        .where(Payment.status.in_(PENDING_STATUSES))
        .order_by(Payment.id)
    )
    if accounts is not None:
        query = query.where(Payment.account_id.in_(accounts))
    async with backend.db.read_session() as session:
        return [Item(*row) for row in await session.execute(query)]


async def _process_payment(backend: Backend, payment_id: int, order: ChargeOrder | None) -> str:
    """Process the payment; returns its status, or `unsettled`. One that fails must not hold up the others.

    `order`: it was started just now. None: by an earlier run, and the network may know it.
    """
    try:
        return await process_payment(backend, payment_id, resumed=order is None, answering=False, order=order)
    except PaymentProviderError as error:
        logger.warning("drafted payment %s is still unsettled: %r", payment_id, error)
    except Exception:
        logger.exception("drafted payment %s could not be settled", payment_id)
    async with backend.db.read_session() as session:
        status = (await session.get_one(Payment, payment_id)).status
    return "unsettled" if status in PENDING_STATUSES else status


async def _accounts_due(backend: Backend, on: date, accounts: Collection[int] | None) -> list[int]:
    """Accounts that may have something to draft on that day; each is checked again under its lock."""
    days = [day for day in range(1, 32) if last_run_day(day, on) >= on - CATCH_UP]
    window = (Bill.due_on <= on, Bill.due_on >= on - CATCH_UP)
    untouched = ~select(AutomaticDraft.id).where(AutomaticDraft.bill_id == Bill.id).exists()
    of_account = select(Bill.id).where(Bill.account_id == AutoPay.account_id, Bill.issued_on <= on, untouched)
    by_day = select(AutoPay.account_id).where(AutoPay.active, AutoPay.day_of_month.in_(days), of_account.exists())
    by_due = [
        select(model.account_id).join(Bill, Bill.account_id == model.account_id).where(*active, *window, untouched)
        for model, active in (
            (AutoPay, (AutoPay.active, AutoPay.day_of_month.is_(None))),
            (LegacyDraft, (LegacyDraft.active,)),
        )
    ]
    async with backend.db.read_session() as session:
        found: set[int] = set()
        for query in (by_day, *by_due):
            column = query.selected_columns[0]
            found |= set(await session.scalars(query if accounts is None else query.where(column.in_(accounts))))
    return sorted(found)


async def _draft_due_bills(session: AsyncSession, backend: Backend, account_id: int, on: date) -> list[ChargeOrder]:
    """Claim each due bill of the account and start its payment; returns what the network is to be asked for."""
    account = await lock_account(session, account_id)
    source = await find_active(session, account_id)
    if source is None:
        return []
    drafted = await drafts_by_bill(session, account_id)
    started: list[ChargeOrder] = []
    for bill, open_cents in await list_open_bills(session, backend, account_id, on):
        due = is_due_on(source.day_of_month, source.starts_on, bill.issued_on, bill.due_on, on)
        if not due or bill.id in drafted:
            continue
        draft = AutomaticDraft(
            key=secrets.token_hex(16),
            bill_id=bill.id,
            account_id=account_id,
            kind=source.kind,
            method_id=source.method_id,
            amount_cents=open_cents,
            run_on=on,
            tried_on=on,
            attempts=0,
            created_at=backend.clock.now(),
        )
        if order := await _start(session, backend, account, draft, on):
            started.append(order)
    return started


async def _start(
    session: AsyncSession, backend: Backend, account: Account, draft: AutomaticDraft, on: date
) -> ChargeOrder | None:
    """The next try at a draft; None, with a notice to the member, when the method cannot be charged.

    Each try is a payment of its own: one that was declined never moves again. A new draft is written here; this claims
    its bill, since the column is unique.
    """
    method = await session.get_one(PaymentMethod, draft.method_id)
    draft.tried_on, draft.retry_on = on, None
    if reason := prechecks.find_method_problem(account, method, on):
        draft.status = "failed"
        session.add(draft)
        await session.flush()
        await notices.notify_not_possible(session, backend, draft, on)
        await _record_draft(session, backend, draft, f"{draft.kind}_not_possible", {"reason": reason})
        return None
    now = backend.clock.now()
    payment = Payment(
        # random, not made of ids: the network still has the keys of a database that was created again
        key=f"auto:{draft.key}:{secrets.token_hex(4)}",
        confirmation=await confirmation_numbers.new_number(session),
        account_id=draft.account_id,
        method_id=draft.method_id,
        amount_cents=draft.amount_cents,
        fee_cents=backend.coop.fee_cents(method.kind),
        channel=draft.kind,
        created_at=now,
        updated_at=now,
    )
    session.add(payment)
    await session.flush()
    draft.status, draft.attempts, draft.payment_id = "running", draft.attempts + 1, payment.id
    session.add(draft)
    await session.flush()
    await _record_draft(session, backend, draft, f"{draft.kind}_run", {"confirmation": payment.confirmation})
    return await build_order(session, backend, payment, method)


async def _drafts_to_retry(backend: Backend, on: date, accounts: Collection[int] | None) -> list[Item]:
    query = (
        select(AutomaticDraft.account_id, AutomaticDraft.id)
        .where(AutomaticDraft.status == "retry", AutomaticDraft.retry_on <= on)
        .order_by(AutomaticDraft.id)
    )
    if accounts is not None:
        query = query.where(AutomaticDraft.account_id.in_(accounts))
    async with backend.db.read_session() as session:
        return [Item(*row) for row in await session.execute(query)]


async def _start_retry(session: AsyncSession, backend: Backend, draft_id: int, on: date) -> ChargeOrder | None:
    """Start the next try of a failed draft, for what is still open of its bill, with the method that is set now."""
    draft = await session.get_one(AutomaticDraft, draft_id)
    account = await lock_account(session, draft.account_id)
    await session.refresh(draft)
    if draft.status != "retry" or draft.retry_on is None or draft.retry_on > on:
        return None
    source = await find_active(session, draft.account_id)
    owed = {bill.id: cents for bill, cents in await list_open_bills(session, backend, draft.account_id, on)}
    left = min(draft.amount_cents, owed.get(draft.bill_id, 0))
    too_late = on - draft.run_on > rules.RETRY_WITHIN or draft.attempts >= rules.MAX_ATTEMPTS
    if source is None or left <= 0 or too_late:
        draft.status, draft.retry_on = "covered" if left <= 0 else "failed", None
        await _record_draft(session, backend, draft, f"{draft.kind}_not_retried", {"left_cents": left})
        return None
    draft.amount_cents, draft.method_id = left, source.method_id
    return await _start(session, backend, account, draft, on)


async def _record_draft(
    session: AsyncSession, backend: Backend, draft: AutomaticDraft, act: str, more: dict[str, object]
) -> None:
    await audit.record_job_act(
        session,
        backend,
        job=SYSTEM,
        act=act,
        account_id=draft.account_id,
        after={"bill_id": draft.bill_id, "status": draft.status, "amount_cents": draft.amount_cents, **more},
    )
