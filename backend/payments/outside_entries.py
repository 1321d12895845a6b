"""Payments that were not made through memberline, as the co-op's own system booked them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import OutsideEntry
from backend.language import mark
from backend.payments.check_numbers import check_number
from backend.payments.models import CounterPayment

OUTSIDE_SOURCES = {
    "counter": mark("at the counter"),
    "mail": mark("by mail"),
    "bank": mark("through your bank"),
    "card": mark("by card, elsewhere"),
    "other": mark("elsewhere"),
    "": mark("elsewhere"),
}
"""Ways to pay that are not through memberline."""

SHOWN_KINDS = ("payment", "return")
PAID_STATES = ("booked", "taken_over", "history")
"""One that is ours or that the office booked here is shown as that payment, and a void one never was."""


async def list_outside_payments(session: AsyncSession, account_id: int, count: int) -> Sequence[OutsideEntry]:
    """The newest `count` payments and returns, the newest first."""
    query = select(OutsideEntry).where(*_of_states(account_id, PAID_STATES), OutsideEntry.kind.in_(SHOWN_KINDS))
    query = query.order_by(OutsideEntry.posted_on.desc(), OutsideEntry.id.desc()).limit(count)
    return (await session.scalars(query)).all()


async def find_last_outside_payment(session: AsyncSession, account_id: int) -> OutsideEntry | None:
    query = select(OutsideEntry).where(*_of_states(account_id, PAID_STATES), OutsideEntry.kind == "payment")
    return await session.scalar(query.order_by(OutsideEntry.posted_on.desc(), OutsideEntry.id.desc()).limit(1))


async def total_paid_outside(session: AsyncSession, account_id: int, first: date, last: date) -> int:
    """Cents paid from `first` to `last`, less what was taken back, without what the office booked here too."""
    days = OutsideEntry.posted_on.between(first, last)
    return await _sum(session, *_of_states(account_id, PAID_STATES), OutsideEntry.kind.in_(SHOWN_KINDS), days)


async def total_received_since(session: AsyncSession, account_id: int, since: datetime) -> int:
    """Cents of payments made elsewhere that memberline has learned of after `since` (UTC), less what was taken back.

    Payments at the counter are among them, whether a file brought them or the office booked them here.
    """
    states = OutsideEntry.state.in_(("booked", "history"))
    news = (OutsideEntry.account_id == account_id, states, OutsideEntry.received_at > since)
    at_counter = select(func.coalesce(func.sum(CounterPayment.amount_cents), 0)).where(
        CounterPayment.account_id == account_id, CounterPayment.status == "booked", CounterPayment.booked_at > since
    )
    elsewhere = await _sum(session, *news, OutsideEntry.kind.in_(SHOWN_KINDS))
    return max(elsewhere + int(await session.scalar(at_counter) or 0), 0)


async def list_charges(session: AsyncSession, account_id: int) -> Sequence[tuple[date, int]]:
    """(day, cents) of each fee and adjustment that is owed beside the bills, the oldest first."""
    query = select(OutsideEntry.posted_on, OutsideEntry.amount_cents).where(
        OutsideEntry.account_id == account_id,
        OutsideEntry.state == "booked",
        OutsideEntry.kind.in_(("fee", "adjustment")),
        OutsideEntry.amount_cents > 0,
    )
    found = await session.execute(query.order_by(OutsideEntry.posted_on, OutsideEntry.id))
    return [(day, cents) for day, cents in found]


async def find_same_payment(
    session: AsyncSession, account_id: int, amount_cents: int, references: Sequence[str]
) -> str | None:
    """The number of a payment in the co-op's own books with this amount and one of these references, if any."""
    numbers = {check_number(each) for each in references} - {""}
    query = select(OutsideEntry.number, OutsideEntry.reference).where(
        *_of_states(account_id, PAID_STATES),
        OutsideEntry.kind == "payment",
        OutsideEntry.amount_cents == amount_cents,
    )
    found = await session.execute(query.order_by(OutsideEntry.id))
    return next((number for number, reference in found if check_number(reference) in numbers), None)


async def _sum(session: AsyncSession, *conditions: ColumnElement[bool]) -> int:
    signed = case((OutsideEntry.kind == "return", -OutsideEntry.amount_cents), else_=OutsideEntry.amount_cents)
    return int(await session.scalar(select(func.coalesce(func.sum(signed), 0)).where(*conditions)) or 0)


def _of_states(account_id: int, states: Sequence[str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return OutsideEntry.account_id == account_id, OutsideEntry.state.in_(states)
