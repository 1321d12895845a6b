"""Refunds by the office: asked for, and approved by a second person above a limit. The payment stays posted.

backend/payments/refund_processing.py then has the payment network make them.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, CursorResult, and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend import confirmation_numbers
from backend.audit import service as audit
from backend.billing.accounts import lock_account
from backend.billing.models import Account
from backend.errors import MemberlineError
from backend.language import tr
from backend.members.rate_limits import lock_attempts
from backend.money import format_cents
from backend.payments.models import Payment, PaymentRefund
from backend.payments.office_words import describe_state
from backend.payments.open_differences import find_problem, gone_cents, settle_by_hand
from backend.payments.processing import SYSTEM, lock_payment
from backend.payments.refund_doubts import RefundDoubt, list_doubts, name_doubts
from backend.payments.second_person import begin_of_day, find_limit, find_same_person

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)

ONE_PERSON_WINDOW = timedelta(days=30)
"""Refunds by one person alone are added up over this time, so that the limit cannot be passed in small steps."""
LONGEST_REASON = 200
GIVEN_BACK_CENTS = case(
    (PaymentRefund.status == "failed", func.coalesce(PaymentRefund.handled_cents, 0)),
    else_=PaymentRefund.amount_cents + PaymentRefund.fee_cents,
)
"""What a refund gives back with its fee; of one that failed, what the office gave in another way."""


class RefundRefused(MemberlineError):
    """Not possible, and nothing happened. `code` is one of: not_posted, no_reason, zero, too_large, key_used,
    same_person, other_person, not_waiting, payment_returned, difference_open, changed_meanwhile, and those of
    finish_failed_refund()."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RefundDoubtful(RefundRefused):
    """A refund like it was asked for lately, or the bank refused one. A clerk may confirm that it is meant."""

    def __init__(self, doubts: Sequence[RefundDoubt]) -> None:
        super().__init__("doubtful", tr("Nothing is done yet: please read what stands above the button."))
        self.doubts = doubts


async def request_refund(
    session: AsyncSession,
    backend: Backend,
    *,
    key: str,
    payment_id: int,
    amount_cents: int,
    reason: str,
    asked_by: str,
    confirmed: str = "",
) -> PaymentRefund:
    """Store a refund of `amount_cents` of the payment, without the fee; the same key is the same refund.

    It is approved at once within what one person may refund, else it waits for a second one. The fee goes back with the
    refund that completes the payment, where coop.toml says so. `confirmed` names the doubts that the clerk has seen.
    Raises RefundRefused, RefundDoubtful among them.
    """
    payment = await lock_payment(session, payment_id)
    known = await session.scalar(select(PaymentRefund).where(PaymentRefund.key == key))
    if known is not None:
        if (known.payment_id, known.amount_cents) != (payment_id, amount_cents):
            raise RefundRefused("key_used", tr("This form was sent before with another amount. Please open it again."))
        return known
    reason = check_reason(reason)
    left, fee_left = await refundable_cents(session, payment)
    if payment.status != "posted":
        state = describe_state(payment.status)
        raise RefundRefused("not_posted", tr("This payment cannot be refunded. It is: {state}.", state=state))
    await refuse_while_different(session, payment)
    if amount_cents <= 0:
        raise RefundRefused("zero", tr("The amount must be more than zero."))
    if amount_cents > left:
        raise RefundRefused("too_large", tr("{amount} is left of this payment.", amount=format_cents(max(left, 0))))
    doubts = await list_doubts(session, backend, payment, amount_cents)
    if doubts and confirmed != name_doubts(doubts):
        raise RefundDoubtful(doubts)
    fee_cents = fee_left if amount_cents == left and backend.coop.refund_fee == "returned" else 0
    waits = await needs_second_to_refund(session, backend, payment.account_id, amount_cents + fee_cents, asked_by)
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
    await record_refund(session, backend, refund, "refund_requested", by=asked_by, reason=reason)
    return refund


async def decide_refund(
    session: AsyncSession, backend: Backend, refund_id: int, *, approve: bool, by: str, reason: str
) -> PaymentRefund:
    """Approve or reject a waiting refund, as a second person. Raises RefundRefused."""
    refund = await lock_refund(session, refund_id)
    if refund.status != "requested":
        raise RefundRefused("not_waiting", tr("This refund does not wait for anybody any more."))
    if problem := await find_same_person(session, backend, refund.asked_by, by):
        raise RefundRefused("same_person", problem)
    payment = await session.get_one(Payment, refund.payment_id, populate_existing=True)
    if approve and payment.status == "returned":
        text = tr("The bank returned the payment itself: the member has the money back. Please reject the refund.")
        raise RefundRefused("payment_returned", text)
    if approve:
        await refuse_while_different(session, payment)
        if min(await refundable_cents(session, payment)) < 0:
            text = tr("A part of the payment went back at the payment network meanwhile. Please reject the refund.")
            raise RefundRefused("too_large", text)
    refund.approved_by, refund.decided_at = by, backend.clock.now()
    refund.decision_reason = check_reason(reason)
    await move_refund(
        session, backend, refund, "approved" if approve else "rejected", by=by, reason=refund.decision_reason
    )
    return refund


