"""When automatic payments run, and when a change of them takes effect. All days are the co-op's local dates."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend import months
from backend.autopay.models import AutoPay, LegacyDraft
from backend.banking_days import add_banking_days
from backend.coop import Coop

LEAD_DAYS = 2
"""Banking days between a change and the first run that it can affect. A nearer run stays as it was."""
CATCH_UP = timedelta(days=5)
"""How long after its day a run may still be made up for; later it would surprise the member."""


def next_run_day(day_of_month: int | None, due_on: date | None, today: date) -> date | None:
    """The next day a payment runs, `today` included. Without a day of the month it is the due date of the open bill."""
    if day_of_month is None:
        return due_on if due_on and due_on >= today else None
    this_month = months.day_of_month(today, day_of_month)
    return this_month if this_month >= today else months.day_of_month(months.add_months(today, 1), day_of_month)


def last_run_day(day_of_month: int, on: date) -> date:
    """The newest day at or before `on` that is this day of its month."""
    this_month = months.day_of_month(on, day_of_month)
    return this_month if this_month <= on else months.day_of_month(months.add_months(on, -1), day_of_month)


def runs_after_due_date(day_of_month: int, issued_on: date, due_on: date) -> bool:
    """Whether that day is past the due date of bills like this one, in the coming year.

    A whole year is looked at: the 31st is in time for a bill due on November 30, and late for one due on December 30.
    """
    for later in range(12):
        run_on = next_run_day(day_of_month, None, months.add_months(issued_on, later))
        if run_on is not None and run_on > months.add_months(due_on, later):
            return True
    return False


def is_due_on(day_of_month: int | None, starts_on: date | None, issued_on: date, due_on: date, on: date) -> bool:
    """Whether a bill is drafted in the run of `on`, or should have been in a run of the days before that was missed."""
    run_on = due_on if day_of_month is None else last_run_day(day_of_month, on)
    return max(issued_on, starts_on or issued_on) <= run_on <= on <= run_on + CATCH_UP


def next_run_day_for_bill(
    day_of_month: int | None, starts_on: date | None, issued_on: date, due_on: date, today: date
) -> date | None:
    """The day on which a bill is drafted, from `today` on; None when Auto Pay does not cover it."""
    return next_run_day(day_of_month, due_on, max(today, issued_on, starts_on or today))


def first_run_day(today: date, coop: Coop) -> date:
    """The first day on which what is set up today can run."""
    return add_banking_days(today, LEAD_DAYS, coop.holiday_name)


def effective_date(today: date, runs_on: date | None, coop: Coop) -> date:
    """When a change takes effect: today, or the day after a run that is too near to be changed."""
    return today if runs_on is None or runs_on >= first_run_day(today, coop) else runs_on + timedelta(days=1)


async def find_active_autopay(session: AsyncSession, account_id: int) -> AutoPay | None:
    return await session.scalar(select(AutoPay).where(AutoPay.account_id == account_id, AutoPay.active))


async def find_active_draft(session: AsyncSession, account_id: int) -> LegacyDraft | None:
    return await session.scalar(select(LegacyDraft).where(LegacyDraft.account_id == account_id, LegacyDraft.active))


async def find_active(session: AsyncSession, account_id: int) -> AutoPay | LegacyDraft | None:
    """What pays the account's bills automatically now: it is one of them at most."""
    return await find_active_autopay(session, account_id) or await find_active_draft(session, account_id)
