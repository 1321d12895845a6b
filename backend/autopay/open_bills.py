"""What is open on each bill, less pending and scheduled payments. Amounts are cents, days the co-op's local dates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.autopay.models import AutomaticDraft
from backend.autopay.schedule import is_due_on, next_run_day_for_bill
from backend.billing import bills
from backend.billing.models import Bill
from backend.payments.balances import sum_pending
from backend.payments.models import ScheduledPayment
from backend.payments.outside_entries import list_charges

if TYPE_CHECKING:
    from backend.app import Backend


async def list_open_bills(session: AsyncSession, backend: Backend, account_id: int, on: date) -> list[tuple[Bill, int]]:
    """Bills with cents open, oldest first, each with those cents.

    Pending payments count as paid. So do payments scheduled up to the last due date of those bills: the member chose
    to pay them that way.
    """
    issued = await bills.list_bills(session, account_id)
    due = (await backend.billing.balance(session, account_id, on)).amount_due_cents
    due -= await sum_pending(session, account_id)
    charges = await list_charges(session, account_id)
    owed = bills.unpaid_bills(issued, due, charges)
    if not owed:
        return []
    until = max(on, *(bill.due_on for bill, _ in owed))
    scheduled = select(func.coalesce(func.sum(ScheduledPayment.amount_cents), 0)).where(
        ScheduledPayment.account_id == account_id,
        ScheduledPayment.status == "scheduled",  # a running one is among the pending payments
        ScheduledPayment.run_on <= until,
    )
    return bills.unpaid_bills(issued, due - int(await session.scalar(scheduled) or 0), charges)


async def drafts_by_bill(session: AsyncSession, account_id: int) -> dict[int, AutomaticDraft]:
    """The account's drafts, by bill id."""
    query = select(AutomaticDraft).where(AutomaticDraft.account_id == account_id)
    return {draft.bill_id: draft for draft in await session.scalars(query)}


async def has_run_on(session: AsyncSession, account_id: int, on: date) -> bool:
    """Whether the run of that day has drafted a bill of the account already."""
    query = select(AutomaticDraft.id).where(AutomaticDraft.account_id == account_id, AutomaticDraft.run_on == on)
    return await session.scalar(query.limit(1)) is not None


async def upcoming_runs(
    session: AsyncSession, backend: Backend, account_id: int, day_of_month: int | None, starts_on: date | None
) -> dict[date, int]:
    """The days on which an enrollment on these terms drafts what is open now, each with its cents."""
    today = backend.today()
    known = await drafts_by_bill(session, account_id)
    again_on = today + timedelta(days=1) if await has_run_on(session, account_id, today) else today
    taken: dict[date, set[int]] = {}
    for bill, _ in await list_open_bills(session, backend, account_id, today):
        on = next_run_day_for_bill(day_of_month, starts_on, bill.issued_on, bill.due_on, today)
        if is_due_on(day_of_month, starts_on, bill.issued_on, bill.due_on, again_on):
            on = again_on  # its run was missed, or it is open again: the next run makes up for it
        if bill.id not in known and on:
            taken.setdefault(on, set()).add(bill.id)
    coming = {}
    for on, ids in taken.items():  # payments scheduled before that day count as paid by then
        owed = await list_open_bills(session, backend, account_id, on)
        coming[on] = sum(cents for bill, cents in owed if bill.id in ids)
    return {on: cents for on, cents in coming.items() if cents}
