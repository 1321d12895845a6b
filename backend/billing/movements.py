"""Our own movements of money that the figures of another billing system do not have yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, case, column, func, not_, or_, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from backend.db import UtcTime

# by its name and not its class: the package of the postings stands above this one
POSTINGS = table(
    "postings",
    column("account_id"),
    column("kind"),
    column("amount_cents"),
    column("status"),
    column("sent_at", UtcTime),
    column("batch_number"),
)
CLERK_LOADS_WITHIN = timedelta(days=2)
"""How long a file of movements may lie before a clerk has loaded it. Meanwhile its payments count as not in the other
system's figures: telling too little owed for a day does less harm than debiting a bill twice."""


async def sum_movements_not_in(session: AsyncSession, account_id: int, as_of: datetime) -> int:
    """What figures asked for at `as_of` lack, in cents to be added to the amount due: payments below zero, returns and
    refunds above.

    A movement is in them only if it had been sent to the other system before they were asked for; one in a file, two
    days later.
    """
    columns = POSTINGS.c
    was_called = and_(columns.batch_number.is_(None), columns.sent_at < as_of)
    is_loaded = and_(columns.batch_number.is_not(None), columns.sent_at < as_of - CLERK_LOADS_WITHIN)
    is_known = and_(columns.status == "sent", columns.sent_at.is_not(None), or_(was_called, is_loaded))
    signed = case((columns.kind == "payment", -columns.amount_cents), else_=columns.amount_cents)
    query = select(func.coalesce(func.sum(signed), 0)).where(columns.account_id == account_id, not_(is_known))
    return int(await session.scalar(query) or 0)
