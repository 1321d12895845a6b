"""Loads what the summary and the billing page show of a member's accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.alerts.service import is_paperless
from backend.app import Backend
from backend.arrangement.next_part import describe_plan_due, find_next_cents
from backend.arrangement.progress import PlanProgress, measure_progress
from backend.arrangement.service import active_arrangement
from backend.autopay.formatting import format_coming, format_next_run
from backend.autopay.models import AutoPay
from backend.autopay.schedule import find_active_autopay, find_active_draft
from backend.autopay.service import find_autopay, find_next_run
from backend.billing.figures import format_as_of
from backend.billing.models import Account, Bill
from backend.language import format_short_date, tr
from backend.outage.areas import is_account_in
from backend.outage.models import KnownOutage
from backend.outage.service import current_outages
from backend.payments.balances import Balance, get_balance, list_not_made, list_scheduled
from backend.payments.models import PaymentMethod, ScheduledPayment
from backend.payments.past_payments import (
    STATUS_TEXTS,
    PastPayment,
    find_last_payment,
    is_paid_at_counter,
    list_payments,
)
from backend.payments.refund_status import describe_refunds, is_given_back
from backend.programs.rules import PROGRAM_NAMES
from backend.programs.service import find_enrollment
from backend.providers.billing.base import FiguresUnknown
from backend.usage.service import MonthUsage, list_last_months

MAX_SHOWN = 6
ListedPayment = tuple[PastPayment | ScheduledPayment, date, str]
"""A payment in a list: the co-op's local day, and its status in words."""
AUTOPAY_URL, DRAFTS_URL, ENROLLMENTS_URL = "/portal/autopay", "/portal/drafts", "/portal/enrollments"


@dataclass(frozen=True)
class AccountTile:
    """An account on the summary; amounts are cents.

    `balance` is None when it cannot be looked up, and `as_of` its time in words when it is not of now. `automatic` says
    in words how it is paid by itself; it is empty where nothing is on. `arrangement` is the payment arrangement that
    holds, `plan_due` says what is due by it, `next_part_cents`
    how much of its next part is still to be paid.
    """

    account: Account
    balance: Balance | None
    as_of: str
    automatic: str
    automatic_url: str
    outage: bool
    last_payment: PastPayment | None
    arrangement: PlanProgress | None = None
    plan_due: str = ""
    next_part_cents: int = 0

    @property
    def due_cents(self) -> int:
        """Zero for a credit, for a prepaid account and where nothing is known."""
        return max(self.balance.amount_due_cents, 0) if self.balance and not self.balance.prepaid else 0

    @property
    def agreed_cents(self) -> int:
        """What an arrangement gives time for, as long as no part of it is late."""
        plan = self.arrangement
        return plan.left_cents + plan.pending_cents if plan and not plan.is_late else 0

    @property
    def late_cents(self) -> int:
        """What is past due beyond an arrangement."""
        return max(self.balance.past_due_cents - self.agreed_cents, 0) if self.balance else 0

    @property
    def uncovered_cents(self) -> int:
        """What is left to pay beyond what is on its way or scheduled."""
        return max(self.balance.uncovered_cents, 0) if self.balance and not self.balance.prepaid else 0

    @property
    def first_cents(self) -> int:
        """What is filled in to pay: the arrangement's next part where one holds, else all that is left."""
        return min(self.next_part_cents, self.uncovered_cents) or self.uncovered_cents


@dataclass(frozen=True)
class AccountView:
    """One account on the billing page. `payments` are (payment, the co-op's local day, status in words), `planned`
    (scheduled payment, its method), `enrolled` (program, the account's state in it, the page that changes it)."""

    tile: AccountTile
    bills: Sequence[Bill]
    payments: Sequence[ListedPayment]
    planned: Sequence[tuple[ScheduledPayment, str]]
    enrolled: Sequence[tuple[str, str, str]]
    usage: Sequence[MonthUsage]


async def load_tiles(backend: Backend, accounts: Sequence[Account]) -> list[AccountTile]:
    await asyncio.gather(*(backend.billing.refresh(backend.db, account.id) for account in accounts))
    async with backend.db.read_session() as session:
        outages = await current_outages(session)
        return [await _load_tile(session, backend, account, outages) for account in accounts]


async def load_account(backend: Backend, account: Account) -> AccountView:
    """The account's newest bills and payments, its enrollments, and its use."""
    await backend.billing.refresh(backend.db, account.id)
    newest_bills = select(Bill).where(Bill.account_id == account.id).order_by(Bill.issued_on.desc(), Bill.id.desc())
    async with backend.db.read_session() as session:
        return AccountView(
            tile=await _load_tile(session, backend, account, ()),
            bills=(await session.scalars(newest_bills.limit(MAX_SHOWN))).all(),
            payments=await load_payments(session, backend, account, MAX_SHOWN),
            planned=await name_methods(session, await list_scheduled(session, account.id)),
            enrolled=await _enrollment_rows(session, account),
            usage=list(reversed(await list_last_months(session, account.id))),
        )


