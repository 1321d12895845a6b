"""Refunds by the office: asked for, approved by a second person above a limit, and made by the payment network.

A refund is stored before the network is asked, and the network is asked with the refund's own key. So a crash at any
instant leaves a row, from which recover_refunds() finds out what happened. The payment stays posted; each refund is
booked when the network has accepted it, and booked back if it fails later.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.audit import service as audit
from backend.billing.accounts import lock_account
from backend.errors import MemberlineError
from backend.money import format_cents
from backend.payments import refund_notices
from backend.payments.models import OPEN_REFUND_STATUSES, Payment, PaymentRefund
from backend.payments.processing import SYSTEM, lock_payment
from backend.providers.billing.base import RefundFact
from backend.providers.payments.base import PaymentProviderError, ProviderRejected, Refund

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)

ONE_PERSON_WINDOW = timedelta(days=30)
"""Refunds by one person alone are added up over this time, so that the limit cannot be passed in small steps."""
FINAL_REFUSALS = frozenset({"not_refundable", "refund_too_large", "no_such_charge", "invalid_amount"})
LOOK_AGAIN = timedelta(hours=1)
"""How often the network is asked about an accepted refund that has not arrived yet."""
LATE_FAILURES = timedelta(days=30)
"""For how long a refund that succeeded is looked at once a day: the bank may still send it back."""
LONGEST_REASON = 200


class RefundRefused(MemberlineError):
    """Not possible, and nothing happened. `code` is one of: not_posted, no_reason, zero, too_large, key_used,
    same_person, not_waiting."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RefundMismatch(Exception):
    """The network has another amount or charge under our key. Somebody must look; nothing is booked."""


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """What the network is asked for; the same on every repeat."""

    refund_id: int
    key: str
    charge_key: str
    total_cents: int
    reason: str
    status: str
    asked_before: bool


async def request_refund(
    session: AsyncSession,
    backend: Backend,
    *,
    key: str,
    payment_id: int,
    amount_cents: int,
    reason: str,
    asked_by: str,
) -> PaymentRefund:
    """Store a refund of `amount_cents` of the payment, without the fee; the same key is the same refund.

    It is approved at once within what one person may refund, else it waits for a second one. The fee goes back with the
    refund that completes the payment, where coop.toml says so. Raises RefundRefused.
    """
    payment = await lock_payment(session, payment_id)
    known = await session.scalar(select(PaymentRefund).where(PaymentRefund.key == key))
    if known is not None:
        if (known.payment_id, known.amount_cents) != (payment_id, amount_cents):
            raise RefundRefused("key_used", "This form was sent before with another amount. Please open it again.")
        return known
    reason = check_reason(reason)
    left, fee_left = await refundable_cents(session, payment)
    if payment.status != "posted":
        raise RefundRefused("not_posted", f"A payment that is {payment.status} cannot be refunded.")
    if amount_cents <= 0:
        raise RefundRefused("zero", "The amount must be more than zero.")
    if amount_cents > left:
        raise RefundRefused("too_large", f"{format_cents(left)} is left of this payment.")
    fee_cents = fee_left if amount_cents == left and backend.coop.refund_fee == "returned" else 0
    alone = await _refunded_by_one_person(session, backend, payment.account_id)
    waits = alone + amount_cents + fee_cents > backend.coop.refund_second_person_cents
    refund = PaymentRefund(
        key=key,
        confirmation=await confirmation_numbers.new_number(session),
        payment_id=payment.id,
        account_id=payment.account_id,
        amount_cents=amount_cents,
        fee_cents=fee_cents,
        reason=reason,
        status="requested" if waits else "approved",
        asked_by=asked_by,
        asked_at=backend.clock.now(),
    )
    session.add(refund)
    await session.flush()
    await _record(session, backend, refund, "refund_requested", by=asked_by, reason=reason)
    return refund


async def decide_refund(
    session: AsyncSession, backend: Backend, refund_id: int, *, approve: bool, by: str, reason: str
) -> PaymentRefund:
    """Approve or reject a waiting refund, as a second person. Raises RefundRefused."""
    refund = await _lock_refund(session, refund_id)
    if refund.status != "requested":
        raise RefundRefused("not_waiting", "This refund does not wait for anybody any more.")
    if refund.asked_by == by:
        raise RefundRefused("same_person", "Nobody decides about their own refund. Please ask somebody else.")
    refund.approved_by, refund.decided_at = by, backend.clock.now()
    refund.decision_reason = check_reason(reason)
    await _move(session, backend, refund, "approved" if approve else "rejected", by=by, reason=refund.decision_reason)
    return refund


def check_reason(reason: str) -> str:
    """The reason in one line. Raises RefundRefused when there is none."""
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if len(reason) < 3:
        raise RefundRefused("no_reason", "Please say why, in a few words: it is kept for the auditor.")
    return reason


async def refundable_cents(session: AsyncSession, payment: Payment) -> tuple[int, int]:
    """What is left of a payment and of its fee after all refunds that have not failed."""
    query = select(
        func.coalesce(func.sum(PaymentRefund.amount_cents), 0), func.coalesce(func.sum(PaymentRefund.fee_cents), 0)
    ).where(PaymentRefund.payment_id == payment.id, PaymentRefund.status.not_in(("failed", "rejected")))
    amount, fee = (await session.execute(query)).one()
    return payment.amount_cents - int(amount), payment.fee_cents - int(fee)


