"""Refunds of ours against the payment network: made on both sides, of one amount, not too slow, and failed ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.money import format_cents
from backend.payments.failed_refunds import RETURNED, PaidTwice, list_paid_twice
from backend.payments.models import OPEN_REFUND_STATUSES, Payment, PaymentRefund
from backend.payments.refund_notices import describe_failure
from backend.providers.payments.base import Refund
from backend.reconciliation.asking import ask_network
from backend.reconciliation.model import Difference, Report

if TYPE_CHECKING:
    from backend.app import Backend

MAX_ASKED = 1000
"""A co-op makes a few refunds a day; those that wait for weeks must not make a report of hours."""
SLOW_AFTER = timedelta(days=10)
"""By then a card or bank has taken a refund, or refused it."""
UNANSWERED_AFTER = timedelta(hours=1)
"""The minute's job asks again and again; before that a refund is simply on its way."""


@dataclass(frozen=True, slots=True)
class OurRefund:
    """A refund as we have it, with the number of its account, the key of its payment, and whether it is of the day."""

    row: PaymentRefund
    account: str
    payment_key: str
    is_of_day: bool
    ended_that_day: bool

    @property
    def is_booked(self) -> bool:
        return is_booked(self.row)


async def compare_refunds(backend: Backend, report: Report) -> None:
    """Add refunds of the day and those that are not at their end: what the network has otherwise, and what is late."""
    async with backend.db.read_session() as session:
        refunds = await _list_refunds(session, backend, report.on)
        twice = await list_paid_twice(session)
    for one in twice:
        _add_paid_twice(backend, report, one)
    for refund in refunds:
        _find_trouble(report, refund)
        if refund.is_of_day and refund.is_booked:
            report.refunds_booked.add(refund.row.total_cents)
    to_ask = [refund for refund in refunds if refund.row.status != "approved"]
    asked = to_ask[:MAX_ASKED]
    answers = await ask_network(backend.payments.find_refund, [refund.row.key for refund in asked])
    for refund in asked:
        if refund.row.key in answers:
            _compare(report, refund, answers[refund.row.key])
    if len(answers) < len(to_ask):
        report.notes.append(f"The payment network answered for {len(answers):,} of {len(to_ask):,} refunds.")


async def _list_refunds(session: AsyncSession, backend: Backend, on: date) -> list[OurRefund]:
    """Refunds that the network was or is to be asked for: those that wait for something first, the oldest first."""
    start = datetime.combine(on, time(0), backend.coop.zone).astimezone(UTC)
    end = datetime.combine(on + timedelta(days=1), time(0), backend.coop.zone).astimezone(UTC)
    is_open = PaymentRefund.status.in_(OPEN_REFUND_STATUSES)
    is_unhandled = and_(PaymentRefund.status == "failed", PaymentRefund.handled_at.is_(None))
    of_day = or_(
        *(and_(column >= start, column < end) for column in (PaymentRefund.accepted_at, PaymentRefund.ended_at))
    )
    query = (
        select(PaymentRefund, Account.number, Payment.key)
        .join(Account, Account.id == PaymentRefund.account_id)
        .join(Payment, Payment.id == PaymentRefund.payment_id)
        .where(or_(is_open, is_unhandled, of_day), PaymentRefund.asked_at < end)
        .order_by(is_open.desc(), PaymentRefund.id)
    )
    return [
        OurRefund(row, number, key, *(at is not None and start <= at < end for at in (row.accepted_at, row.ended_at)))
        for row, number, key in await session.execute(query)
    ]


def _find_trouble(report: Report, refund: OurRefund) -> None:
    """What needs a person whatever the network says."""
    row = refund.row
    if row.status == "failed":
        if row.handled_at is None:
            _add(report, "refund_failed", refund, None, f"failed here: {describe_failure(row.failure_code)}")
        elif row.handled_as == RETURNED and refund.ended_that_day:
            report.notes.append(
                f"Refund {row.confirmation} of {format_cents(row.total_cents)} came to nothing, and nothing is to be "
                "paid: the bank returned the payment itself, and the member has the money back."
            )
    elif row.accepted_at is None:
        asked = row.decided_at or row.asked_at
        if row.status in OPEN_REFUND_STATUSES and report.made_at - asked > UNANSWERED_AFTER:
            _add(report, "refund_unanswered", refund, None, f"asked for on {asked:%Y-%m-%d}")
    elif row.status == "started" and report.made_at - row.accepted_at > SLOW_AFTER:
        _add(report, "refund_slow", refund, None, f"on its way since {row.accepted_at:%Y-%m-%d}")


def _compare(report: Report, refund: OurRefund, found: Refund | None) -> None:
    row = refund.row
    is_made = found is not None and found.status != "failed"
    if found is not None and is_made and refund.is_of_day and refund.is_booked:
        report.refunds_at_network.add(found.amount_cents)
    if name := compare_refund(row, refund.payment_key, found, report.made_at):
        _add(report, name, refund, found)


def is_booked(row: PaymentRefund) -> bool:
    return row.accepted_at is not None and row.status != "failed"


def compare_refund(row: PaymentRefund, payment_key: str, found: Refund | None, now: datetime) -> str | None:
    """The name of what our refund and the network's differ in at `now` (UTC); None: in nothing."""
    is_made = found is not None and found.status != "failed"
    if not is_booked(row):
        # one that is just being made is not booked for some seconds; what a bank sent back later may look made there
        is_late = now - (row.decided_at or row.asked_at) > UNANSWERED_AFTER
        return "refund_not_here" if is_made and is_late and row.accepted_at is None else None
    if found is None:
        return "refund_not_at_network"
    if found.amount_cents != row.total_cents or found.charge_key != payment_key:
        return "refund_amount_differs"
    return None if is_made else "refund_failed_there"


def _add_paid_twice(backend: Backend, report: Report, one: PaidTwice) -> None:
    """Listed from the day on which the bank returned the payment."""
    payment = one.payment
    if payment.updated_at.astimezone(backend.coop.zone).date() > report.on:
        return
    shown = (one.account_number, "refund", f"payment:{payment.key}", payment.confirmation)
    numbers = ", ".join(refund.confirmation for refund in one.refunds)
    detail = f"{format_cents(one.cents)} refunded ({numbers}), and {format_cents(payment.total_cents)} returned"
    report.differences.append(Difference("paid_back_twice", *shown, None, None, detail))


def _add(report: Report, name: str, refund: OurRefund, found: Refund | None, detail: str = "") -> None:
    row = refund.row
    sides = f"{row.status} here, {found.status if found else 'unknown'} at the network"
    report.differences.append(
        Difference(
            name,
            refund.account,
            "refund",
            f"refund:{row.key}",
            row.confirmation,
            -row.total_cents if refund.is_booked else None,
            -found.amount_cents if found is not None and found.status != "failed" else None,
            detail or sides,
        )
    )
