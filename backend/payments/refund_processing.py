"""Making approved refunds by the payment network, and finding out what became of them.

The network is asked with the refund's own key, once the refund is marked as started. So a crash at any instant leaves a
row, from which recover_refunds() goes on. Each refund is booked when the network has accepted it, and booked back if it
fails later.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments import failed_refunds, refund_notices
from backend.payments.bank_returns import end_method
from backend.payments.models import OPEN_REFUND_STATUSES, Payment, PaymentRefund
from backend.payments.open_differences import find_refusal_reason, list_open, note_difference
from backend.payments.refunds import lock_refund, move_refund, record_refund
from backend.payments.return_codes import ACCOUNT_UNUSABLE
from backend.posting import service as posting
from backend.providers.billing.base import RefundFact
from backend.providers.payments.base import PaymentProviderError, ProviderRejected, Refund

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)

FINAL_REFUSALS = frozenset({"not_refundable", "refund_too_large", "no_such_charge", "invalid_amount"})
LOOK_AGAIN = timedelta(hours=1)
"""How often the network is asked about an accepted refund that has not arrived yet."""
LATE_FAILURES = timedelta(days=30)
"""For how long a refund that succeeded is looked at once a day: the bank may still send it back."""


class RefundMismatch(Exception):
    """The network has another amount or charge under our key. Somebody must look; nothing is booked."""


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """What the network is asked for; the same on every repeat."""

    refund_id: int
    key: str
    charge_key: str
    total_cents: int
    payment_cents: int
    """Of the whole payment, with its fee."""
    reason: str
    status: str
    asked_before: bool


async def process_refund(backend: Backend, refund_id: int) -> str:
    """Ask the network for an approved refund and store its answer; returns the status then.

    May be repeated at any time. It stays approved while our books and the network differ about its payment. Raises a
    PaymentProviderError when the outcome is not known yet; recover_refunds() tries again every minute.
    """
    order = await _begin(backend, refund_id)
    if order.status != "started":
        return order.status
    try:
        answer = await backend.payments.find_refund(order.key) if order.asked_before else None
        if answer is None:
            answer = await backend.payments.refund(
                key=order.key, charge_key=order.charge_key, amount_cents=order.total_cents, reason=order.reason
            )
    except ProviderRejected as refusal:
        if refusal.code not in FINAL_REFUSALS:
            raise
        # what differs there is known before the refund counts as failed: else its money would be given by check
        difference = await find_refusal_reason(backend, order.charge_key, order.payment_cents, refusal.code)
        return await _record_failure(backend, refund_id, refusal.code, difference)
    return await record_answer(backend, refund_id, answer)


async def record_answer(backend: Backend, refund_id: int, answer: Refund) -> str:
    """Store the network's answer with all that belongs to it: booking, receipt, audit row. Returns the status."""
    async with backend.db.transaction() as session:
        refund = await lock_refund(session, refund_id)
        payment = await session.get_one(Payment, refund.payment_id)
        if (answer.charge_key, answer.amount_cents) != (payment.key, refund.total_cents):
            raise RefundMismatch(f"refund {refund_id}: the network has {answer.amount_cents} cents")
        now = backend.clock.now()
        refund.looked_at, refund.provider_ref = now, answer.ref
        if refund.status not in ("started", "succeeded"):
            return refund.status
        if answer.status == "failed":
            await _fail(session, backend, refund, payment, "bank_refused")
        else:
            if refund.accepted_at is None:
                refund.accepted_at = now
                await _book(session, backend, refund, payment)
            if answer.status == "succeeded" and refund.status == "started":
                refund.ended_at = now
                await move_refund(session, backend, refund, "succeeded", by=None)
        return refund.status


async def fail_returned_refund(session: AsyncSession, backend: Backend, refund_id: int, code: str) -> bool:
    """A bank sent a refund back (Nacha's `code`); False when it had failed before."""
    refund = await lock_refund(session, refund_id)
    if refund.status not in ("started", "succeeded"):
        return False
    payment = await session.get_one(Payment, refund.payment_id)
    await _fail(session, backend, refund, payment, code)
    if code in ACCOUNT_UNUSABLE:
        await end_method(session, backend, payment, code)
    return True


