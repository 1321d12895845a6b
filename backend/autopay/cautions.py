"""What a member should know before agreeing to Auto Pay: money on its way, a bill due too soon, a card that ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from backend.autopay import service
from backend.autopay.models import AutoPay
from backend.autopay.open_bills import list_open_bills
from backend.autopay.schedule import find_active_draft, next_run_day_for_bill
from backend.billing.models import Bill
from backend.payments import prechecks
from backend.payments.balances import get_balance
from backend.payments.models import PaymentMethod, ScheduledPayment

if TYPE_CHECKING:
    from backend.app import Backend

EXPIRES_SOON = timedelta(days=60)
"""A card that expires within this of the first run is told of."""


@dataclass(frozen=True, slots=True)
class Cautions:
    """`pending_cents` are on their way. `scheduled` is the next scheduled payment. `uncovered` are open bills, with
    cents, for which Auto Pay comes too late. `expires_on` is set for a card that expires soon."""

    pending_cents: int
    scheduled: ScheduledPayment | None
    uncovered: tuple[tuple[Bill, int], ...]
    expires_on: date | None


async def find_cautions(
    session: AsyncSession, backend: Backend, account_id: int, method: PaymentMethod, day_of_month: int | None
) -> Cautions:
    """For Auto Pay with this method on that day of the month; None means the due date. Raises FiguresUnknown."""
    today = backend.today()
    starts_on = await service.new_autopay_start(session, backend, account_id)
    covered = await _due_dates_still_paid(session, backend, account_id, starts_on)
    balance = await get_balance(session, backend, account_id)
    uncovered = [
        (bill, cents)
        for bill, cents in await list_open_bills(session, backend, account_id, today)
        if next_run_day_for_bill(day_of_month, starts_on, bill.issued_on, bill.due_on, today) is None
        and bill.due_on not in covered
    ]
    expires_on = prechecks.card_expiry_date(method)
    return Cautions(
        pending_cents=balance.pending_cents,
        scheduled=next(iter(balance.scheduled), None),
        uncovered=tuple(uncovered),
        expires_on=expires_on if expires_on and expires_on < starts_on + EXPIRES_SOON else None,
    )


async def _due_dates_still_paid(session: AsyncSession, backend: Backend, account_id: int, starts_on: date) -> set[date]:
    """Due dates of bills that the present Auto Pay or draft still pays, before `starts_on`."""
    row = await service.find_autopay(session, account_id)
    present = row if row is not None and row.active else await find_active_draft(session, account_id)
    if present is None:
        return set()
    today = backend.today()
    day, since = (present.day_of_month, present.starts_on) if isinstance(present, AutoPay) else (None, None)
    runs = [
        (bill.due_on, next_run_day_for_bill(day, since, bill.issued_on, bill.due_on, today))
        for bill, _ in await list_open_bills(session, backend, account_id, today)
    ]
    return {due_on for due_on, on in runs if on is not None and on < starts_on}
