"""Ours against the payment network: what it took, by asking it for each payment of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.payments.models import Payment
from backend.payments.open_differences import BOOKED, compare_charge
from backend.posting.models import QueuedPosting
from backend.providers.payments.base import Charge
from backend.reconciliation.asking import ask_network
from backend.reconciliation.model import Difference, Report

if TYPE_CHECKING:
    from backend.app import Backend

MAX_ASKED = 5000
"""The network is asked for so many payments of a day at most: half an hour at a second a call and eight at once."""


@dataclass(frozen=True, slots=True)
class OurPayment:
    """A payment of the day as we have it, with the number of its account."""

    key: str
    confirmation: str
    account: str
    total_cents: int
    status: str
    is_queued: bool


async def compare_network(backend: Backend, report: Report) -> None:
    """Add what the payment network has otherwise, and payments of the day that were never queued."""
    async with backend.db.read_session() as session:
        payments = await _list_payments(session, backend, report.on)
    for payment in payments:
        if payment.status in BOOKED and not payment.is_queued:
            _add(report, "not_queued", payment, None)
    # what is not booked here comes first: money taken without a trace is the worst
    asked = sorted(payments, key=lambda payment: payment.status in BOOKED)[:MAX_ASKED]
    answers = await ask_network(backend.payments.find, [payment.key for payment in asked])
    for payment in asked:
        if payment.key in answers:
            _compare(report, payment, answers[payment.key])
    if len(answers) < len(payments):
        report.notes.append(
            f"The payment network answered for {len(answers):,} of {len(payments):,} payments of the day; "
            "the others are not compared with it."
        )
    report.sources.append("the payment network")


async def _list_payments(session: AsyncSession, backend: Backend, on: date) -> list[OurPayment]:
    """Payments posted on the day, and those begun on it that came to nothing or are unsettled."""
    start = datetime.combine(on, time(0), backend.coop.zone).astimezone(UTC)
    end = datetime.combine(on + timedelta(days=1), time(0), backend.coop.zone).astimezone(UTC)
    of_day = or_(
        Payment.posted_on == on,
        and_(Payment.posted_on.is_(None), Payment.created_at >= start, Payment.created_at < end),
    )
    queued = select(QueuedPosting.id).where(QueuedPosting.payment_id == Payment.id).exists()
    query = select(Payment, Account.number, queued).join(Account, Account.id == Payment.account_id).where(of_day)
    return [
        OurPayment(payment.key, payment.confirmation, number, payment.total_cents, payment.status, is_queued)
        for payment, number, is_queued in await session.execute(query.order_by(Payment.id))
    ]


def _compare(report: Report, payment: OurPayment, charge: Charge | None) -> None:
    if name := compare_charge(payment.status, payment.total_cents, charge):
        _add(report, name, payment, charge)


def _add(report: Report, name: str, payment: OurPayment, charge: Charge | None) -> None:
    report.differences.append(
        Difference(
            name,
            payment.account,
            "payment",
            f"payment:{payment.key}",
            payment.confirmation,
            payment.total_cents if payment.status in BOOKED else None,
            charge.amount_cents if charge else None,
            f"{payment.status} here, {charge.status if charge else 'unknown'} at the network"
            if name != "not_queued"
            else "",
        )
    )
