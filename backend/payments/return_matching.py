"""Finds the payment of ours that an entry of a bank's return file is about.

What we give a network as our reference is the confirmation number; some processors send the account or member number
instead, or keep the trace number as their own reference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.confirmation_numbers import normalize_number
from backend.members.models import Member
from backend.members.service import strip_to_digits
from backend.payments.models import Payment, PaymentMethod, PaymentRefund
from backend.payments.nacha_returns import ReturnItem

if TYPE_CHECKING:
    from backend.app import Backend

MATCHED_WITHIN = timedelta(days=95)
"""A payment named only by its account may come back this late: 60 days for an unauthorized debit, and slow posts."""


@dataclass(frozen=True, slots=True)
class Match:
    """What an entry fits: a payment, a refund of ours, or why neither."""

    payment: Payment | None = None
    refund: PaymentRefund | None = None
    problem: str = "unmatched"


async def find_match(session: AsyncSession, backend: Backend, item: ReturnItem) -> Match:
    """By our confirmation number or the trace number as the network's reference; else by account and amount, if only
    one payment fits."""
    number = normalize_number(item.individual_id)
    if item.is_credit and item.kind != "change":
        refund = await session.scalar(
            select(PaymentRefund).where(
                or_(PaymentRefund.confirmation == (number or ""), PaymentRefund.provider_ref == item.original_trace)
            )
        )
        fits = refund is not None and refund.total_cents == item.amount_cents
        return Match(refund=refund) if fits else Match()
    if number:
        payment = await session.scalar(select(Payment).where(Payment.confirmation == number))
        if payment is not None:
            return Match(payment)
    if re.fullmatch(r"[0-9]{15}", item.original_trace):
        payment = await session.scalar(select(Payment).where(Payment.provider_ref == item.original_trace).limit(1))
        if payment is not None:
            return Match(payment)
    return await _match_account(session, backend, item)


async def _match_account(session: AsyncSession, backend: Backend, item: ReturnItem) -> Match:
    digits = strip_to_digits(item.individual_id)
    if len(digits) < 4 or digits != item.individual_id.replace("-", ""):
        return Match()
    accounts = select(Account.id).join(Member, Account.member_id == Member.id)
    query = (
        select(Payment)
        .join(PaymentMethod, Payment.method_id == PaymentMethod.id)
        .where(
            Payment.account_id.in_(accounts.where(or_(Account.number_digits == digits, Member.number == digits))),
            PaymentMethod.kind == "bank",
            Payment.created_at >= backend.clock.now() - MATCHED_WITHIN,
            Payment.status.in_(("authorized", "posted", "returned")),
        )
        .order_by(Payment.id.desc())
    )
    if item.kind == "change":  # any payment from the account tells whose it is, and which method
        payments = list(await session.scalars(query))
        one_method = len({payment.method_id for payment in payments}) == 1
        return Match(payments[0]) if one_method else Match(problem="several" if payments else "unmatched")
    same = Payment.amount_cents + Payment.fee_cents == item.amount_cents
    payments = list(await session.scalars(query.where(same, Payment.status != "returned").limit(2)))
    if len(payments) == 1:
        return Match(payments[0])
    return Match(problem="several" if payments else "unmatched")
