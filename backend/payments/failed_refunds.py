"""What becomes of refunds that failed, and payments whose money the member got twice.

A refund that failed after it was booked is booked back: the books say then that the member's payment counts in full.
Whoever gives the money in another way says so here, and it is owed again, so that the books agree with the cash.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.accounts import lock_account
from backend.billing.models import Account
from backend.language import mark, tr
from backend.money import format_cents
from backend.payments import refund_notices
from backend.payments.check_numbers import check_number, find_number_problem
from backend.payments.models import Payment, PaymentRefund
from backend.payments.office_words import describe_state
from backend.payments.refund_notices import GIVEN_KINDS
from backend.payments.refunds import (
    RefundRefused,
    check_reason,
    lock_refund,
    needs_second_to_refund,
    record_refund,
    refundable_cents,
    refuse_while_different,
)
from backend.payments.second_person import find_limit, find_same_person
from backend.posting import service as posting
from backend.providers.billing.base import RefundFact

if TYPE_CHECKING:
    from backend.app import Backend

RETURNED = "returned"
FAILED_ENDS = {
    "check": mark("given by check"),
    "cash": mark("given in cash"),
    "bank": mark("given by bank transfer"),
    "again": mark("refunded again"),
    "credit": mark("not given: it stays on the account"),
    RETURNED: mark("nothing is to be paid: the bank returned the payment itself"),
}
"""What may become of a refund that failed. The last one happens by itself."""
GIVEN_KEY = "given-"
"""Before the key of a failed refund: what the office gave for it, in the ledger and for the billing system."""
TURNED_DOWN_FOR = timedelta(days=7)
"""How long a refund that came to nothing is listed for who asked for it."""

_IS_GIVEN = or_(
    and_(PaymentRefund.status.in_(("started", "succeeded")), PaymentRefund.accepted_at.is_not(None)),
    and_(PaymentRefund.status == "failed", PaymentRefund.handled_cents > 0),
)


@dataclass(slots=True)
class PaidTwice:
    """A payment that was refunded and that the bank returned as well. `cents` is what the refunds gave, with fees."""

    payment: Payment
    account_number: str
    refunds: list[PaymentRefund] = field(default_factory=list)

    @property
    def cents(self) -> int:
        return sum(_given_cents(refund) for refund in self.refunds)


async def finish_failed_refund(
    session: AsyncSession,
    backend: Backend,
    refund_id: int,
    *,
    by: str,
    reason: str,
    how: str,
    amount_cents: int | None = None,
    reference: str = "",
) -> PaymentRefund:
    """Say what became of a refund that failed: `how` is a key of FAILED_ENDS but the last.

    What was given by check, cash or bank (all of the refund, or `amount_cents` of it) is booked as a refund. One that
    stayed on the account may be given later. Raises RefundRefused: not_waiting, no_kind, not_again, no_reference, zero,
    too_large, payment_returned, difference_open, same_person, and those of find_number_problem().
    """
    reason, reference = check_reason(reason), " ".join(reference.split())
    refund = await lock_refund(session, refund_id)
    is_given = how in GIVEN_KINDS
    if refund.status != "failed" or not (may_give(refund) if is_given else refund.handled_at is None):
        raise RefundRefused("not_waiting", tr("This refund does not wait for anybody any more."))
    if how not in FAILED_ENDS or how == RETURNED:
        raise RefundRefused("no_kind", tr("Please say what became of the money: how it was given, or that it was not."))
    payment = await session.get_one(Payment, refund.payment_id, populate_existing=True)
    if how == "again" and not await _is_refunded_again(session, refund):
        raise RefundRefused(
            "not_again", tr("The payment was not refunded again since. Refund it on the payment's page.")
        )
    if is_given:
        cents = refund.total_cents if amount_cents is None else amount_cents
        await _check_giving(session, refund, payment, how, cents, reference)
        await _check_second_person(session, backend, refund, cents, by)
        refund.handled_cents, refund.handled_reference = cents, reference or None
    refund.handled_by, refund.handled_at = by, backend.clock.now()
    refund.handled_as, refund.handled_reason = how, reason
    await session.flush()
    if is_given:
        await _book_given(session, backend, refund, payment)
    await record_refund(session, backend, refund, "refund_failure_handled", by=by, reason=reason)
    return refund


def may_give(refund: PaymentRefund) -> bool:
    """Whether the money of a failed refund was neither given nor is to be kept back."""
    return refund.status == "failed" and refund.handled_as in (None, "credit")


async def _check_second_person(
    session: AsyncSession, backend: Backend, refund: PaymentRefund, cents: int, by: str
) -> None:
    """Above the limit somebody else than who asked for the refund gives the money: refunds that fail would else pass
    the limit in small steps, since they count for nothing until they are given."""
    if refund.approved_by is not None or not await find_same_person(session, backend, refund.asked_by, by):
        return
    if await needs_second_to_refund(session, backend, refund.account_id, cents, by):
        limit = await find_limit(session, backend, "refund_second_person_cents")
        text = tr(
            "Above {limit} in 30 days somebody else than who asked for the refund has to give the money.",
            limit=format_cents(limit),
        )
        raise RefundRefused("same_person", text)


async def _check_giving(
    session: AsyncSession, refund: PaymentRefund, payment: Payment, how: str, cents: int, reference: str
) -> None:
    if payment.status != "posted":
        text = tr("Nothing is to be paid. The payment is: {state}.", state=describe_state(payment.status))
        raise RefundRefused("payment_returned", text)
    await refuse_while_different(session, payment)
    if cents <= 0:
        raise RefundRefused("zero", tr("The amount must be more than zero."))
    left, fee_left = await refundable_cents(session, payment)
    part = min(cents, refund.amount_cents)
    if cents > refund.total_cents or part > left or cents - part > fee_left:
        most = min(refund.amount_cents, left) + min(refund.fee_cents, fee_left)
        text = tr("At most {amount} is left to give for this refund.", amount=format_cents(max(most, 0)))
        raise RefundRefused("too_large", text)
    if problem := find_number_problem(reference):
        raise RefundRefused(*problem)
    if how == "check" and not check_number(reference):
        raise RefundRefused("no_reference", tr("Please give the number of the check."))


async def _is_refunded_again(session: AsyncSession, refund: PaymentRefund) -> bool:
    query = select(PaymentRefund.id).where(
        PaymentRefund.payment_id == refund.payment_id,
        PaymentRefund.id > refund.id,
        PaymentRefund.status.not_in(("failed", "rejected")),
    )
    return await session.scalar(query.limit(1)) is not None


async def _book_given(session: AsyncSession, backend: Backend, refund: PaymentRefund, payment: Payment) -> None:
    """Owed again, as with a refund by the network; the money came from the office and not from there."""
    key = f"{GIVEN_KEY}{refund.key}"
    fact = RefundFact(
        key, payment.key, refund.account_id, refund.given_cents, refund.given_fee_cents, backend.clock.now()
    )
    await backend.billing.refund_given(session, fact)
    if refund.given_cents:  # a fee alone is not in the co-op's books
        await posting.enqueue(
            session,
            backend,
            kind="refund",
            key=key,
            account_id=refund.account_id,
            amount_cents=refund.given_cents,
            fee_cents=refund.given_fee_cents,
            payment_id=refund.payment_id,
            method_kind=refund.handled_as,
            confirmation=refund.confirmation,
            channel="office",
            number=refund.handled_reference or "",
        )
    await refund_notices.send_given_receipt(session, backend, refund, payment)


async def end_as_returned(session: AsyncSession, backend: Backend, payment: Payment) -> None:
    """The bank returned the payment, whose account is locked: nothing is to be paid for refunds of it that failed."""
    for refund in await session.scalars(select(PaymentRefund).where(_waits(), PaymentRefund.payment_id == payment.id)):
        refund.handled_at, refund.handled_as = backend.clock.now(), RETURNED
        await session.flush()
        await record_refund(session, backend, refund, "refund_failure_ended", by=None, reason=FAILED_ENDS[RETURNED])


async def list_failed_refunds(session: AsyncSession) -> list[PaymentRefund]:
    """Refunds that failed and that nobody has dealt with, the oldest first."""
    return list(await session.scalars(select(PaymentRefund).where(_waits()).order_by(PaymentRefund.id)))


async def list_turned_down(session: AsyncSession, now: datetime) -> list[PaymentRefund]:
    """Refunds that came to nothing lately, the newest first: a second person said no, or the bank was quicker."""
    since = now - TURNED_DOWN_FOR
    rejected = and_(
        PaymentRefund.status == "rejected", PaymentRefund.approved_by.is_not(None), PaymentRefund.decided_at >= since
    )
    returned = and_(PaymentRefund.handled_as == RETURNED, PaymentRefund.handled_at >= since)
    query = select(PaymentRefund).where(or_(rejected, returned)).order_by(PaymentRefund.id.desc())
    return list(await session.scalars(query))


async def given_twice_cents(session: AsyncSession, payment: Payment) -> int:
    """What refunds gave of a payment that the bank has returned, in cents with fees; zero for one that it has not."""
    if payment.status != "returned":
        return 0
    given = await session.scalars(select(PaymentRefund).where(_IS_GIVEN, PaymentRefund.payment_id == payment.id))
    return sum(_given_cents(refund) for refund in given)


async def list_paid_twice(session: AsyncSession, account_id: int | None = None) -> list[PaidTwice]:
    """Payments that the member got back twice, until the office has called them; the oldest first."""
    query = (
        select(PaymentRefund, Payment, Account.number)
        .join(Payment, Payment.id == PaymentRefund.payment_id)
        .join(Account, Account.id == PaymentRefund.account_id)
        .where(_IS_GIVEN, Payment.status == "returned", PaymentRefund.double_seen_at.is_(None))
    )
    if account_id is not None:
        query = query.where(PaymentRefund.account_id == account_id)
    found: dict[int, PaidTwice] = {}
    for refund, payment, number in await session.execute(query.order_by(Payment.id, PaymentRefund.id)):
        found.setdefault(payment.id, PaidTwice(payment, number)).refunds.append(refund)
    return list(found.values())


async def finish_paid_twice(session: AsyncSession, backend: Backend, payment_id: int, *, by: str, reason: str) -> None:
    """The office has called the member, and `reason` says what came of it. Raises RefundRefused."""
    reason = check_reason(reason)
    payment = await session.get_one(Payment, payment_id)
    await lock_account(session, payment.account_id)
    for one in await list_paid_twice(session, payment.account_id):
        if one.payment.id == payment_id:
            for refund in one.refunds:
                refund.double_seen_by, refund.double_seen_at, refund.double_reason = by, backend.clock.now(), reason
                await session.flush()
                await record_refund(session, backend, refund, "refund_double_handled", by=by, reason=reason)
            return
    raise RefundRefused("not_waiting", tr("Nobody has to be called about this payment any more."))


def _given_cents(refund: PaymentRefund) -> int:
    return (refund.handled_cents or 0) if refund.status == "failed" else refund.total_cents


def _waits() -> ColumnElement[bool]:
    return and_(PaymentRefund.status == "failed", PaymentRefund.handled_at.is_(None))
