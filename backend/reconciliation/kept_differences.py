"""Keeps what a comparison finds about a payment, and asks the network again about what is open, until both agree."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.models import Payment, PaymentRefund
from backend.payments.open_differences import COMPARED, compare_charge, list_open_payments, note_difference, settle
from backend.payments.processing import lock_payment
from backend.providers.payments.base import PaymentProviderError
from backend.reconciliation.model import Report
from backend.reconciliation.refunds import compare_refund

if TYPE_CHECKING:
    from backend.app import Backend

logger = logging.getLogger(__name__)
NOT_ASKED = ("requested", "approved", "rejected")
"""Refunds of which the network knows nothing."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was asked about, and the differences of COMPARED by their names with the network's cents."""

    status: str
    total_cents: int
    found: dict[str, int | None]


async def keep_differences(backend: Backend, report: Report) -> None:
    """Keep those of the report, and ask about all that are open. A network that is away settles nothing."""
    async with backend.db.read_session() as session:
        wanted = {payment.id for payment in await list_open_payments(session)}
        for each in report.differences:
            if each.name in COMPARED and (payment_id := await _find_payment(session, each.key)):
                wanted.add(payment_id)
    for payment_id in sorted(wanted):
        try:
            await look_again(backend, payment_id)
        except PaymentProviderError as error:
            logger.warning("payment %s could not be compared again: %r", payment_id, error)


async def look_again(backend: Backend, payment_id: int) -> None:
    """Ask the network about the payment and its refunds: keep what differs, settle what agrees again.

    Raises a PaymentProviderError when the network has not answered; then nothing changes.
    """
    seen = await _ask(backend, payment_id)
    async with backend.db.transaction() as session:
        payment = await lock_payment(session, payment_id)
        if (payment.status, payment.total_cents) != (seen.status, seen.total_cents):
            return  # it moved on while the network was asked
        for name, theirs_cents in seen.found.items():
            await note_difference(session, backend, payment, name, theirs_cents)
        await settle(session, backend, payment, COMPARED.keys() - seen.found.keys())


async def _find_payment(session: AsyncSession, key: str) -> int | None:
    kind, _, own = key.partition(":")
    if kind == "payment":
        return await session.scalar(select(Payment.id).where(Payment.key == own))
    return await session.scalar(select(PaymentRefund.payment_id).where(PaymentRefund.key == own))


async def _ask(backend: Backend, payment_id: int) -> _Seen:
    async with backend.db.read_session() as session:
        payment = await session.get_one(Payment, payment_id)
        refunds = list(
            await session.scalars(
                select(PaymentRefund).where(
                    PaymentRefund.payment_id == payment_id, PaymentRefund.status.not_in(NOT_ASKED)
                )
            )
        )
    charge = await backend.payments.find(payment.key)
    named = [(compare_charge(payment.status, payment.total_cents, charge), charge.amount_cents if charge else None)]
    for refund in refunds:
        answer = await backend.payments.find_refund(refund.key)
        name = compare_refund(refund, payment.key, answer, backend.clock.now())
        named.append((name, answer.amount_cents if answer else None))
    return _Seen(payment.status, payment.total_cents, {name: cents for name, cents in named if name in COMPARED})
