"""Payments that look like one that a clerk is about to book: the same account and amount, at about the same day.

Cash has no number, and nothing else tells two payments of it apart. So people decide, knowing what is there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import OutsideEntry
from backend.payments.models import PENDING_STATUSES, CounterPayment, Payment
from backend.payments.outside_entries import PAID_STATES

if TYPE_CHECKING:
    from backend.app import Backend

NEAR = timedelta(days=3)
"""Books may have the day of posting: that of a Friday's check is Monday."""


@dataclass(frozen=True, slots=True)
class AlikePayment:
    """`number` is our confirmation number, or the other system's own. `how` is a word for a clerk."""

    kind: Literal["payment", "counter", "outside"]
    number: str
    on: date
    how: str
    reference: str = ""


async def list_alike(
    session: AsyncSession, backend: Backend, account_id: int, amount_cents: int, received_on: date, key: str = ""
) -> list[AlikePayment]:
    """Those that are paid, on their way or waiting, the oldest first; not the counter payment `key` itself."""
    first, last = received_on - NEAR, received_on + NEAR
    same = {"account_id": account_id, "amount_cents": amount_cents}
    counter = select(CounterPayment).filter_by(**same).where(
        CounterPayment.received_on.between(first, last),
        CounterPayment.status.in_(("requested", "booked")),
        CounterPayment.key != key,
    )  # fmt: skip
    outside = select(OutsideEntry).filter_by(**same, kind="payment").where(
        OutsideEntry.posted_on.between(first, last), OutsideEntry.state.in_(PAID_STATES)
    )  # fmt: skip
    found = await _list_our_payments(session, backend, account_id, amount_cents, first, last)
    for item in await session.scalars(counter.order_by(CounterPayment.id)):
        how = item.kind.replace("_", " ")
        found.append(AlikePayment("counter", item.confirmation, item.received_on, how, item.reference))
    for entry in await session.scalars(outside.order_by(OutsideEntry.id)):
        found.append(AlikePayment("outside", entry.number, entry.posted_on, entry.source, entry.reference or ""))
    return sorted(found, key=lambda each: each.on)


async def _list_our_payments(
    session: AsyncSession, backend: Backend, account_id: int, amount_cents: int, first: date, last: date
) -> list[AlikePayment]:
    start = datetime.combine(first, time(), UTC) - timedelta(days=1)  # UTC and local days differ by less than that
    query = select(Payment).filter_by(account_id=account_id, amount_cents=amount_cents)
    query = query.where(
        Payment.status.in_((*PENDING_STATUSES, "posted")),
        Payment.created_at.between(start, start + (last - first) + timedelta(days=3)),
    )
    found = []
    for payment in await session.scalars(query.order_by(Payment.id)):
        day = payment.created_at.astimezone(backend.coop.zone).date()
        if first <= day <= last:
            found.append(AlikePayment("payment", payment.confirmation, day, payment.status))
    return found


def fingerprint(found: Sequence[AlikePayment]) -> str:
    """Names exactly these payments, so that a yes to them is no yes to another; empty for none."""
    text = "\n".join(sorted(f"{each.kind} {each.number}" for each in found))
    return hashlib.sha256(text.encode()).hexdigest()[:32] if found else ""