async def withdraw_refund(
    session: AsyncSession, backend: Backend, refund_id: int, *, by: str, reason: str
) -> PaymentRefund:
    """Take back a request that still waits, as the person who made it: rejected by nobody. Raises RefundRefused."""
    refund = await lock_refund(session, refund_id)
    if refund.status != "requested":
        raise RefundRefused("not_waiting", tr("This refund does not wait for anybody any more."))
    if refund.asked_by != by:
        raise RefundRefused("other_person", tr("Only the person who asked for it can withdraw it. You can reject it."))
    refund.decided_at, refund.decision_reason = backend.clock.now(), check_reason(reason)
    await move_refund(session, backend, refund, "rejected", by=by, reason=refund.decision_reason)
    return refund


def check_reason(reason: str) -> str:
    """The reason in one line. Raises RefundRefused when there is none."""
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if len(reason) < 3:
        raise RefundRefused("no_reason", tr("Please say why, in a few words: it is kept for the auditor."))
    return reason


async def refuse_while_different(session: AsyncSession, payment: Payment) -> None:
    """Raise RefundRefused while our books and the network differ about the payment, whose account is locked."""
    if problem := await find_problem(session, payment.id):
        raise RefundRefused("difference_open", problem)


async def settle_differences(
    session: AsyncSession, backend: Backend, payment_id: int, shown: Sequence[int], *, by: str, reason: str
) -> None:
    """`by` has seen that the money of the payment is there, and says how in `reason`; `shown` are the ids of the
    differences on their page. Refunds open again. Raises RefundRefused: no_reason, changed_meanwhile."""
    payment = await lock_payment(session, payment_id)
    reason = check_reason(reason)
    if not await settle_by_hand(session, backend, payment, shown, by=by, reason=reason):
        text = tr("Nothing was settled: what differs has changed meanwhile. Please read it again.")
        raise RefundRefused("changed_meanwhile", text)


async def refundable_cents(session: AsyncSession, payment: Payment) -> tuple[int, int]:
    """What is left of a payment and of its fee after all refunds; of those that failed, what the office gave itself.

    Below zero where the network gave back what refunds here still mean to give.
    """
    query = select(PaymentRefund).where(PaymentRefund.payment_id == payment.id, PaymentRefund.status != "rejected")
    amount, fee = payment.amount_cents, payment.fee_cents
    for refund in await session.scalars(query):
        has_failed = refund.status == "failed"
        amount -= refund.given_cents if has_failed else refund.amount_cents
        fee -= refund.given_fee_cents if has_failed else refund.fee_cents
    if gone := await gone_cents(session, payment):
        amount -= gone
        amount, fee = max(amount, 0), fee + min(amount, 0)
    return amount, fee


async def list_refunds(session: AsyncSession, *, status: str | None = None, limit: int = 1000) -> list[PaymentRefund]:
    """Refunds, the newest first."""
    query = select(PaymentRefund).order_by(PaymentRefund.id.desc()).limit(limit)
    return list(await session.scalars(query.where(PaymentRefund.status == status) if status else query))


async def refund_to_dict(session: AsyncSession, refund: PaymentRefund) -> dict[str, Any]:
    """One refund as JSON data."""
    payment = await session.get_one(Payment, refund.payment_id)
    account = await session.get_one(Account, refund.account_id)
    names = (
        "confirmation amount_cents fee_cents reason status asked_by asked_at approved_by decision_reason decided_at "
        "accepted_at ended_at failure_code handled_by handled_at handled_as handled_cents handled_reference "
        "handled_reason double_seen_by double_seen_at double_reason"
    )
    return {"account": account.number, "payment": payment.confirmation} | {
        name: getattr(refund, name) for name in names.split()
    }


async def needs_second_to_refund(session: AsyncSession, backend: Backend, account_id: int, cents: int, by: str) -> bool:
    """Whether `by` may not give back `cents` more alone: all that was given back alone on the account lately counts,
    and all that this person gave back alone today, on any account.
    """
    await lock_attempts(session, backend, f"refund:{by}")
    limit = await find_limit(session, backend, "refund_second_person_cents")
    today = begin_of_day(backend)
    of_account = await _sum_alone(
        session,
        PaymentRefund.account_id == account_id,
        PaymentRefund.asked_at >= backend.clock.now() - ONE_PERSON_WINDOW,
    )
    by_person = await _sum_alone(
        session,
        or_(
            and_(PaymentRefund.asked_by == by, PaymentRefund.asked_at >= today),
            and_(PaymentRefund.handled_by == by, PaymentRefund.handled_at >= today),
        ),
    )
    return max(of_account, by_person) + cents > limit


async def _sum_alone(session: AsyncSession, *of: ColumnElement[bool]) -> int:
    """The cents of refunds that no second person approved."""
    query = select(func.coalesce(func.sum(GIVEN_BACK_CENTS), 0)).where(
        PaymentRefund.approved_by.is_(None), PaymentRefund.status.not_in(("requested", "rejected")), *of
    )
    return int(await session.scalar(query) or 0)


async def lock_refund(session: AsyncSession, refund_id: int) -> PaymentRefund:
    """The refund as it is now, its account held until the transaction ends."""
    refund = await session.get_one(PaymentRefund, refund_id)
    await lock_account(session, refund.account_id)
    await session.refresh(refund)
    return refund


async def move_refund(
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
    await record_refund(session, backend, refund, f"refund_{status}", by=by, before=before, reason=reason)


async def record_refund(
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
