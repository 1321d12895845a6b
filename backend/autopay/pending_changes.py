"""Changes of automatic payments that came too late for the next run and take effect after it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import service as audit
from backend.autopay.models import SYSTEM, AutoPay, LegacyDraft
from backend.billing.accounts import lock_account

if TYPE_CHECKING:
    from backend.app import Backend


async def accounts_with_due_changes(backend: Backend, on: date) -> list[int]:
    """Accounts with a change whose day has come."""
    found: set[int] = set()
    async with backend.db.read_session() as session:
        for model in (AutoPay, LegacyDraft):
            found |= set(await session.scalars(select(model.account_id).where(model.change_on <= on)))
    return sorted(found)


async def apply_changes(session: AsyncSession, backend: Backend, account_id: int, on: date) -> None:
    """Make the account's changes due by `on`. A draft ends first: a trigger forbids it beside Auto Pay."""
    await lock_account(session, account_id)
    for model in (LegacyDraft, AutoPay):
        query = select(model).where(model.account_id == account_id, model.change_on <= on)
        row = cast(AutoPay | LegacyDraft | None, await session.scalar(query))
        if row is not None:
            if row.change_active is not None:
                row.active = row.change_active
            if row.change_method_id is not None:
                row.method_id = row.change_method_id
                if isinstance(row, AutoPay):
                    row.day_of_month, row.starts_on = row.change_day_of_month, row.change_on
            clear_pending_change(row)
            await session.flush()
            await audit.record_job_act(
                session,
                backend,
                job=SYSTEM,
                act=f"{row.__tablename__}_change_made",
                account_id=account_id,
                after={"active": row.active, "method_id": row.method_id},
            )


def clear_pending_change(row: AutoPay | LegacyDraft) -> None:
    row.change_on = row.change_active = row.change_method_id = None
    if isinstance(row, AutoPay):
        row.change_day_of_month = None
