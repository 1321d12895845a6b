"""What became of the refunds of a payment, for the member who asks about it, and what they leave owed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.language import format_day, mark, tr
from backend.money import format_cents
from backend.payments.models import OPEN_REFUND_STATUSES, Payment, PaymentMethod, PaymentRefund
from backend.payments.past_payments import PastPayment
from backend.payments.refund_notices import GIVEN_KINDS

if TYPE_CHECKING:
    from backend.app import Backend

MADE_STATUSES = (*OPEN_REFUND_STATUSES, "succeeded")
UNNAMED_METHODS = {"card": mark("the card that paid it"), "bank": mark("the bank account that paid it")}
MOST = 2
"""Refunds that are told of, the newest ones: an answer is a text message."""


async def describe_refunds(
    session: AsyncSession, backend: Backend, payment: PastPayment, *, names_method: bool = True
) -> str:
    """A sentence for each refund of the payment; empty for none.

    Without `names_method` the brand and the last digits are left out: number and last four of the phone open what is
    owed, and no card or bank account.

    Nothing is said of one that waits for a second person, who may say no. A failure is told until the office has dealt
    with it, or has made another refund.
    """
    if not isinstance(payment, Payment):
        return ""  # what another system gave back is a row of its own
    query = select(PaymentRefund).where(PaymentRefund.payment_id == payment.id).order_by(PaymentRefund.id)
    paid_with = await session.get_one(PaymentMethod, payment.method_id)
    method = paid_with.label if names_method else tr(UNNAMED_METHODS[paid_with.kind])
    told: list[str] = []
    made_since = False
    for refund in reversed((await session.scalars(query)).all()):
        amount = format_cents(refund.total_cents)
        if refund.status == "succeeded" and refund.ended_at is not None:
            day = format_day(refund.ended_at.astimezone(backend.coop.zone).date(), backend.today())
            told.append(tr("{amount} went back to {method} on {day}.", amount=amount, method=method, day=day))
        elif refund.status in OPEN_REFUND_STATUSES:
            told.append(tr("A refund of {amount} to {method} is under way.", amount=amount, method=method))
        elif refund.handled_cents and refund.handled_at is not None:
            told.append(_describe_given(backend, refund))
        elif refund.status == "failed" and refund.handled_at is None and not made_since:
            told.append(_describe_failure(backend, refund, amount, method))
        made_since = made_since or refund.status in MADE_STATUSES
    return " ".join(reversed(told[:MOST]))


async def is_given_back(session: AsyncSession, payment: PastPayment) -> bool:
    """Whether the whole of a payment was refunded, or is on its way back."""
    if not isinstance(payment, Payment) or payment.status != "posted":
        return False
    found = await session.scalars(select(PaymentRefund).where(PaymentRefund.payment_id == payment.id))
    given = sum(each.amount_cents if each.status in MADE_STATUSES else each.given_cents for each in found)
    return given >= payment.amount_cents


async def list_given_back(session: AsyncSession, account_id: int) -> list[tuple[date, int]]:
    """(day, cents) of what refunds have made owed again, without fees, the oldest first."""
    found = await session.scalars(select(PaymentRefund).where(PaymentRefund.account_id == account_id))
    given: list[tuple[date, int]] = []
    for refund in found:
        if refund.status in MADE_STATUSES and refund.accepted_at is not None:
            given.append((refund.accepted_at.date(), refund.amount_cents))
        elif refund.given_cents and refund.handled_at is not None:
            given.append((refund.handled_at.date(), refund.given_cents))
    return sorted(given)


def _describe_given(backend: Backend, refund: PaymentRefund) -> str:
    assert refund.handled_at is not None
    return tr(
        "Our office gave back {amount} by {kind} on {day}.",
        amount=format_cents(refund.handled_cents or 0),
        kind=tr(GIVEN_KINDS[refund.handled_as or ""]),
        day=format_day(refund.handled_at.astimezone(backend.coop.zone).date(), backend.today()),
    )


def _describe_failure(backend: Backend, refund: PaymentRefund, amount: str, method: str) -> str:
    phone = backend.coop.office_phone_display
    if refund.accepted_at is None:
        return tr(
            "A refund of {amount} to {method} could not be made; our office was told: {phone}.",
            amount=amount,
            method=method,
            phone=phone,
        )
    return tr(
        "A refund of {amount} to {method} came back to us; our office was told: {phone}.",
        amount=amount,
        method=method,
        phone=phone,
    )