async def load_payments(session: AsyncSession, backend: Backend, account: Account, count: int) -> list[ListedPayment]:
    """The newest payments, each with its day in the co-op's zone and its status in words.

    Scheduled ones that were never made are among them, by the day on which they were agreed.
    """
    found: list[ListedPayment] = [
        (payment, local_day(backend, payment), await describe_status(session, backend, payment))
        for payment in await list_payments(session, account.id, count=count)
    ]
    for item in await list_not_made(session, account.id, count):
        day = format_short_date(item.run_on, year=True)
        status = tr("{status}, was set for {day}", status=describe_not_made(item), day=day)
        found.append((item, local_day(backend, item), status))
    return sorted(found, key=lambda each: each[0].created_at, reverse=True)[:count]


async def name_methods(session: AsyncSession, items: Sequence[ScheduledPayment]) -> list[tuple[ScheduledPayment, str]]:
    """Each scheduled payment with the label of its card or bank account."""
    return [(item, (await session.get_one(PaymentMethod, item.method_id)).label) for item in items]


def local_day(backend: Backend, payment: PastPayment | ScheduledPayment) -> date:
    """The day on which it counts, or on which it was made; in the co-op's zone."""
    posted_on = None if isinstance(payment, ScheduledPayment) else payment.posted_on
    return posted_on or payment.created_at.astimezone(backend.coop.zone).date()


def describe_not_made(item: ScheduledPayment) -> str:
    """In words: the member or the office ended it, or it could not be made."""
    return tr("canceled") if item.status == "canceled" else tr("not made")


async def _load_tile(
    session: AsyncSession, backend: Backend, account: Account, outages: Sequence[KnownOutage]
) -> AccountTile:
    try:
        balance = await get_balance(session, backend, account.id)
    except FiguresUnknown:
        balance = None
    automatic, url = await _describe_automatic(session, backend, account)
    arrangement = await active_arrangement(session, account.id) if balance else None
    progress = None
    if arrangement and balance:
        progress = await measure_progress(
            session, arrangement, balance.amount_due_cents, balance.pending_cents, backend.today()
        )
    return AccountTile(
        account=account,
        balance=balance,
        as_of=describe_time(backend, balance) if balance else "",
        automatic=automatic,
        automatic_url=url,
        outage=any([await is_account_in(session, outage, account) for outage in outages]),
        last_payment=await find_last_payment(session, account.id),
        arrangement=progress,
        plan_due=await describe_plan_due(session, backend, account.id, balance) if balance and progress else "",
        next_part_cents=await find_next_cents(session, backend, account.id, balance) if balance and progress else 0,
    )


async def _describe_automatic(session: AsyncSession, backend: Backend, account: Account) -> tuple[str, str]:
    """How bills are paid by themselves, in words, and the page about it."""
    row = await find_autopay(session, account.id) or await find_active_draft(session, account.id)
    if row is None:
        return "", AUTOPAY_URL
    url = AUTOPAY_URL if isinstance(row, AutoPay) else DRAFTS_URL
    try:
        coming = await find_next_run(session, backend, row)
    except FiguresUnknown:
        return tr("On"), url
    if isinstance(row, AutoPay):
        return format_next_run(coming, backend.today()), url
    return tr("A draft payment is scheduled: {next}.", next=format_coming(coming, backend.today())), url


async def describe_status(session: AsyncSession, backend: Backend, payment: PastPayment) -> str:
    """In words, with what went back of it."""
    if is_paid_at_counter(payment):
        return tr("paid at the counter")
    if payment.status == "undone":
        return tr("paid at the counter, but taken off again. The amount is due again.").removesuffix(".")
    given_back = await is_given_back(session, payment)
    status = tr("refunded") if given_back else tr(STATUS_TEXTS.get(payment.status, payment.status))
    refunds = await describe_refunds(session, backend, payment)
    return f"{status}. {refunds}" if refunds else status


def describe_time(backend: Backend, balance: Balance) -> str:
    """Of when the figures are; empty if they are of now."""
    if balance.as_of is None:
        return ""
    return format_as_of(balance.as_of, backend.clock.now(), backend.coop.zone)


async def _enrollment_rows(session: AsyncSession, account: Account) -> list[tuple[str, str, str]]:
    autopay = await find_active_autopay(session, account.id)
    draft = await find_active_draft(session, account.id)
    program = await find_enrollment(session, account.id)
    autopay_state = tr("Not enrolled")
    if autopay is not None:
        day = autopay.day_of_month
        autopay_state = (
            tr("Enrolled, runs on day {day} of each month", day=day) if day else tr("Enrolled, runs on the due date")
        )
    paperless = await is_paperless(session, account.id)
    return [
        ("Auto Pay", autopay_state, AUTOPAY_URL),
        (
            tr("Draft Payments"),
            tr("A draft payment is scheduled on each due date") if draft else tr("None"),
            DRAFTS_URL,
        ),
        (
            tr("Bill notifications"),
            tr("Paperless, by email") if paperless else tr("Bills by mail"),
            ENROLLMENTS_URL,
        ),
        (
            tr("Budget or levelized billing"),
            tr(PROGRAM_NAMES.get(program.program, "")) if program else tr("Not enrolled"),
            ENROLLMENTS_URL,
        ),
    ]
