"""What is paid with a saved method from now on: it must be changed before the method can be taken off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.autopay.models import AutoPay, LegacyDraft
from backend.billing.models import Account
from backend.payments.models import ScheduledPayment


@dataclass(frozen=True, slots=True)
class MethodUse:
    """`scheduled` is the payment of a `kind` scheduled."""

    kind: Literal["autopay", "draft", "scheduled"]
    account_number: str
    scheduled: ScheduledPayment | None = None


async def find_method_uses(session: AsyncSession, member_id: int, method_id: int) -> list[MethodUse]:
    """Auto Pay and drafts that are on, about to begin or about to end, and scheduled payments, over all accounts."""
    numbers = {
        account_id: number
        for account_id, number in await session.execute(
            select(Account.id, Account.number).where(Account.member_id == member_id).order_by(Account.number)
        )
    }
    uses: list[MethodUse] = []
    for model in (AutoPay, LegacyDraft):
        on = or_(model.active, model.change_active.is_(True))
        by_it = or_(model.method_id == method_id, model.change_method_id == method_id)
        query = select(model.account_id).where(model.account_id.in_(numbers), on, by_it).order_by(model.account_id)
        uses += [MethodUse(model.kind, numbers[account_id]) for account_id in await session.scalars(query)]
    planned = select(ScheduledPayment).where(
        ScheduledPayment.account_id.in_(numbers),
        ScheduledPayment.method_id == method_id,
        ScheduledPayment.status.in_(("scheduled", "running")),
    )
    for item in await session.scalars(planned.order_by(ScheduledPayment.run_on, ScheduledPayment.id)):
        uses.append(MethodUse("scheduled", numbers[item.account_id], item))
    return uses
