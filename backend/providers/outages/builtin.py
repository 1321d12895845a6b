"""Outages from the list that the office keeps at /staff/outages."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from backend.billing.models import Account
from backend.config import Settings
from backend.outage import service as outages
from backend.outage.areas import is_account_in, normalize_place, parse_area
from backend.outage.models import KnownOutage
from backend.outage.texts import format_cause
from backend.providers.outages.base import OutageInfo

__all__ = ["BuiltinOutages", "create", "normalize_place"]


class BuiltinOutages:
    """An outage matches when the account is listed in it, or a name of its area occurs in the place's words or the
    account's address."""

    async def find_outage(self, session: AsyncSession, place: str | None, account_id: int | None) -> OutageInfo | None:
        account = await session.get(Account, account_id) if account_id is not None else None
        for one in await outages.current_outages(session):
            if await self._is_in(session, one, place, account):
                return OutageInfo(one.area, format_cause(one.cause), one.estimate_at, one.updated_at, one.since, one.id)
        return None

    async def _is_in(
        self, session: AsyncSession, outage: KnownOutage, place: str | None, account: Account | None
    ) -> bool:
        if account is not None and (outage.by_accounts or await is_account_in(session, outage, account)):
            return await is_account_in(session, outage, account)  # a list of accounts is exact; the place is words
        return parse_area(outage.area).contains([place] if place else [])


def create(settings: Settings) -> BuiltinOutages:
    return BuiltinOutages()