async def recover_refunds(backend: Backend) -> int:
    """Go on with refunds that a crash or a time-out left, and ask about those on their way; returns how many.

    Run every minute. Accepted ones are asked about once an hour, succeeded ones once a day for some weeks.
    """
    now = backend.clock.now()
    looked = PaymentRefund.looked_at
    query = select(PaymentRefund.id).where(
        (PaymentRefund.status.in_(OPEN_REFUND_STATUSES) & (looked.is_(None) | (looked <= now - LOOK_AGAIN)))
        | (
            (PaymentRefund.status == "succeeded")
            & (PaymentRefund.asked_at >= now - LATE_FAILURES)
            & (looked <= now - timedelta(days=1))
        )
    )
    async with backend.db.read_session() as session:
        found = list(await session.scalars(query.order_by(PaymentRefund.id)))
    for refund_id in found:
        try:
            await _look_again(backend, refund_id)
        except PaymentProviderError as error:
            logger.warning("refund %s is still unsettled: %r", refund_id, error)
        except Exception:
            # one that cannot be settled must not hold up the others
            logger.exception("refund %s could not be settled", refund_id)
    return len(found)


async def _look_again(backend: Backend, refund_id: int) -> None:
    async with backend.db.read_session() as session:
        refund = await session.get_one(PaymentRefund, refund_id)
    if refund.accepted_at is None:
        await process_refund(backend, refund_id)
        return
    answer = await backend.payments.find_refund(refund.key)
    if answer is None:
        raise RefundMismatch(f"refund {refund_id}: the network does not know it any more")
    await record_answer(backend, refund_id, answer)


async def _begin(backend: Backend, refund_id: int) -> RefundOrder:
    """Mark the refund as started before the network is asked, so that a crash then is found."""
    async with backend.db.transaction() as session:
        refund = await lock_refund(session, refund_id)
        payment = await session.get_one(Payment, refund.payment_id, populate_existing=True)
        asked_before = refund.status != "approved"
        if not asked_before:
            if payment.status == "posted":
                # one that was approved before our books and the network differed waits until that is settled
                if not await list_open(session, payment.id):
                    await move_refund(session, backend, refund, "started", by=None)
            else:
                await _fail(session, backend, refund, payment, f"payment_{payment.status}")
        return RefundOrder(
            refund_id, refund.key, payment.key, refund.total_cents, payment.total_cents, refund.reason, refund.status,
            asked_before,
        )  # fmt: skip


async def _record_failure(backend: Backend, refund_id: int, code: str, difference: str | None) -> str:
    async with backend.db.transaction() as session:
        refund = await lock_refund(session, refund_id)
        if refund.status == "started" and refund.accepted_at is None:
            payment = await session.get_one(Payment, refund.payment_id)
            if difference is not None and payment.status == "posted":
                await note_difference(session, backend, payment, difference)
            await _fail(session, backend, refund, payment, code)
        return refund.status


async def _fail(session: AsyncSession, backend: Backend, refund: PaymentRefund, payment: Payment, code: str) -> None:
    """The refund came to nothing. Booked already, it is booked back, and the member is told."""
    refund.failure_code, refund.ended_at = code, backend.clock.now()
    if refund.accepted_at is not None:
        await backend.billing.refund_undone(session, _build_fact(backend, refund, payment))
        await _post_back(session, backend, refund, "payment")
        await refund_notices.notify_refund_failed(session, backend, refund, payment)
    await refund_notices.tell_office_of_failure(session, backend, refund, payment)
    await move_refund(session, backend, refund, "failed", by=None)
    if payment.status == "returned":
        await failed_refunds.end_as_returned(session, backend, payment)


async def _book(session: AsyncSession, backend: Backend, refund: PaymentRefund, payment: Payment) -> None:
    await backend.billing.refund_made(session, _build_fact(backend, refund, payment))
    await _post_back(session, backend, refund, "refund")
    await refund_notices.send_refund_receipt(session, backend, refund, payment)
    if payment.status == "returned":
        await refund_notices.tell_office_of_double(session, backend, payment)
    await record_refund(session, backend, refund, "refund_booked", by=None)


async def _post_back(session: AsyncSession, backend: Backend, refund: PaymentRefund, kind: str) -> None:
    """Queue the movement for the system that keeps the co-op's books; a refund that failed is a payment again."""
    if not refund.amount_cents:
        return  # a fee alone is not in those books
    await posting.enqueue(
        session,
        backend,
        kind=kind,
        key=refund.key,
        account_id=refund.account_id,
        amount_cents=refund.amount_cents,
        fee_cents=refund.fee_cents,
        payment_id=refund.payment_id,
        confirmation=refund.confirmation,
        channel="office",
    )


def _build_fact(backend: Backend, refund: PaymentRefund, payment: Payment) -> RefundFact:
    return RefundFact(
        key=refund.key,
        payment_key=payment.key,
        account_id=refund.account_id,
        amount_cents=refund.amount_cents,
        fee_cents=refund.fee_cents,
        at=backend.clock.now(),
    )
