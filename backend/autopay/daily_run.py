"""The daily run: drafts the bills due on a day, for Auto Pay and legacy drafts, each bill once.

`on` is the co-op's local date. A run may be stopped anywhere, run again, and run twice at once. The transaction that
starts a bill's payment also claims the bill by a row in `automatic_drafts`, unique over both kinds. The payment is then
processed like every other.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from datetime import date
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
from backend.payments import prechecks
from backend.payments.bank_returns import collect_returns
from backend.payments.models import PENDING_STATUSES, Payment, PaymentMethod
from backend.payments.processing import process_payment
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
    counts: Counter[str] = Counter()
    for payment_id in await _unfinished(backend):
        counts[await _process_payment(backend, payment_id, resumed=True)] += 1
    held: set[int] = set()
    for account_id in await _accounts_due(backend, on):
        if account_id in not_changed:
            continue  # its old terms must not run after the member changed them
        if not await refresh_to_decide(backend, account_id):
            held.add(account_id)
            continue
        for payment_id in await _try_account(backend, account_id, on):
            counts[await _process_payment(backend, payment_id, resumed=False)] += 1
    for draft_id, account_id in await _drafts_to_retry(backend, on):
        if not await refresh_to_decide(backend, account_id):
            held.add(account_id)
            continue
        for payment_id in await _try_draft_again(backend, draft_id, on):
            counts[await _process_payment(backend, payment_id, resumed=False)] += 1
    await report_held(backend, "autopay", held, on)
    return dict(counts)


async def _apply_pending_changes(backend: Backend, on: date) -> set[int]:
    """Put due changes into force; returns the accounts where that failed."""
    failed: set[int] = set()
    for account_id in await accounts_with_due_changes(backend, on):
        try:
            async with backend.db.transaction() as session:
                await apply_changes(session, backend, account_id, on)
        except Exception:
            logger.exception("the change of account %s could not be made", account_id)
            failed.add(account_id)
    return failed


async def _unfinished(backend: Backend) -> list[int]:
    """Payments that an earlier run started and did not finish."""
    async with backend.db.read_session() as session:
        query = (
            select(Payment.id)
            .join(AutomaticDraft, AutomaticDraft.payment_id == Payment.id)
            .where(Payment.status.in_(PENDING_STATUSES))
            .order_by(Payment.id)
        )
        return list(await session.scalars(query))


async def _process_payment(backend: Backend, payment_id: int, *, resumed: bool) -> str:
    """Process the payment; returns its status, or `unsettled`. One that fails must not hold up the others."""
    try:
        await process_payment(backend, payment_id, resumed=resumed, answering=False)
    except PaymentProviderError as error:
        logger.warning("drafted payment %s is still unsettled: %r", payment_id, error)
    except Exception:
        logger.exception("drafted payment %s could not be settled", payment_id)
    async with backend.db.read_session() as session:
        status = (await session.get_one(Payment, payment_id)).status
    return "unsettled" if status in PENDING_STATUSES else status


async def _accounts_due(backend: Backend, on: date) -> list[int]:
    """Accounts that may have something to draft on that day; each is checked again under its lock."""
    days = [day for day in range(1, 32) if last_run_day(day, on) >= on - CATCH_UP]
    window = (Bill.due_on <= on, Bill.due_on >= on - CATCH_UP)
    untouched = ~select(AutomaticDraft.id).where(AutomaticDraft.bill_id == Bill.id).exists()
    by_day = select(AutoPay.account_id).where(AutoPay.active, AutoPay.day_of_month.in_(days))
    by_due = [
        select(model.account_id).join(Bill, Bill.account_id == model.account_id).where(*active, *window, untouched)
        for model, active in (
            (AutoPay, (AutoPay.active, AutoPay.day_of_month.is_(None))),
            (LegacyDraft, (LegacyDraft.active,)),
        )
    ]
    async with backend.db.read_session() as session:
        found = {account_id for query in (by_day, *by_due) for account_id in await session.scalars(query)}
    return sorted(found)


async def _try_account(backend: Backend, account_id: int, on: date) -> list[int]:
    """The ids of the payments that were started for the account's due bills."""
    try:
        async with backend.db.transaction() as session:
            return await _draft_due_bills(session, backend, account_id, on)
    except Exception:
        logger.exception("account %s could not be drafted", account_id)
        return []


async def _try_draft_again(backend: Backend, draft_id: int, on: date) -> list[int]:
    """The id of the payment that was started, if one was."""
    try:
        async with backend.db.transaction() as session:
            started = await _start_retry(session, backend, draft_id, on)
    except Exception:
        logger.exception("draft %s could not be tried again", draft_id)
        return []
    return [started] if started else []


async def _draft_due_bills(session: AsyncSession, backend: Backend, account_id: int, on: date) -> list[int]:
    """Claim each due bill of the account and start its payment; returns the payments' ids."""
    account = await lock_account(session, account_id)
    source = await find_active(session, account_id)
    if source is None:
        return []
    drafted = await drafts_by_bill(session, account_id)
    started = []
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
        session.add(draft)
        await session.flush()  # claims the bill: its column is unique
        if payment := await _start(session, backend, account, draft, on):
            started.append(payment.id)
    return started


async def _start(
    session: AsyncSession, backend: Backend, account: Account, draft: AutomaticDraft, on: date
) -> Payment | None:
    """The next try at a draft; None, with a notice to the member, when the method cannot be charged.

    Each try is a payment of its own: one that was declined never moves again.
    """
    method = await session.get_one(PaymentMethod, draft.method_id)
    draft.tried_on, draft.retry_on = on, None
    if reason := prechecks.find_method_problem(account, method, on):
        draft.status = "failed"
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
    await _record_draft(session, backend, draft, f"{draft.kind}_run", {"confirmation": payment.confirmation})
    return payment


async def _drafts_to_retry(backend: Backend, on: date) -> list[tuple[int, int]]:
    """The ids of the drafts, each with its account's."""
    async with backend.db.read_session() as session:
        query = select(AutomaticDraft.id, AutomaticDraft.account_id)
        query = query.where(AutomaticDraft.status == "retry", AutomaticDraft.retry_on <= on)
        return [
            (draft_id, account_id) for draft_id, account_id in await session.execute(query.order_by(AutomaticDraft.id))
        ]


async def _start_retry(session: AsyncSession, backend: Backend, draft_id: int, on: date) -> int | None:
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
    payment = await _start(session, backend, account, draft, on)
    return payment.id if payment else None


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
