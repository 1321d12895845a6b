"""Which payments and schedules were agreed to by one yes."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.group_models import GROUPED_KEY, PaymentGroup, PaymentGroupPart
from backend.payments.models import Payment, ScheduledPayment


def is_group_key(key: str | None) -> bool:
    """Whether this is the key of a group, or of something in one."""
    return key is not None and key.startswith(GROUPED_KEY)


async def find_group_key(session: AsyncSession, item: Payment | ScheduledPayment) -> str | None:
    """The key of the group that a payment or a schedule belongs to."""
    if not is_group_key(part_key(item)):
        return None
    query = select(PaymentGroup.key).join(PaymentGroupPart, PaymentGroupPart.group_id == PaymentGroup.id)
    return await session.scalar(query.where(PaymentGroupPart.key == part_key(item)))


def part_key(item: Payment | ScheduledPayment) -> str:
    """The key in the group. The payment of a schedule has the schedule's key behind a prefix."""
    return item.key.rpartition("sched:")[2]


async def list_made(session: AsyncSession, group_key: str) -> list[Payment | ScheduledPayment]:
    """The payments or schedules that came of the group, in its order, as they are now."""
    parts = (
        select(PaymentGroupPart.key)
        .join(PaymentGroup, PaymentGroup.id == PaymentGroupPart.group_id)
        .where(PaymentGroup.key == group_key)
        .order_by(PaymentGroupPart.id)
    )
    keys = list(await session.scalars(parts))
    fresh = {"populate_existing": True}
    made: list[Payment | ScheduledPayment] = [
        *await session.scalars(select(Payment).where(Payment.key.in_(keys)), execution_options=fresh),
        *await session.scalars(select(ScheduledPayment).where(ScheduledPayment.key.in_(keys)), execution_options=fresh),
    ]
    return sorted(made, key=lambda item: keys.index(item.key))


async def list_paid_with(session: AsyncSession, item: Payment | ScheduledPayment) -> list[Payment | ScheduledPayment]:
    """The others that were agreed to by the same yes."""
    group_key = await find_group_key(session, item)
    made = await list_made(session, group_key) if group_key else []
    return [other for other in made if other.key != part_key(item)]
