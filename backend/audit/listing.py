"""Reading the audit trail: the newest first, page by page, with filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.models import AuditRow
from backend.billing.models import Account


@dataclass(frozen=True)
class AuditFilter:
    """What to show; None and "" leave a part open. `actor` is the beginning of who; times are UTC, `until` is excluded.

    `accounts` are ids.
    """

    actor: str = ""
    act: str = ""
    accounts: tuple[int, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class AuditEntry:
    """A row with the number of its account; None for an act on no account."""

    row: AuditRow
    account_number: str | None


async def list_entries(
    session: AsyncSession, wanted: AuditFilter, *, limit: int, before: int | None = None
) -> list[AuditEntry]:
    """The newest `limit` rows that fit, older than the row `before`."""
    query = _select(wanted).order_by(AuditRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditRow.id < before)
    return [AuditEntry(row, number) for row, number in await session.execute(query)]


async def list_acts(session: AsyncSession) -> list[str]:
    """Every act that the trail has, by name: from one to the next in the index, without reading all rows."""
    found: list[str] = []
    while True:
        query = select(AuditRow.act).order_by(AuditRow.act).limit(1)
        act = await session.scalar(query.where(AuditRow.act > found[-1]) if found else query)
        if act is None:
            return found
        found.append(act)


def _select(wanted: AuditFilter) -> Select[AuditRow, str]:
    query = select(AuditRow, Account.number).outerjoin(Account, Account.id == AuditRow.account_id)
    if wanted.actor:
        query = query.where(AuditRow.actor.startswith(wanted.actor, autoescape=True))
    if wanted.act:
        query = query.where(AuditRow.act == wanted.act)
    if wanted.accounts is not None:
        query = query.where(AuditRow.account_id.in_(wanted.accounts))
    if wanted.since is not None:
        query = query.where(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditRow.at < wanted.until)
    return query