async def process_refund(backend: Backend, refund_id: int) -> str:
    """Ask the network for an approved refund and store its answer; returns the status then.

    May be repeated at any time. Raises a PaymentProviderError when the outcome is not known yet; recover_refunds()
    tries again every minute.
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
        return await _record_failure(backend, refund_id, refusal.code)
    return await record_answer(backend, refund_id, answer)


async def record_answer(backend: Backend, refund_id: int, answer: Refund) -> str:
    """Store the network's answer with all that belongs to it: booking, receipt, audit row. Returns the status."""
    async with backend.db.transaction() as session:
        refund = await _lock_refund(session, refund_id)
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
                await _move(session, backend, refund, "succeeded", by=None)
        return refund.status


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


async def list_refunds(session: AsyncSession, *, status: str | None = None, limit: int = 1000) -> list[PaymentRefund]:
    """Refunds, the newest first."""
    query = select(PaymentRefund).order_by(PaymentRefund.id.desc()).limit(limit)
    return list(await session.scalars(query.where(PaymentRefund.status == status) if status else query))


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


async def _refunded_by_one_person(session: AsyncSession, backend: Backend, account_id: int) -> int:
    """The cents that were refunded on the account lately without a second person."""
    total = func.coalesce(func.sum(PaymentRefund.amount_cents + PaymentRefund.fee_cents), 0)
    query = select(total).where(
        PaymentRefund.account_id == account_id,
        PaymentRefund.approved_by.is_(None),
        PaymentRefund.status.not_in(("failed", "requested")),
        PaymentRefund.asked_at >= backend.clock.now() - ONE_PERSON_WINDOW,
    )
    return int(await session.scalar(query) or 0)


async def _begin(backend: Backend, refund_id: int) -> RefundOrder:
    """Mark the refund as started before the network is asked, so that a crash then is found."""
    async with backend.db.transaction() as session:
        refund = await _lock_refund(session, refund_id)
        payment = await session.get_one(Payment, refund.payment_id, populate_existing=True)
        asked_before = refund.status != "approved"
        if not asked_before:
            if payment.status == "posted":
                await _move(session, backend, refund, "started", by=None)
            else:
                await _fail(session, backend, refund, payment, f"payment_{payment.status}")
        return RefundOrder(
            refund_id, refund.key, payment.key, refund.total_cents, refund.reason, refund.status, asked_before
        )


async def _record_failure(backend: Backend, refund_id: int, code: str) -> str:
    async with backend.db.transaction() as session:
        refund = await _lock_refund(session, refund_id)
        if refund.status == "started" and refund.accepted_at is None:
            payment = await session.get_one(Payment, refund.payment_id)
            await _fail(session, backend, refund, payment, code)
        return refund.status


async def _fail(session: AsyncSession, backend: Backend, refund: PaymentRefund, payment: Payment, code: str) -> None:
    """The refund came to nothing. Booked already, it is booked back, and the member is told."""
    refund.failure_code, refund.ended_at = code, backend.clock.now()
    if refund.accepted_at is not None:
        await backend.billing.refund_undone(session, _build_fact(backend, refund, payment))
        await _post_back(session, backend, refund, "payment")
        await refund_notices.notify_refund_failed(session, backend, refund, payment)
    await refund_notices.tell_office_of_failure(session, backend, refund)
    await _move(session, backend, refund, "failed", by=None)


async def _book(session: AsyncSession, backend: Backend, refund: PaymentRefund, payment: Payment) -> None:
    await backend.billing.refund_made(session, _build_fact(backend, refund, payment))
    await _post_back(session, backend, refund, "refund")
    await refund_notices.send_refund_receipt(session, backend, refund, payment)
    if payment.status == "returned":
        await refund_notices.tell_office_of_double(session, backend, payment)
    await _record(session, backend, refund, "refund_booked", by=None)


async def _post_back(session: AsyncSession, backend: Backend, refund: PaymentRefund, kind: str) -> None:
    """Queue the movement for the system that keeps the co-op's books; a refund that failed is a payment again."""


def _build_fact(backend: Backend, refund: PaymentRefund, payment: Payment) -> RefundFact:
    return RefundFact(
        key=refund.key,
        payment_key=payment.key,
        account_id=refund.account_id,
        amount_cents=refund.amount_cents,
        fee_cents=refund.fee_cents,
        at=backend.clock.now(),
    )


async def _lock_refund(session: AsyncSession, refund_id: int) -> PaymentRefund:
    """The refund as it is now, its account held until the transaction ends."""
    refund = await session.get_one(PaymentRefund, refund_id)
    await lock_account(session, refund.account_id)
    await session.refresh(refund)
    return refund


async def _move(
    session: AsyncSession,
    backend: Backend,
    refund: PaymentRefund,
    status: str,
    *,
    by: str | None,
    reason: str | None = None,
) -> None:
    """One step forward, with its audit row. `by` is a person of the office; None: it happened by itself."""
    await session.flush()
    before = refund.status
    guarded = update(PaymentRefund).where(PaymentRefund.id == refund.id, PaymentRefund.status == before)
    result = await session.execute(guarded.values(status=status))
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise RuntimeError(f"refund {refund.id} moved on from {before} under its lock")
    await session.refresh(refund)
    await _record(session, backend, refund, f"refund_{status}", by=by, before=before, reason=reason)


async def _record(
    session: AsyncSession,
    backend: Backend,
    refund: PaymentRefund,
    act: str,
    *,
    by: str | None,
    before: str | None = None,
    reason: str | None = None,
) -> None:
    payment = await session.get_one(Payment, refund.payment_id)
    await audit.record(
        session,
        backend,
        actor=f"office:{by}"[:80] if by else SYSTEM,
        level=0,
        channel="office" if by else "job",
        act=act,
        account_id=refund.account_id,
        before={"status": before} if before else None,
        after={
            "status": refund.status,
            "confirmation": refund.confirmation,
            "payment": payment.confirmation,
            "amount_cents": refund.amount_cents,
            "fee_cents": refund.fee_cents,
            "reason": reason,
            "failure_code": refund.failure_code,
        },
    )
