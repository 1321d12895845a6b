"""Payments that were not made through memberline, as the co-op's own system booked them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.models import OutsideEntry

SHOWN_KINDS = ("payment", "return")
SHOWN_STATES = ("booked", "taken_over")
"""One that is ours is shown as our payment, and a void one never was."""


async def list_outside_payments(session: AsyncSession, account_id: int, count: int) -> Sequence[OutsideEntry]:
    """The newest `count` payments and returns, the newest first."""
    query = select(OutsideEntry).where(*_shown(account_id), OutsideEntry.kind.in_(SHOWN_KINDS))
    query = query.order_by(OutsideEntry.posted_on.desc(), OutsideEntry.id.desc()).limit(count)
    return (await session.scalars(query)).all()


async def find_last_outside_payment(session: AsyncSession, account_id: int) -> OutsideEntry | None:
    query = select(OutsideEntry).where(*_shown(account_id), OutsideEntry.kind == "payment")
    return await session.scalar(query.order_by(OutsideEntry.posted_on.desc(), OutsideEntry.id.desc()).limit(1))


async def total_paid_outside(session: AsyncSession, account_id: int, first: date, last: date) -> int:
    """Cents paid from `first` to `last`, less what was taken back."""
    days = OutsideEntry.posted_on.between(first, last)
    return await _sum(session, *_shown(account_id), OutsideEntry.kind.in_(SHOWN_KINDS), days)


async def total_received_since(session: AsyncSession, account_id: int, since: datetime) -> int:
    """Cents of booked payments that memberline has learned of after `since` (UTC), less what was taken back."""
    booked = (OutsideEntry.account_id == account_id, OutsideEntry.state == "booked")
    news = OutsideEntry.received_at > since
    return max(await _sum(session, *booked, OutsideEntry.kind.in_(SHOWN_KINDS), news), 0)


async def total_charged_outside(session: AsyncSession, account_id: int) -> int:
    """Cents of fees and adjustments that are owed beside the bills. They are covered last, after every bill: a late fee
    of today must not make a bill of last year look unpaid."""
    charges = (OutsideEntry.kind.in_(("fee", "adjustment")), OutsideEntry.amount_cents > 0)
    return await _sum(session, OutsideEntry.account_id == account_id, OutsideEntry.state == "booked", *charges)


async def _sum(session: AsyncSession, *conditions: ColumnElement[bool]) -> int:
    signed = case((OutsideEntry.kind == "return", -OutsideEntry.amount_cents), else_=OutsideEntry.amount_cents)
    return int(await session.scalar(select(func.coalesce(func.sum(signed), 0)).where(*conditions)) or 0)


def _shown(account_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return OutsideEntry.account_id == account_id, OutsideEntry.state.in_(SHOWN_STATES)
