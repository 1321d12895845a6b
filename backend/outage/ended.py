"""An outage that ended lately: for who asks whether it is fixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.outage.areas import is_account_in, parse_area
from backend.outage.models import KnownOutage, OutageAnnouncement
from backend.outage.texts import RESTORED

if TYPE_CHECKING:
    from backend.app import Backend

TOLD_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class EndedOutage:
    """`area` is in the office's words; `at` is when the office ended it (UTC)."""

    area: str
    at: datetime


async def find_ended(
    session: AsyncSession,
    backend: Backend,
    accounts: Sequence[Account],
    place: str | None = None,
    *,
    outage_id: int | None = None,
) -> EndedOutage | None:
    """The newest outage that ended within a day at one of the accounts or at the place, in the member's words; or that
    of `outage_id`, if it did.

    None for one that was written down by mistake: no power came back there.
    """
    query = (
        select(KnownOutage)
        .join(OutageAnnouncement, OutageAnnouncement.outage_id == KnownOutage.id)
        .where(OutageAnnouncement.stage == RESTORED, KnownOutage.cleared_at > backend.clock.now() - TOLD_FOR)
        .order_by(KnownOutage.cleared_at.desc())
    )
    if outage_id is not None:
        query = query.where(KnownOutage.id == outage_id)
    for outage in (await session.scalars(query)).unique():
        is_named = bool(place) and not outage.by_accounts and parse_area(outage.area).contains([str(place)])
        is_there = outage.id == outage_id or is_named
        for account in accounts:
            is_there = is_there or await is_account_in(session, outage, account)
        if is_there and outage.cleared_at is not None:
            return EndedOutage(outage.area, outage.cleared_at)
    return None
