"""Bills and payments of the past, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Bill
from backend.payments.models import Payment


async def list_payments(session: AsyncSession, account_id: int, start: int, count: int) -> Sequence[Payment]:
    """`count` payments in whatever state, leaving out the newest `start`."""
    query = (
        select(Payment)
        .where(Payment.account_id == account_id)
        .order_by(Payment.created_at.desc(), Payment.id.desc())
        .offset(start)
        .limit(count)
    )
    return (await session.scalars(query)).all()


async def list_bills(session: AsyncSession, account_id: int, start: int, count: int) -> Sequence[Bill]:
    """`count` bills, leaving out the newest `start`."""
    query = (
        select(Bill)
        .where(Bill.account_id == account_id)
        .order_by(Bill.issued_on.desc(), Bill.id.desc())
        .offset(start)
        .limit(count)
    )
    return (await session.scalars(query)).all()


async def total_paid_in_year(session: AsyncSession, account_id: int, year: int) -> int:
    """The cents of the payments posted in a calendar year, fees included."""
    query = select(func.coalesce(func.sum(Payment.amount_cents + Payment.fee_cents), 0)).where(
        Payment.account_id == account_id,
        Payment.status == "posted",
        Payment.posted_on.between(date(year, 1, 1), date(year, 12, 31)),
    )
    return int(await session.scalar(query) or 0)
