"""Our own movements of money that the figures of another billing system do not have yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, case, column, func, not_, select, table
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
)


async def sum_movements_not_in(session: AsyncSession, account_id: int, as_of: datetime) -> int:
    """What figures asked for at `as_of` lack, in cents to be added to the amount due: payments below zero, returns and
    refunds above.

    A movement is in them only if it had been sent to the other system before they were asked for.
    """
    columns = POSTINGS.c
    is_known = and_(columns.status == "sent", columns.sent_at.is_not(None), columns.sent_at < as_of)
    signed = case((columns.kind == "payment", -columns.amount_cents), else_=columns.amount_cents)
    query = select(func.coalesce(func.sum(signed), 0)).where(columns.account_id == account_id, not_(is_known))
    return int(await session.scalar(query) or 0)
