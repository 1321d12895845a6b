"""What a clerk has to see before a refund is made: one like it, or a bank that has just refused one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.models import Payment, PaymentRefund

if TYPE_CHECKING:
    from backend.app import Backend

SAME_WITHIN = timedelta(days=1)
REFUSED_WITHIN = timedelta(days=90)
REFUSED_BY_BANK = re.compile(r"bank_refused|R\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class RefundDoubt:
    """`same`: a refund of the same amount of the payment was asked for lately. `refused`: the bank of the same card or
    account did not take the refund."""

    kind: Literal["same", "refused"]
    confirmation: str
    asked_by: str
    at: datetime
    """When it was asked for, or refused."""
    reason: str
    failure_code: str | None


async def list_doubts(
    session: AsyncSession, backend: Backend, payment: Payment, amount_cents: int | None
) -> list[RefundDoubt]:
    """Without an amount only what speaks against any refund of the payment."""
    now = backend.clock.now()
    found = []
    if amount_cents is not None:
        same = select(PaymentRefund).where(
            PaymentRefund.payment_id == payment.id,
            PaymentRefund.amount_cents == amount_cents,
            PaymentRefund.status.not_in(("failed", "rejected")),
            PaymentRefund.asked_at >= now - SAME_WITHIN,
        )
        found += [
            _doubt("same", each, each.asked_at) for each in await session.scalars(same.order_by(PaymentRefund.id))
        ]
    newest = (
        select(PaymentRefund)
        .join(Payment, Payment.id == PaymentRefund.payment_id)
        .where(
            Payment.method_id == payment.method_id,
            PaymentRefund.status.in_(("succeeded", "failed")),
            PaymentRefund.ended_at >= now - REFUSED_WITHIN,
        )
        .order_by(PaymentRefund.ended_at.desc(), PaymentRefund.id.desc())
    )
    last = await session.scalar(newest.limit(1))
    if last is not None and last.status == "failed" and REFUSED_BY_BANK.fullmatch(last.failure_code or ""):
        found.append(_doubt("refused", last, last.ended_at or last.asked_at))
    return found


def _doubt(kind: Literal["same", "refused"], refund: PaymentRefund, at: datetime) -> RefundDoubt:
    return RefundDoubt(kind, refund.confirmation, refund.asked_by, at, refund.reason, refund.failure_code)


def name_doubts(doubts: Sequence[RefundDoubt]) -> str:
    """Names exactly these, so that a yes to them is no yes to another; empty for none."""
    text = "\n".join(sorted(f"{each.kind} {each.confirmation}" for each in doubts))
    return hashlib.sha256(text.encode()).hexdigest()[:32] if doubts else ""
