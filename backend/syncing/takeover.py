"""When accounts were taken over: what was paid before that day is in their balance already."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select

from backend.audit.models import AuditRow
from backend.syncing.feed import Feed

TAKEN_OVER = "account_imported"
"""The act of the audit trail that an import and a sync write for a new account."""


async def takeover_days(feed: Feed, account_ids: Collection[int]) -> dict[int, date]:
    """The co-op's local date for each of the accounts that came by an import or a sync."""
    query = select(AuditRow.account_id, func.min(AuditRow.at)).where(
        AuditRow.account_id.in_(account_ids), AuditRow.act == TAKEN_OVER
    )
    found = await feed.session.execute(query.group_by(AuditRow.account_id))
    return {id_: at.astimezone(feed.backend.coop.zone).date() for id_, at in found if id_}
